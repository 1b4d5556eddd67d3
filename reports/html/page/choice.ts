// One of several, from a list.

import { make } from './dom';

export function choice(id: string, title: string, change: () => void) {
  const select = make('select', { id, change });
  const offer = (values: string[]) => {
    const before = select.value;
    select.replaceChildren(...values.map((value) => make('option', { value }, value)));
    if (values.includes(before)) select.value = before;
  };
  return { select, offer, element: make('label', { for: id }, `${title} `, select) };
}
