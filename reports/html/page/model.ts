// The data in the page, as reports/html/page_data.cc writes it. Text is safe to show as text.

export interface Operation {
  letter: string;
  process: number;
  label: string;
  part: string;
  deciding: boolean;
  begin: number;
  end: number | null;
  open: boolean;
  took: string;
}

export interface Step {
  lane: number;
  call: string;
  result: string;
  effect: string;
}

export interface Calls {
  lanes: string[];
  steps: Step[];
  deciding: number | null;
  switches: string;
  replay: string;
}

export interface Break {
  anchor: string;
  class: 'fails' | 'expected' | 'known' | 'not-promised';
  title: string;
  amount: string;
  meaning: string;
  sentence: string;
  still_held: string;
  known: string;
  scope: string;
  rerun: string;
  unit: 'ns' | 'steps';
  operations: Operation[];
  more: number;
  anomaly?: { name: string; what: string; cause: string; remedy: string };
  calls?: Calls;
}

export interface MatrixCell {
  mark: string;
  text: string;
  anchor?: string;
}

export interface Matrix {
  promises: { name: string; broken_when: string }[];
  rows: { name: string; backend: string; skipped: string | null; cells: MatrixCell[] }[];
  legend: { mark: string; text: string; meaning: string }[];
}

// Cell, words, standing.
export type Verdict = [number, string, string];

export interface BackendVerdicts {
  name: string;
  promises: { promise: string; anchor: string; results: Verdict[] }[];
}

export interface Speed {
  operation: string;
  count: number;
  rate: string;
  percentiles: [number, number][];
  max: number;
}

export interface Cell {
  backend: string;
  scenario: string;
  engine: string;
  scope: string;
  rerun: string;
  speeds: Speed[];
  timeline: [number, number, number, number][]; // At, operations a second, kills, seconds it ran.
  explored?: string;
  bench?: Bench;
}

export interface Bench {
  value_size: number;
  processes: number;
  place: string; // File system, mix, open loop: what must be alike to be compared.
  durability: string;
  per_second: number;
  of_naive?: number;
}

export interface Run {
  id: string;
  version: string;
  started: string;
  elapsed: string;
  command: string;
  seed: string;
  kernel: string;
  cpu: string;
  cores: number;
  memory: string;
  file_system: string;
}

export interface Report {
  exit_code: number;
  verdict: string;
  rerun: string;
  runs: Run[];
  matrix: Matrix;
  breaks: Break[];
  shown: string; // Of what was recorded; may be empty.
  groups: { title: string; breaks: number[] }[];
  verdicts: BackendVerdicts[];
  cells: Cell[];
  bench: {
    tables: { title: string; columns: string[]; groups: { title: string; rows: string[][] }[] }[];
    notes: string[];
  };
  notes: string[];
}
