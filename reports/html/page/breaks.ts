// Broken promises: what was seen, why, what helps, and the lanes that show it.

import { drawCalls } from './calls';
import { command, fillWhenOpened, make, open, section } from './dom';
import { drawLanes } from './lanes';
import type { Break, BreakHead, Report } from './model';
import { breakOf } from './pieces';

function label(title: string, text: string): HTMLElement[] {
  return text === '' ? [] : [make('dt', {}, title), make('dd', {}, text)];
}

export class Breaks {
  readonly sections: HTMLElement[];
  private readonly cards = new Map<string, HTMLDetailsElement>();
  private readonly choosers = new Map<string, (letter: string) => void>();

  constructor(report: Report) {
    this.sections = report.groups.map((group, i) =>
      section(`group-${i}`, group.title,
        group.breaks.map((index) => this.card(report.breaks[index]!, index))));
    // What the reader came for is open: the first, and all that counts if it is not much.
    const first = [...this.cards.values()].slice(0, 1);
    first.forEach(open);
    document.addEventListener('keydown', (event) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
      if (event.key === 'n') this.step(1);
      if (event.key === 'p') this.step(-1);
    });
  }

  // Whether there was something to show.
  show(anchor: string, letter: string): boolean {
    const card = this.cards.get(anchor);
    if (card === undefined) return false;
    open(card);
    card.scrollIntoView({ block: 'start' });
    if (letter === '') card.querySelector('summary')!.focus({ preventScroll: true });
    else this.choosers.get(anchor)?.(letter);
    return true;
  }

  private step(by: number): void {
    const anchors = [...this.cards.keys()];
    const at = anchors.findIndex((each) => this.cards.get(each)!.contains(document.activeElement));
    const next = anchors[at === -1 && by < 0 ? anchors.length - 1 : at + by];
    if (next !== undefined) location.hash = next;
  }

  private card(each: BreakHead, index: number): HTMLElement {
    const title = make('summary', {}, make('span', { class: 'title' }, each.title),
      make('span', { class: 'amount' }, each.amount));
    const card = make('details', { class: `break ${each.class}`, id: each.anchor }, title);
    fillWhenOpened(card, () => this.content(breakOf(index)));
    this.cards.set(each.anchor, card);
    return card;
  }

  private content(each: Break): Node[] {
    const words = make('dl', { class: 'words' },
      label('Promise', `broken when ${each.meaning}`),
      label('Seen', each.sentence),
      each.anomaly !== undefined && [
        label('Cause', each.anomaly.cause),
        label('Remedy', each.anomaly.remedy),
      ],
      label('Known as', each.known),
      label('Still held', each.still_held.replace('what still held: ', '')),
      label('Load', each.scope));
    const nodes: Node[] = [words];
    if (each.calls !== undefined) nodes.push(drawCalls(each.calls));
    if (each.operations.length > 0 && each.calls === undefined) {
      const [lanes, choose] = drawLanes(each);
      this.choosers.set(each.anchor, choose);
      nodes.push(lanes);
    }
    const replay = each.calls?.replay ?? '';
    if (replay !== '') nodes.push(make('h3', {}, 'See it again, every time'), command(replay));
    if (each.rerun !== '') {
      nodes.push(make('h3', {}, replay === '' ? 'Run it again' : 'Explore it again'),
        command(each.rerun));
    }
    nodes.push(make('p', { class: 'around' },
      make('a', { href: '#matrix' }, 'Back to the matrix'), ' · ',
      make('a', { href: `#all/${each.anchor}` }, 'All verdicts on this promise'), ' · ',
      make('button', { type: 'button', class: 'link', click: () => this.step(-1) },
        'Previous break'), ' · ',
      make('button', { type: 'button', class: 'link', click: () => this.step(1) }, 'Next break')));
    return nodes;
  }
}
