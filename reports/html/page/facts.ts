// What a reader must know beside the verdicts: notes, machine, command lines, how to read the page.

import { command, make, section } from './dom';
import type { Report, Run } from './model';

export function explorationsSection(report: Report): HTMLElement | null {
  const cells = report.cells.filter((cell) => cell.explored !== undefined);
  if (cells.length === 0) return null;
  return section('explored', 'What was explored',
    make('ul', {}, cells.map((cell) =>
      make('li', {}, make('strong', {}, `${cell.backend} in ${cell.scenario}`),
        ` ${cell.explored}`))));
}

export function notesSection(report: Report): HTMLElement | null {
  if (report.notes.length === 0) return null;
  return section('notes', 'Notes', make('ul', {}, report.notes.map((note) => make('li', {}, note))));
}

function facts(run: Run): HTMLElement {
  const rows: [string, string][] = [
    ['Run', run.id],
    ['Started', `${run.started}, took ${run.elapsed}`],
    ['tearproof', run.version],
    ['Kernel', run.kernel],
    ['Processor', `${run.cpu}, ${run.cores} cores, ${run.memory} of memory`],
    ['File system', run.file_system],
    ['Seed', run.seed],
  ];
  return make('div', { class: 'run' },
    make('dl', { class: 'facts' }, rows.filter(([, value]) => value !== '').map(([name, value]) =>
      [make('dt', {}, name), make('dd', {}, value)])),
    command(run.command));
}

export function runsSection(report: Report): HTMLElement {
  return section('runs', report.runs.length === 1 ? 'The run' : 'The runs',
    make('p', { class: 'lead' }, 'All numbers on this page come from ' +
      (report.runs.length === 1 ? 'this command.' : 'these commands.') +
      (report.shown === '' ? '' : ` ${report.shown}`)),
    report.runs.map(facts));
}

export function readingSection(): HTMLElement {
  const paragraphs: [string, string][] = [
    ['Held', 'Not seen broken, as often as the number says it was put to the test. That is not a ' +
      'proof: of n cases found whole, fewer than 3 in n would break it under the same load ' +
      '(95 % confidence, the rule of three).'],
    ['Held in all', 'Held in every interleaving of the system calls of the small programs that ' +
      'were explored. They fall into that many classes of equivalent interleavings, each of ' +
      'which ran. Of other programs it says nothing.'],
    ['Broken', 'There is an execution that no cache which keeps the promise could have produced. ' +
      'Capitals: it counts against the run. Small letters: it was not promised, or is expected.'],
    ['Lanes', 'Each row is a process, each bar an operation from its call to its return. Two bars ' +
      'that overlap in time may have happened in either order. The heavy bar is the operation ' +
      'that decides. Thin lines are what else ran on the same keys meanwhile. Arrow keys go through the bars, n and p through the broken promises; each ' +
      'has an address of its own.'],
    ['What no verdict covers', 'Other machines, kernels and file systems; on a network mount, ' +
      'what other clients see; what a power cut leaves behind.'],
  ];
  return section('reading', 'How to read this',
    make('dl', { class: 'words' }, paragraphs.map(([name, text]) =>
      [make('dt', {}, name), make('dd', {}, text)])));
}
