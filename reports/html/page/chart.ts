// Line charts: latencies over percentiles on an axis of nines, throughput over time.

import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import { make } from './dom';
import { formatTime } from './time_scale';

echarts.use([LineChart, GridComponent, TooltipComponent, SVGRenderer]);

export interface Series {
  name: string;
  points: [number, number][];
  marked?: boolean[]; // Of each point: something happened there, and it is drawn larger.
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

export const throughput: Axes = {
  x: { title: 'seconds', format: (value) => String(value) },
  y: {
    title: 'operations a second',
    format: (value) => (value >= 1000 ? `${Number((value / 1000).toPrecision(3))} k` : `${value}`),
  },
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

function line(each: Series, i: number, axes: Axes) {
  const place = axes.place ?? ((value: number) => value);
  return {
    name: each.name,
    type: 'line' as const,
    data: each.points.map(([x, y]) => [place(x), axes.logarithmic ? Math.max(y, 1) : y]),
    symbol: symbols[i % symbols.length]!,
    symbolSize: (_: unknown, point: { dataIndex: number }) =>
      (each.marked?.[point.dataIndex] ? 15 : 7),
    color: colors[i % colors.length]!,
    lineStyle: { type: dashes[Math.floor(i / colors.length) % dashes.length]!, width: 2 },
    animation: false,
  };
}

function options(series: Series[], axes: Axes): echarts.EChartsCoreOption {
  const place = axes.place ?? ((value: number) => value);
  const most = Math.max(...series.flatMap((each) => each.points.map(([x]) => place(x))));
  const text = { color: variable('--muted'), fontSize: 12 };
  const rule = { lineStyle: { color: variable('--rule') } };
  return {
    grid: { left: 64, right: 28, top: 34, bottom: 44 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      renderMode: 'richText',
      formatter: (points: { seriesName: string; value: [number, number] }[]) =>
        points.map((each) => `${each.seriesName}  ${axes.y.format(each.value[1])}`).join('\n'),
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: axes.place ? Math.ceil(most - 1e-6) : undefined,
      interval: axes.place ? 1 : undefined,
      name: axes.x.title,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: { ...text, formatter: axes.x.format },
      splitLine: rule,
    },
    yAxis: {
      type: axes.logarithmic ? 'log' : 'value',
      name: axes.y.title,
      nameTextStyle: { ...text, align: 'left', padding: [0, 0, 0, -56] },
      axisLabel: { ...text, formatter: axes.y.format },
      splitLine: rule,
    },
    series: series.map((each, i) => line(each, i, axes)),
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

export function chart(series: Series[], axes: Axes, title: string): HTMLElement {
  const place = make('div', { class: 'chart', role: 'img', 'aria-label': title });
  let instance: echarts.ECharts | undefined;
  const draw = () => {
    if (!place.isConnected || place.clientWidth === 0) return;
    instance ??= echarts.init(place, undefined, { renderer: 'svg' });
    instance.resize();
    instance.setOption(options(series, axes), true);
  };
  new ResizeObserver(draw).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  return make('figure', {}, legend(series), place);
}
