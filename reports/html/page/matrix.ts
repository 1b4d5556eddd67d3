// Promises across, caches down: a word in each cell, which leads to its evidence.

import { make, section } from './dom';
import type { Matrix, MatrixCell } from './model';

// "held all 24 + 975 k": the word above, the count below, and no unit alone on a line.
function words(text: string): (string | HTMLElement)[] {
  const whole = text.replace(/ (?=[kMG]$)/, '\u00a0');
  return whole.startsWith('held ') ? ['held ', make('small', {}, whole.slice(5))] : [whole];
}

function cell(each: MatrixCell, row: string, promise: string): HTMLElement {
  if (each.anchor === undefined) {
    return make('td', { class: 'absent' }, make('span', { 'aria-hidden': 'true' }, '·'),
      make('span', { class: 'unseen' }, 'not asked for'));
  }
  const says = `${row}, ${promise}: ${each.text}`;
  return make('td', { class: each.mark },
    make('a', { href: `#${each.anchor}`, 'aria-label': says, title: says }, words(each.text)));
}

export function matrixSection(matrix: Matrix): HTMLElement | null {
  if (matrix.rows.length === 0) return null;
  const head = make('tr', {}, make('th', { scope: 'col' }, 'cache'),
    matrix.promises.map((each) =>
      make('th', { scope: 'col', title: `broken when ${each.broken_when}` }, each.name)));
  const rows = matrix.rows.map((row) =>
    make('tr', {},
      make('th', { scope: 'row' }, row.name,
        row.skipped !== null && make('small', {}, `skipped: ${row.skipped}`)),
      row.cells.map((each, i) => cell(each, row.name, matrix.promises[i]?.name ?? ''))));
  const legend = matrix.legend.map((each) =>
    make('div', {}, make('dt', {}, make('span', { class: `mark ${each.mark}` }, each.text)),
      make('dd', {}, each.meaning)));
  return section('matrix', 'What each cache kept and broke',
    make('p', { class: 'lead' }, 'Each cell leads to its evidence.'),
    make('div', { class: 'scroll', tabindex: 0 },
      make('table', { class: 'matrix' }, make('thead', {}, head), make('tbody', {}, rows))),
    make('dl', { class: 'legend' }, legend));
}
