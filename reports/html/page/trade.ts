// What a cache costs against what it keeps: a point a cache.

import { chart, type Axes, type Series } from './chart';
import { choice } from './choice';
import { make, section } from './dom';
import { loadOf } from './load';
import type { Bench, Cell, Matrix, Report } from './model';

type Compared = Cell & { bench: Bench & { of_naive: number } };

interface Point {
  name: string;
  durability: string;
  held: number;
  broken: string[];
  ofNaive: number;
}

const broke = new Set(['broken', 'broken-counted', 'known']);

function pointsOf(cells: Compared[], matrix: Matrix): Point[] {
  return [...new Set(cells.map((cell) => cell.backend))].map((name) => {
    const own = cells.filter((cell) => cell.backend === name);
    const cellsOf = matrix.rows.find((row) => row.name === name || row.backend === name)?.cells ?? [];
    return {
      name,
      durability: own[0]!.bench.durability,
      held: cellsOf.filter((cell) => cell.mark.startsWith('held')).length,
      broken: matrix.promises.filter((_, i) => broke.has(cellsOf[i]?.mark ?? ''))
        .map((promise) => promise.name),
      ofNaive: own.reduce((sum, cell) => sum + cell.bench.of_naive, 0) / own.length,
    };
  }).sort((a, b) => b.held - a.held || b.ofNaive - a.ofNaive);
}

const axes: Axes = {
  x: { title: 'promises held, in all runs on this page', format: String },
  y: { title: 'speed, naive = 1', format: (value) => String(Number(value.toPrecision(2))) },
  logarithmic: true,
  whole: true,
};

function table(points: Point[]): HTMLElement {
  const titles = ['cache', 'durability', 'promises held', 'broken', 'speed, naive = 1'];
  return make('div', { class: 'scroll', tabindex: 0 }, make('table', {},
    make('thead', {}, make('tr', {}, titles.map((title, i) =>
      make('th', { scope: 'col', class: i === 2 || i === 4 ? 'number' : '' }, title)))),
    make('tbody', {}, points.map((each) => make('tr', {},
      make('th', { scope: 'row' }, each.name), make('td', {}, each.durability),
      make('td', { class: 'number' }, String(each.held)),
      make('td', {}, each.broken.length > 0 && make('span', { class: 'mark broken' },
        each.broken.join(', '))),
      make('td', { class: 'number' }, each.ofNaive.toFixed(2)))))));
}

export function tradeSection(report: Report): HTMLElement | null {
  const cells = report.cells.filter((cell): cell is Compared => cell.bench?.of_naive !== undefined);
  if (new Set(cells.map((cell) => cell.backend)).size < 2) return null;
  const place = make('div', {});
  const draw = () => {
    const points = pointsOf(cells.filter((cell) => loadOf(cell.bench) === load.select.value),
      report.matrix);
    const series = [...new Set(points.map((each) => each.durability))].map((durability): Series => {
      const own = points.filter((each) => each.durability === durability);
      return { name: `durability: ${durability}`, labels: own.map((each) => each.name),
        points: own.map((each) => [each.held, each.ofNaive]) };
    });
    place.replaceChildren(chart(series, axes, 'Speed against promises held, a point a cache'),
      table(points));
  };
  const load = choice('trade-load', 'Load', draw);
  load.offer([...new Set(cells.map((cell) => loadOf(cell.bench)))]);
  draw();
  return section('trade', 'Cost against promises held',
    make('p', { class: 'lead' }, 'Further to the right keeps more, further up is faster. A promise ' +
      'counts as held where it was put to the test in a run on this page and not seen broken: ' +
      'a page of benchmarks and of other runs together says more.'),
    make('div', { class: 'toolbar' }, load.element), place);
}
