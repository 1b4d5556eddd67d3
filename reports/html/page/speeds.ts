// Latency by percentile and throughput: a chart of the scenario and operation that are chosen, and
// the numbers of all.

import { chart, latencies, throughput, type Series } from './chart';
import { choice } from './choice';
import { make, section } from './dom';
import { whatItDid } from './load';
import type { Cell, Report, Speed } from './model';
import { numbersOf } from './pieces';
import { formatTime } from './time_scale';

interface Row {
  cell: Cell;
  speed: Speed;
}

// 0.5 → "p50", 0.999 → "p99.9".
export function percentileName(fraction: number): string {
  return `p${Number((100 * fraction).toFixed(6))}`;
}

function table(rows: Row[], percentiles: number[]): HTMLElement {
  const titles = ['cache', 'operation', 'operations a second', ...percentiles.map(percentileName),
    'longest'];
  const lines = rows.map(({ cell, speed }) => {
    const values = new Map(speed.percentiles);
    return make('tr', {}, make('th', { scope: 'row' }, cell.backend),
      make('td', {}, speed.operation), make('td', { class: 'number' }, speed.rate),
      percentiles.map((each) => make('td', { class: 'number' }, values.has(each)
        ? formatTime(values.get(each)!, 'ns') : '')),
      make('td', { class: 'number' }, formatTime(speed.max, 'ns')));
  });
  return make('div', { class: 'scroll', tabindex: 0 },
    make('table', { class: 'speeds' },
      make('thead', {}, make('tr', {}, titles.map((title, i) =>
        make('th', { scope: 'col', class: i < 2 ? '' : 'number' }, title)))),
      make('tbody', {}, lines)));
}

// From when to when workers were killed; what follows each other is one.
function killBands(cell: Cell): [number, number][] {
  const bands: [number, number][] = [];
  for (const [at, , kills, ran] of numbersOf(cell.index).timeline) {
    if (kills === 0) continue;
    const last = bands[bands.length - 1];
    if (last && at - last[1] <= ran / 2) {
      last[1] = at + ran;
    } else {
      bands.push([at, at + ran]);
    }
  }
  return bands;
}

// A point a round, larger where workers were killed, and the rounds in which they were as bands.
function overTime(cells: Cell[]): HTMLElement[] {
  const series = cells.map((cell): Series => {
    const { timeline } = numbersOf(cell.index);
    return {
      name: cell.backend,
      points: timeline.map(([at, rate, , ran]) => [at + ran / 2, rate]),
      marked: timeline.map(([, , kills]) => kills > 0),
      bands: killBands(cell),
    };
  }).filter((each) => each.points.length > 1);
  if (series.length === 0) return [];
  const killed = series.some((each) => each.marked!.includes(true));
  return [make('h3', {}, 'Throughput over time'),
    make('p', { class: 'small' }, 'All operations of all processes; a point a round.' +
      (killed ? ` Large, and shaded in the cache's own row: workers were killed, and replaced.`
      : '')),
    chart(series, throughput, 'Operations a second over time')];
}

export function speedsSection(report: Report): HTMLElement | null {
  const cells = report.cells.filter((cell) => cell.measured);
  if (cells.length === 0) return null;
  const distinct = (values: string[]) => [...new Set(values)];
  const place = make('div', {});
  const here = (): Row[] => cells.filter((cell) => whatItDid(cell) === scenario.select.value)
    .flatMap((cell) => numbersOf(cell.index).speeds.map((speed) => ({ cell, speed })));
  const draw = () => {
    const shown = here().filter(({ speed }) => speed.operation === operation.select.value);
    const percentiles = distinct(here().flatMap(({ speed }) =>
      speed.percentiles.map(([fraction]) => String(fraction)))).map(Number).sort((a, b) => a - b);
    const series: Series[] = shown.map(({ cell, speed }) =>
      ({ name: cell.backend, points: speed.percentiles }));
    place.replaceChildren(
      chart(series, latencies, `Latency of ${operation.select.value} by percentile`),
      ...overTime([...new Set(here().map(({ cell }) => cell))]), table(here(), percentiles));
  };
  // A scenario has its own operations.
  const redraw = () => {
    operation.offer(distinct(here().map(({ speed }) => speed.operation)));
    draw();
  };
  const scenario = choice('scenario', 'Scenario', redraw);
  const operation = choice('operation', 'Operation', draw);
  scenario.offer(distinct(cells.map(whatItDid)));
  redraw();
  return section('speeds', 'Latency and throughput',
    make('p', { class: 'lead' }, 'Measured within the workers, all processes of a cell together.'),
    make('div', { class: 'toolbar' }, scenario.element, operation.element), place);
}
