// The operations of an evidence: a lane a process, bars on a time axis, and the same as a table; and
// what ran beside them.

import { fillWhenOpened, make } from './dom';
import type { Break, Neighbour, Operation } from './model';
import { formatTime, timeScale, type TimeScale } from './time_scale';

class Lanes {
  readonly element: HTMLElement;
  private readonly bars: HTMLButtonElement[] = [];
  private readonly rows: HTMLTableRowElement[] = [];
  private chosen: number;

  constructor(private readonly evidence: Break) {
    const operations = evidence.operations;
    const scale = timeScale(operations);
    const beside = evidence.neighbours?.shown ?? [];
    const processes = [...new Set([...operations.map((each) => each.process),
      ...beside.map(([process]) => process).sort((a, b) => a - b)])];
    for (const [i, each] of operations.entries()) {
      this.bars.push(this.bar(each, i, scale));
      this.rows.push(this.row(each, i));
    }
    const lanes = processes.map((process) =>
      make('div', { class: 'lane' }, make('span', { class: 'who' }, `process ${process}`),
        make('div', { class: 'track' },
          beside.filter(([who]) => who === process).map((each) => neighbourBar(each, scale)),
          this.bars.filter((_, i) => operations[i]!.process === process))));
    const deciding = operations.findIndex((each) => each.deciding);
    this.chosen = Math.max(deciding, 0);
    this.element = make('div', { class: 'lanes' },
      make('div', { class: 'toolbar', role: 'group', 'aria-label': 'Go through the operations' },
        this.jump('First', () => 0),
        this.jump('Previous', () => this.chosen - 1),
        this.jump('Next', () => this.chosen + 1),
        deciding >= 0 && this.jump('The one that decides', () => deciding)),
      make('div', { class: 'tracks' }, lanes, axis(scale, evidence.unit)),
      make('div', { class: 'scroll', tabindex: 0 },
        make('table', { class: 'operations' },
          make('thead', {}, make('tr', {},
            ['', 'process', 'operation', 'began', 'took', 'its part'].map((title, i) =>
              make('th', { scope: 'col', class: i === 3 || i === 4 ? 'number' : '' }, title || make('span', { class: 'unseen' }, 'letter'))))),
          make('tbody', {}, this.rows))),
      make('p', { class: 'small' }, this.footnote()), neighbourTable(evidence));
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    this.choose(this.chosen, false);
  }

  choose(index: number, focus: boolean): void {
    if (index < 0 || index >= this.bars.length) return;
    this.chosen = index;
    this.bars.forEach((bar, i) => {
      bar.setAttribute('aria-pressed', String(i === index));
      bar.tabIndex = i === index ? 0 : -1;
    });
    this.rows.forEach((row, i) => row.classList.toggle('chosen', i === index));
    if (focus) this.bars[index]!.focus();
  }

  private footnote(): string {
    const stretched = 'Time runs from left to right; long stretches are drawn shorter than they ' +
      'are. Striped: it never returned, or its process ended first.';
    const more = this.evidence.more === 0 ? ''
      : ` ${this.evidence.more} more operations of this evidence are in the record.`;
    return stretched + more + aboutNeighbours(this.evidence);
  }

  private bar(each: Operation, i: number, scale: TimeScale): HTMLButtonElement {
    const left = scale.at(each.begin);
    const right = each.end === null ? scale.end : scale.at(each.end);
    const says = `${each.letter}: ${each.label}, took ${each.took}` +
      `${each.part ? `, ${each.part}` : ''}${each.deciding ? ', decides' : ''}`;
    const bar = make('button', { type: 'button', 'aria-label': says, title: says },
      make('b', {}, each.letter), ` ${each.label}`);
    bar.className = `bar${each.deciding ? ' deciding' : ''}${each.open ? ' open' : ''}`;
    bar.style.left = `${left}%`;
    bar.style.width = `${Math.max(right - left, 0)}%`;
    bar.addEventListener('click', () => this.choose(i, true));
    bar.addEventListener('mouseenter', () => this.rows[i]!.classList.add('hovered'));
    bar.addEventListener('mouseleave', () => this.rows[i]!.classList.remove('hovered'));
    return bar;
  }

  private row(each: Operation, i: number): HTMLTableRowElement {
    const row = make('tr', { class: each.deciding ? 'deciding' : '' },
      make('th', { scope: 'row' }, make('a', { href: `#${this.evidence.anchor}/${each.letter}` },
        each.letter)),
      make('td', {}, String(each.process)),
      make('td', {}, make('code', {}, each.label)),
      make('td', { class: 'number' }, since(each.begin, this.evidence.unit)),
      make('td', { class: 'number' }, each.took),
      make('td', {}, each.part, each.deciding && make('strong', {}, each.part ? ' (decides)'
        : 'decides')));
    row.addEventListener('click', () => this.choose(i, false));
    row.addEventListener('mouseenter', () => this.bars[i]!.classList.add('hovered'));
    row.addEventListener('mouseleave', () => this.bars[i]!.classList.remove('hovered'));
    return row;
  }

  private jump(title: string, where: () => number): HTMLElement {
    return make('button', { type: 'button', click: () => this.choose(where(), true) }, title);
  }

  private onKey(event: KeyboardEvent): void {
    const to: Record<string, number> = {
      ArrowRight: this.chosen + 1,
      ArrowLeft: this.chosen - 1,
      Home: 0,
      End: this.bars.length - 1,
    };
    const index = to[event.key];
    if (index === undefined || !(event.target as HTMLElement).classList.contains('bar')) return;
    event.preventDefault();
    this.choose(index, true);
  }
}

// Of how many it shows how many, and which.
function aboutNeighbours({ neighbours }: Break): string {
  if (neighbours === undefined) return '';
  const { count, shown } = neighbours;
  const what = ' between the first call and the last return of these';
  return shown.length < count
    ? ` Thin: of the ${count.toLocaleString('en')} other operations on the same keys that ran` +
      `${what}, the ${shown.length} nearest to what decides.`
    : ` Thin: all other operations on the same keys that ran${what}.`;
}

function neighbourBar([process, label, begin, end, open]: Neighbour, scale: TimeScale): HTMLElement {
  const left = scale.at(begin);
  const bar = make('span', { class: `neighbour${open ? ' open' : ''}`,
    title: `process ${process}: ${label}` });
  bar.style.left = `${left}%`;
  bar.style.width = `${(end === null ? scale.end : scale.at(end)) - left}%`;
  return bar;
}

function neighbourTable({ neighbours, unit }: Break): HTMLElement | null {
  if (neighbours === undefined) return null;
  const fold = make('details', {}, make('summary', {}, 'What ran beside them'));
  fillWhenOpened(fold, () => [make('div', { class: 'scroll', tabindex: 0 }, make('table', {},
    make('thead', {}, make('tr', {}, ['process', 'operation', 'began', 'took'].map((title, i) =>
      make('th', { scope: 'col', class: i > 1 ? 'number' : '' }, title)))),
    make('tbody', {}, neighbours.shown.map(([process, label, begin, end]) =>
      make('tr', {}, make('td', {}, String(process)), make('td', {}, make('code', {}, label)),
        make('td', { class: 'number' }, since(begin, unit)),
        make('td', { class: 'number' }, end === null ? '…' : formatTime(end - begin, unit)))))))]);
  return fold;
}

// After the first call of the evidence, or before it.
function since(time: number, unit: 'ns' | 'steps'): string {
  return `${time < 0 ? '−' : '+'}${formatTime(Math.abs(time), unit)}`;
}

function axis(scale: TimeScale, unit: 'ns' | 'steps'): HTMLElement {
  const ticks = scale.moments.map((time) => {
    const tick = make('span', { class: 'tick' }, make('span', {}, since(time, unit)));
    tick.style.left = `${scale.at(time)}%`;
    if (scale.at(time) > 80) tick.classList.add('late');
    return tick;
  });
  const track = make('div', { class: 'track' }, ticks);
  // Labels that would lie on each other are left out.
  new ResizeObserver(() => {
    let free = -Infinity;
    for (const tick of ticks) {
      tick.classList.remove('silent');
      const box = tick.getBoundingClientRect();
      const fits = box.left >= free + 6;
      tick.classList.toggle('silent', !fits);
      if (fits) free = box.right;
    }
  }).observe(track);
  return make('div', { class: 'lane axis', 'aria-hidden': 'true' },
    make('span', { class: 'who' }, 'time'), track);
}

// Returns the element, and what chooses an operation by its letter.
export function drawLanes(evidence: Break): [HTMLElement, (letter: string) => void] {
  const lanes = new Lanes(evidence);
  const choose = (letter: string) =>
    lanes.choose(evidence.operations.findIndex((each) => each.letter === letter), true);
  return [lanes.element, choose];
}
