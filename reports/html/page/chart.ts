// Charts: latencies over percentiles on an axis of nines, throughput over time, sweeps, and caches
// as points.

import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import { make } from './dom';
import { formatTime } from './time_scale';

echarts.use([LineChart, ScatterChart, GridComponent, MarkAreaComponent, TooltipComponent,
  LabelLayout, SVGRenderer]);

export interface Series {
  name: string;
  points: [number, number][];
  marked?: boolean[]; // Of each point: something happened there, and it is drawn larger.
  bands?: [number, number][]; // Of x: shaded, in a row of the chart that the series has to itself.
  labels?: string[]; // Of each point, which then are not joined.
}

interface Axis {
  title: string;
  format(value: number): string;
}

export interface Axes {
  // Where a value of x lies, if not at itself.
  place?(value: number): number;
  x: Axis;
  y: Axis;
  logarithmic: boolean;
  categories?: string[]; // Of x: its values are their numbers.
  whole?: boolean; // Of x: only whole numbers have a tick.
}

// 0.9 at 1, 0.99 at 2, 0.999 at 3.
function nines(fraction: number): number {
  return -Math.log10(1 - Math.min(fraction, 1 - 1e-9));
}

export const latencies: Axes = {
  place: nines,
  x: {
    title: 'of all operations',
    format: (value) =>
      value === 0 ? '0 %' : `${(100 * (1 - 10 ** -value)).toFixed(Math.max(0, value - 2))} %`,
  },
  y: { title: 'took at most', format: (value) => formatTime(value, 'ns', true) },
  logarithmic: true,
};

export function formatRate(value: number): string {
  const units: [number, string][] = [[1e6, ' M'], [1e3, ' k']];
  const [size, name] = units.find(([each]) => value >= each) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))}${name}`;
}

export const throughput: Axes = {
  x: { title: 'seconds', format: (value) => String(value) },
  y: { title: 'operations a second', format: formatRate },
  logarithmic: false,
};

// Colours that differ for all eyes (after Okabe and Ito), and symbols and dashes beside them.
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#7a5195'];
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];
const signs = ['●', '■', '▲', '◆', '○', '□'];
const dashes = ['solid', 'dashed', 'dotted'] as const;

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const margin = { left: 64, right: 28, top: 34, bottom: 44 };

// Each series has its bands in a row of its own, so that none hides another.
function bands(each: Series, i: number, count: number, height: number) {
  const row = (height - margin.top - margin.bottom) / count;
  const top = margin.top + i * row;
  return {
    silent: true,
    itemStyle: { color: colors[i % colors.length]!, opacity: 0.18 },
    data: each.bands!.map(([from, to]) =>
      [{ xAxis: from, y: top }, { xAxis: to, y: top + row }]),
  };
}

function line(each: Series, i: number, axes: Axes, count: number, height: number) {
  const place = axes.place ?? ((value: number) => value);
  const most = Math.max(...each.points.map(([x]) => x));
  return {
    name: each.name,
    type: each.labels ? 'scatter' as const : 'line' as const,
    data: each.points.map(([x, y], point) => ({
      value: [place(x), axes.logarithmic && !each.labels ? Math.max(y, 1) : y],
      name: each.labels?.[point] ?? '',
      label: { position: x === most ? 'left' as const : 'right' as const },
    })),
    label: { show: each.labels !== undefined, formatter: '{b}', color: variable('--text'), fontSize: 12 },
    labelLayout: { moveOverlap: 'shiftY' as const, hideOverlap: true },
    ...(each.bands && each.bands.length > 0 ? { markArea: bands(each, i, count, height) } : {}),
    symbol: symbols[i % symbols.length]!,
    symbolSize: (_: unknown, point: { dataIndex: number }) =>
      (each.marked?.[point.dataIndex] ? 15 : 7),
    color: colors[i % colors.length]!,
    lineStyle: { type: dashes[Math.floor(i / colors.length) % dashes.length]!, width: 2 },
    animation: false,
    itemStyle: { opacity: 1 },
  };
}

interface Hovered {
  name: string;
  seriesName: string;
  value: [number, number];
}

function options(series: Series[], axes: Axes, height: number): echarts.EChartsCoreOption {
  const place = axes.place ?? ((value: number) => value);
  const most = Math.max(...series.flatMap((each) => each.points.map(([x]) => place(x))));
  const text = { color: variable('--muted'), fontSize: 12 };
  const rule = { lineStyle: { color: variable('--rule') } };
  return {
    grid: margin,
    tooltip: {
      trigger: series.some((each) => each.labels) ? 'item' : 'axis',
      confine: true,
      renderMode: 'richText',
      formatter: (points: Hovered | Hovered[]) => [points].flat().map((each) =>
        `${each.name || each.seriesName}  ${axes.y.format(each.value[1])}`).join('\n'),
    },
    xAxis: {
      ...(axes.categories
        ? { type: 'category', data: axes.categories, boundaryGap: true }
        : { type: 'value', min: 0, max: axes.place ? Math.ceil(most - 1e-6)
            : axes.whole ? most + 1 : undefined, interval: axes.place ? 1 : undefined,
          minInterval: axes.whole ? 1 : undefined }),
      name: axes.x.title,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: axes.categories ? { ...text, interval: 0 } : { ...text, formatter: axes.x.format },
      splitLine: rule,
    },
    yAxis: {
      type: axes.logarithmic ? 'log' : 'value',
      name: axes.y.title,
      nameTextStyle: { ...text, align: 'left', padding: [0, 0, 0, -56] },
      axisLabel: { ...text, formatter: axes.y.format },
      splitLine: rule,
    },
    series: series.map((each, i) => line(each, i, axes, series.length, height)),
  };
}

function legend(series: Series[]): HTMLElement {
  return make('ul', { class: 'series' }, series.map((each, i) => {
    const sign = make('span', { 'aria-hidden': 'true' }, `${signs[i % signs.length]}`);
    sign.style.color = colors[i % colors.length]!;
    sign.style.borderBottomStyle = dashes[Math.floor(i / colors.length) % dashes.length]!;
    return make('li', {}, sign, ` ${each.name}`);
  }));
}

// Drawn when it is about to be seen, or printed.
export function chart(series: Series[], axes: Axes, title: string): HTMLElement {
  const place = make('div', { class: 'chart', role: 'img', 'aria-label': title });
  let instance: echarts.ECharts | undefined;
  const draw = () => {
    if (!place.isConnected || place.clientWidth === 0) return;
    instance ??= echarts.init(place, undefined, { renderer: 'svg' });
    instance.resize();
    instance.setOption(options(series, axes, place.clientHeight), true);
  };
  const redraw = () => instance && draw();
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((each) => each.isIntersecting)) return;
    seen.disconnect();
    draw();
  }, { rootMargin: '400px' });
  seen.observe(place);
  new ResizeObserver(redraw).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('beforeprint', draw);
  return make('figure', {}, legend(series), place);
}
