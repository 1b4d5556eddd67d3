// Benchmarks: speed and cost, grouped by what a set survives.

import { make, section } from './dom';
import type { Report } from './model';

// Only the numbers are set flush right.
function alignment(value: string): string {
  return /^[\d–]/.test(value) ? 'number' : '';
}

export function benchSection(report: Report): HTMLElement | null {
  const { tables, notes } = report.bench;
  if (tables.length === 0) return null;
  return section('bench', 'What each strategy costs', notes.map((note) =>
    make('p', { class: 'lead' }, note)), tables.map((table) => [
    make('h3', {}, table.title),
    make('div', { class: 'scroll', tabindex: 0 }, make('table', { class: 'bench' },
      make('thead', {}, make('tr', {}, table.columns.map((title, i) =>
        make('th', { scope: 'col', class: alignment(table.groups[0]!.rows[0]?.[i] ?? '') },
          title)))),
      table.groups.map((group) => make('tbody', {},
        make('tr', {}, make('th', { class: 'group', colspan: table.columns.length, scope: 'rowgroup' },
          group.title)),
        group.rows.map((row) => make('tr', {}, row.map((value, i) => i === 0
          ? make('th', { scope: 'row' }, value)
          : make('td', { class: value.startsWith('broke ') ? 'broken' : alignment(value) },
            value)))))))),
  ]));
}
