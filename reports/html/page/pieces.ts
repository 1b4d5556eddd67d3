// The data in the page that is read only when somebody looks at it: an element a piece, which is gone
// once it has been read.

import type { Break, Numbers, Report, Verdicts } from './model';

function read<T>(id: string): T {
  const element = document.getElementById(id)!;
  element.remove();
  return JSON.parse(element.textContent!) as T;
}

function pieces<T>(name: string): (index: number) => T {
  const known = new Map<number, T>();
  return (index) => {
    if (!known.has(index)) known.set(index, read<T>(`${name}-${index}`));
    return known.get(index)!;
  };
}

export const report = (): Report => read<Report>('data');
export const breakOf = pieces<Break>('break');
export const verdictsOf = pieces<Verdicts>('verdicts');
// Of a cell.
export const numbersOf = pieces<Numbers>('cell');
