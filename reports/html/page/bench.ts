// Benchmarks: speed and cost, grouped by what a set survives.

import { make, section } from './dom';
import type { Report } from './model';

export function benchSection(report: Report): HTMLElement | null {
  const { tables, notes } = report.bench;
  if (tables.length === 0) return null;
  return section('bench', 'What each strategy costs', notes.map((note) =>
    make('p', { class: 'lead' }, note)), tables.map((table) => [
    make('h3', {}, table.title),
    make('div', { class: 'scroll', tabindex: 0 }, make('table', { class: 'bench' },
      make('thead', {}, make('tr', {}, table.columns.map(({ title, words }) =>
        make('th', { scope: 'col', class: words ? '' : 'number' }, title)))),
      table.groups.map((group) => make('tbody', {},
        make('tr', {}, make('th', { class: 'group', colspan: table.columns.length, scope: 'rowgroup' },
          group.title)),
        group.rows.map((row) => make('tr', {}, row.map((value, i) => i === 0
          ? make('th', { scope: 'row' }, value)
          : make('td', { class: value.startsWith('broke ') ? 'broken'
              : table.columns[i]!.words ? '' : 'number' }, value)))))))),
  ]));
}
