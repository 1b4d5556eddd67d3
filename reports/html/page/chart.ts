// A line chart of latencies over percentiles on an axis of nines.

import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import { make } from './dom';
import { formatTime } from './time_scale';

echarts.use([LineChart, GridComponent, TooltipComponent, SVGRenderer]);

export interface Series {
  name: string;
  points: [number, number][]; // Fraction, nanoseconds.
}

// Colours that differ for all eyes (after Okabe and Ito), and symbols and dashes beside them.
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#7a5195'];
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];
const signs = ['●', '■', '▲', '◆', '○', '□'];
const dashes = ['solid', 'dashed', 'dotted'] as const;

// Where a percentile lies: 0.9 at 1, 0.99 at 2, 0.999 at 3.
function nines(fraction: number): number {
  return -Math.log10(1 - Math.min(fraction, 1 - 1e-9));
}

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function line(each: Series, i: number) {
  return {
    name: each.name,
    type: 'line' as const,
    data: each.points.map(([fraction, value]) => [nines(fraction), Math.max(value, 1)]),
    symbol: symbols[i % symbols.length]!,
    symbolSize: 8,
    color: colors[i % colors.length]!,
    lineStyle: { type: dashes[Math.floor(i / colors.length) % dashes.length]!, width: 2 },
    animation: false,
  };
}

function options(series: Series[]): echarts.EChartsCoreOption {
  const most = Math.max(...series.flatMap((each) => each.points.map(([p]) => nines(p))));
  const text = { color: variable('--muted'), fontSize: 12 };
  const rule = { lineStyle: { color: variable('--rule') } };
  return {
    grid: { left: 64, right: 24, top: 12, bottom: 44 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      renderMode: 'richText',
      formatter: (points: { seriesName: string; value: [number, number] }[]) =>
        points.map((each) => `${each.seriesName}  ${formatTime(each.value[1], 'ns')}`).join('\n'),
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.ceil(most),
      interval: 1,
      name: 'of all operations',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: {
        ...text,
        formatter: (value: number) =>
          value === 0 ? '0 %' : `${(100 * (1 - 10 ** -value)).toFixed(Math.max(0, value - 2))} %`,
      },
      splitLine: rule,
    },
    yAxis: {
      type: 'log',
      axisLabel: { ...text, formatter: (value: number) => formatTime(value, 'ns', true) },
      splitLine: rule,
    },
    series: series.map(line),
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

export function chart(series: Series[], title: string): HTMLElement {
  const place = make('div', { class: 'chart', role: 'img', 'aria-label': title });
  let instance: echarts.ECharts | undefined;
  const draw = () => {
    if (!place.isConnected || place.clientWidth === 0) return;
    instance ??= echarts.init(place, undefined, { renderer: 'svg' });
    instance.resize();
    instance.setOption(options(series), true);
  };
  new ResizeObserver(draw).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  return make('figure', {}, legend(series), place);
}
