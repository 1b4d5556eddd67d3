// The report: reads the data in the page, and lays it out.

import { benchSection } from './bench';
import { Breaks } from './breaks';
import { command, make, open } from './dom';
import { explorationsSection, notesSection, readingSection, runsSection } from './facts';
import { matrixSection } from './matrix';
import type { Report } from './model';
import * as pieces from './pieces';
import { speedsSection } from './speeds';
import { sweepsSection } from './sweeps';
import { tradeSection } from './trade';
import { Verdicts } from './verdicts';

const tones: Record<number, string> = { 0: 'held', 1: 'broken-counted' };

function header(report: Report): HTMLElement {
  // "BROKEN: 2 promises, by naive. More." The word first, then the rest.
  const [, word = '', first = '', rest = ''] =
    /^([A-Z ]+): (.*?[.])(?: (.*))?$/.exec(report.verdict) ?? ['', '', report.verdict, ''];
  const run = report.runs[0]!;
  const facts = [run.started.replace('T', ' ').replace('Z', ' UTC'), run.kernel, run.file_system,
    report.runs.length > 1 ? `${report.runs.length} runs` : run.elapsed];
  return make('header', {},
    make('p', { class: 'eyebrow' }, 'tearproof report'),
    make('h1', {},
      word !== '' && make('span', { class: `mark ${tones[report.exit_code] ?? 'open'}` },
        word), ' ',
      word === '' ? first : first.charAt(0).toUpperCase() + first.slice(1)),
    rest !== '' && make('p', { class: 'rest' }, rest),
    make('p', { class: 'facts-line' }, facts.filter((each) => each !== '').join(' · ')),
    report.rerun !== '' && [make('p', { class: 'small' }, 'To see it again:'),
      command(report.rerun)]);
}

// Those within others, too, that are made when those are opened.
function openAll(): void {
  let closed: NodeListOf<HTMLDetailsElement>;
  do {
    closed = document.querySelectorAll('details:not([open])');
    closed.forEach(open);
  } while (closed.length > 0);
}

function build(report: Report): void {
  const breaks = new Breaks(report);
  const verdicts = new Verdicts(report);
  const parts = [header(report), matrixSection(report.matrix), ...breaks.sections,
    explorationsSection(report), benchSection(report), sweepsSection(report), tradeSection(report),
    speedsSection(report), verdicts.element, notesSection(report), runsSection(report),
    readingSection()];
  document.getElementById('report')!.append(...parts.filter((part) => part !== null));
  const follow = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith('all/')) {
      verdicts.show(hash.slice(4));
      return;
    }
    const [, anchor = hash, letter = ''] = /^(.+\/[^/]+)\/([A-Z])$/.exec(hash) ?? [];
    if (!breaks.show(anchor, letter)) verdicts.show(anchor);
  };
  addEventListener('hashchange', follow);
  addEventListener('beforeprint', openAll);
  follow();
}

build(pieces.report());
