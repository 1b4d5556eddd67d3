// What a cell did, in words: its scenario, or of a benchmark its load.

import type { Bench, Cell } from './model';

export function formatSize(bytes: number): string {
  const units: [number, string][] = [[1 << 20, 'MiB'], [1 << 10, 'KiB']];
  const [size, name] = units.find(([each]) => bytes >= each && bytes % each === 0) ?? [1, 'B'];
  return `${bytes / size} ${name}`;
}

export function processes(count: number): string {
  return `${count} process${count === 1 ? '' : 'es'}`;
}

export function loadOf(bench: Bench): string {
  return `${formatSize(bench.value_size)}, ${processes(bench.processes)}, ${bench.place}`;
}

export function whatItDid(cell: Cell): string {
  return cell.bench ? loadOf(cell.bench) : cell.scenario;
}
