// Where moments lie from left to right, in percent. Long stretches are drawn shorter than they are
// and short ones longer, or the operation that decides would be a hair's breadth.

import type { Operation } from './model';

const shortest = 0.09; // Of the root of the whole.

export interface TimeScale {
  moments: number[];
  // Of a time between two moments in proportion, of one beyond them the edge.
  at(time: number): number;
  // Of an operation that never returned: the right edge.
  end: number;
}

export function timeScale(operations: Operation[]): TimeScale {
  const times = new Set<number>();
  for (const each of operations) {
    times.add(each.begin);
    if (each.end !== null) times.add(each.end);
  }
  const moments = [...times].sort((a, b) => a - b);
  const last = moments[moments.length - 1] ?? 0;
  const whole = Math.max(last - (moments[0] ?? 0), 1);
  const places: number[] = []; // Of the moments.
  let sum = 0;
  moments.forEach((time, i) => {
    if (i > 0) sum += Math.max(Math.sqrt((time - moments[i - 1]!) / whole), shortest);
    places.push(sum);
  });
  const place = (time: number): number => {
    const after = moments.findIndex((each) => each >= time);
    if (after === -1) return sum;
    if (after === 0) return 0;
    const [from, to] = [moments[after - 1]!, moments[after]!];
    return places[after - 1]! + ((places[after]! - places[after - 1]!) * (time - from)) / (to - from);
  };
  const endless = operations.some((each) => each.end === null);
  const total = sum + (endless || sum === 0 ? 2 * shortest : 0);
  return {
    moments,
    at: (time) => (100 * place(time)) / total,
    end: 100,
  };
}

export function formatTime(value: number, unit: 'ns' | 'steps', round = false): string {
  if (unit === 'steps') return `step ${value}`;
  const units: [number, string][] = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs']];
  for (const [size, name] of units) {
    const count = value / size;
    if (count >= 1) return `${count.toFixed(count < 100 && !round ? 1 : 0)} ${name}`;
  }
  return `${value} ns`;
}
