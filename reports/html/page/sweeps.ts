// What the size of values, and the number of processes, does to each cache.

import { chart, formatRate, type Axes, type Series } from './chart';
import { choice } from './choice';
import { make, section } from './dom';
import { formatSize, processes } from './load';
import type { Bench, Cell, Report } from './model';
import { numbersOf } from './pieces';
import { formatTime } from './time_scale';

type Measured = Cell & { bench: Bench };

interface Metric {
  name: string;
  format(value: number): string;
  of(cell: Measured): number | undefined;
}

function latency(operation: string, fraction: number, name: string): Metric {
  return {
    name,
    format: (value) => formatTime(value, 'ns', true),
    of: (cell) => new Map(numbersOf(cell.index).speeds
      .find((each) => each.operation === operation)?.percentiles).get(fraction),
  };
}

const metrics: Metric[] = [
  { name: 'operations a second', format: formatRate, of: (cell) => cell.bench.per_second },
  latency('get', 0.5, 'get, median'), latency('get', 0.99, 'get, p99'),
  latency('set', 0.5, 'set, median'), latency('set', 0.99, 'set, p99'),
];

// What is swept, what stays as it is.
interface Sweep {
  id: string;
  title: string;
  axis: string;
  swept(bench: Bench): number;
  word(value: number): string;
  fixed(bench: Bench): string;
}

const sweeps: Sweep[] = [
  {
    id: 'by-size', title: 'By value size', axis: 'size of a value', word: formatSize,
    swept: (bench) => bench.value_size,
    fixed: (bench) => `${processes(bench.processes)}, ${bench.place}`,
  },
  {
    id: 'by-processes', title: 'By number of processes', axis: 'processes', word: String,
    swept: (bench) => bench.processes,
    fixed: (bench) => `values of ${formatSize(bench.value_size)}, ${bench.place}`,
  },
];

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function seriesOf(cells: Measured[], values: number[], sweep: Sweep, metric: Metric): Series[] {
  const names = [...new Set(cells.map((cell) => cell.backend))];
  return names.map((name): Series => ({
    name,
    points: values.flatMap((value, i): [number, number][] => {
      const here = cells.filter((cell) => cell.backend === name && sweep.swept(cell.bench) === value)
        .map((cell) => metric.of(cell)).filter((each) => each !== undefined && each > 0);
      return here.length === 0 ? [] : [[i, median(here as number[])]];
    }),
  })).filter((each) => each.points.length > 0);
}

function one(cells: Measured[], sweep: Sweep): HTMLElement | null {
  const groups = new Map<string, Measured[]>();
  for (const cell of cells) {
    const key = sweep.fixed(cell.bench);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const valuesOf = (group: Measured[]) =>
    [...new Set(group.map((cell) => sweep.swept(cell.bench)))].sort((a, b) => a - b);
  const offered = [...groups].filter(([, group]) => valuesOf(group).length > 1).map(([key]) => key);
  if (offered.length === 0) return null;
  const place = make('div', {});
  const draw = () => {
    const group = groups.get(fixed.select.value)!;
    const metric = metrics.find((each) => each.name === measure.select.value)!;
    const values = valuesOf(group);
    const axes: Axes = {
      x: { title: sweep.axis, format: String },
      y: { title: metric.name, format: metric.format },
      logarithmic: true,
      categories: values.map(sweep.word),
    };
    place.replaceChildren(chart(seriesOf(group, values, sweep, metric), axes,
      `${metric.name} ${sweep.title.toLowerCase()}`));
  };
  const measure = choice(`${sweep.id}-metric`, 'Measure', draw);
  const fixed = choice(`${sweep.id}-fixed`, 'At', draw);
  measure.offer(metrics.filter((metric) => cells.some((cell) => (metric.of(cell) ?? 0) > 0))
    .map((metric) => metric.name));
  fixed.offer(offered);
  draw();
  return make('div', { class: 'sweep' }, make('h3', {}, sweep.title),
    make('div', { class: 'toolbar' }, measure.element, fixed.element), place);
}

export function sweepsSection(report: Report): HTMLElement | null {
  const cells = report.cells.filter((cell): cell is Measured => cell.bench !== undefined);
  const charts = sweeps.map((sweep) => one(cells, sweep)).filter((each) => each !== null);
  if (charts.length === 0) return null;
  return section('sweeps', 'Sizes and processes',
    make('p', { class: 'lead' }, 'The axis on the left is logarithmic: a step is ten times as much. ' +
      'Where a measurement was repeated, the median.'), charts);
}
