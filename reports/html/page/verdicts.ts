// Every verdict with what it covers, by cache: where a cell of the matrix leads that broke nothing.

import { command, fillWhenOpened, make, open, section } from './dom';
import type { Report, VerdictsHead } from './model';
import { numbersOf, verdictsOf } from './pieces';

export class Verdicts {
  readonly element: HTMLElement | null;
  private readonly folds = new Map<string, HTMLDetailsElement>();

  constructor(private readonly report: Report) {
    const folds = report.verdicts.map((each, i) => this.fold(each, i));
    this.element = folds.length === 0 ? null : section('verdicts', 'Every verdict, and its scope',
      make('p', { class: 'lead' },
        'A verdict speaks of the operations, processes and sizes in its last column, on the ' +
        'machine named below, and of nothing else.'), folds);
  }

  show(anchor: string): boolean {
    const fold = this.folds.get(anchor);
    if (fold === undefined) return false;
    open(fold);
    const row = document.getElementById(`all/${anchor}`);
    fold.querySelectorAll('.chosen').forEach((each) => each.classList.remove('chosen'));
    row?.classList.add('chosen');
    (row ?? fold).scrollIntoView({ block: 'center' });
    row?.focus({ preventScroll: true });
    return true;
  }

  private fold(backend: VerdictsHead, index: number): HTMLElement {
    const fold = make('details', { class: 'fold' }, make('summary', {}, backend.name));
    backend.anchors.forEach((anchor) => this.folds.set(anchor, fold));
    fillWhenOpened(fold, () => [this.table(index), ...this.reruns(backend.name)]);
    return fold;
  }

  private table(backend: number): HTMLElement {
    const rows = verdictsOf(backend).flatMap((promise) =>
      promise.results.map(([index, words, standing], i) => {
        const cell = this.report.cells[index]!;
        const row = make('tr', { class: standing, tabindex: i === 0 ? -1 : undefined },
          make('th', { scope: 'row' }, i === 0 ? promise.promise
            : make('span', { class: 'unseen' }, promise.promise)),
          make('td', {}, cell.scenario), make('td', {}, cell.engine), make('td', {}, words),
          make('td', { class: 'scope' }, numbersOf(index).scope));
        if (i === 0) row.id = `all/${promise.anchor}`;
        return row;
      }));
    return make('div', { class: 'scroll', tabindex: 0 },
      make('table', { class: 'verdicts' },
        make('thead', {}, make('tr', {},
          ['promise', 'scenario', 'engine', 'verdict', 'scope'].map((title) =>
            make('th', { scope: 'col' }, title)))),
        make('tbody', {}, rows)));
  }

  private reruns(name: string): HTMLElement[] {
    const lines = this.report.cells.filter((cell) => cell.backend === name)
      .map((cell) => numbersOf(cell.index).rerun).filter((line) => line !== '');
    return lines.length === 0 ? [] : [make('h3', {}, 'Run them again'), command(lines.join('\n'))];
  }
}
