// The data in the page, as reports/html/page_data.cc writes it and page_pieces.cc takes it apart.
// Text is safe to show as text.

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

// What ran beside an evidence: process, label, begin, end, whether it never returned.
export type Neighbour = [number, string, number, number | null, boolean];

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

// What is seen of a break before it is opened.
export interface BreakHead {
  anchor: string;
  class: 'fails' | 'expected' | 'known' | 'not-promised';
  title: string;
  amount: string;
}

export interface Break extends BreakHead {
  meaning: string;
  sentence: string;
  still_held: string;
  known: string;
  scope: string;
  rerun: string;
  unit: 'ns' | 'steps';
  operations: Operation[];
  more: number;
  neighbours?: { count: number; shown: Neighbour[] };
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

export type Verdicts = { promise: string; anchor: string; results: Verdict[] }[];

// What is seen of a cache's verdicts before they are opened.
export interface VerdictsHead {
  name: string;
  anchors: string[];
}

export interface Speed {
  operation: string;
  count: number;
  rate: string;
  percentiles: [number, number][];
  max: number;
}

// What most of a page's cells are never asked for.
export interface Numbers {
  scope: string;
  rerun: string;
  speeds: Speed[];
  timeline: [number, number, number, number][]; // At, operations a second, kills, seconds it ran.
}

export interface Cell {
  index: number; // Of its numbers.
  backend: string;
  scenario: string;
  engine: string;
  measured: boolean; // It has speeds.
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
  breaks: BreakHead[];
  shown: string; // Of what was recorded; may be empty.
  groups: { title: string; breaks: number[] }[];
  verdicts: VerdictsHead[];
  cells: Cell[];
  bench: {
    tables: {
      title: string;
      columns: { title: string; words: boolean }[];
      groups: { title: string; rows: string[][] }[];
    }[];
    notes: string[];
  };
  notes: string[];
}
