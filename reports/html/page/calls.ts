// The system calls of an explored execution: a column a process, a line a call.

import { make } from './dom';
import type { Calls } from './model';

export function drawCalls(calls: Calls): HTMLElement {
  const head = make('tr', {}, make('th', { scope: 'col' }, 'step'),
    calls.lanes.map((lane) => make('th', { scope: 'col' }, lane)));
  let before = -1;
  const rows = calls.steps.map((step, i) => {
    const deciding = calls.deciding === i;
    const turn = step.lane !== before && before !== -1;
    before = step.lane;
    return make('tr', { class: `${deciding ? 'deciding' : ''}${turn ? ' turn' : ''}` },
      make('th', { scope: 'row' }, String(i + 1)),
      calls.lanes.map((lane, at) =>
        at !== step.lane
          ? make('td', { class: 'waits' })
          : make('td', {}, make('span', { class: 'who' }, lane), make('code', {}, step.call), ' ',
            make('code', { class: 'result' }, step.result),
            step.effect !== '' && make('span', { class: 'effect' }, step.effect),
            deciding && make('strong', { class: 'decides' }, 'decides'))));
  });
  return make('div', { class: 'calls' },
    make('div', { class: 'scroll', tabindex: 0 },
      make('table', {}, make('thead', {}, head), make('tbody', {}, rows))),
    make('p', { class: 'small' },
      `${calls.switches}. A line above a call: another process goes on.`));
}
