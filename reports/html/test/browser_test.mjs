// The page in a real browser: node browser_test.mjs <chromium> <html_samples>.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [executablePath, samples] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'tearproof-pages-'));
// Debian's chromium has no sandbox for root. A page from a file has nothing to break out to.
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

// A page whose every complaint and every request is a failure.
async function open(name, hash = '', options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, bypassCSP: false, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.stack));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`));
  page.on('request', (request) =>
    request.url().startsWith('file:') || problems.push(`fetches ${request.url()}`));
  await page.goto(`file://${join(folder, `${name}.html`)}${hash}`);
  return { page, problems, close: () => context.close() };
}

async function openAll(page) {
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
}

const tests = {
  async everySampleRendersWithoutAComplaint() {
    for (const name of ['realistic', 'hostile', 'wide', 'explored', 'benchmark', 'sweep', 'empty']) {
      const { page, problems, close } = await open(name);
      await openAll(page);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const beyond = await page.evaluate(() => [...document.querySelectorAll('main *')]
          .filter((each) => document.documentElement.scrollWidth > innerWidth &&
            each.getBoundingClientRect().right > innerWidth && !each.closest('.scroll'))
          .map((each) => each.outerHTML.slice(0, 200)));
        assert.deepEqual(beyond, [], `${name} at ${width}`);
        // What is hidden within a part that scrolls must not widen the page either.
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, name);
      }
      assert.deepEqual(problems, [], name);
      await close();
    }
  },

  async axeFindsNothing() {
    for (const [name, colorScheme] of [['realistic', 'light'], ['realistic', 'dark'],
      ['explored', 'light'], ['benchmark', 'dark'], ['sweep', 'light'], ['hostile', 'light']]) {
      const { page, close } = await open(name, '', { colorScheme });
      await openAll(page);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map((each) =>
        `${each.id}: ${each.nodes[0].html} ${each.nodes[0].failureSummary}`), [], name);
      await close();
    }
  },

  async aCellOfTheMatrixLeadsToItsEvidence() {
    const { page, close } = await open('realistic');
    await page.click('.matrix a[href="#naive/present"]');
    const card = page.locator('details[id="naive/present"]');
    assert.equal(await card.evaluate((each) => each.open), true);
    assert.match(await card.textContent(), /missed although set #31/);
    await page.click('.matrix a[href="#flock/intact"]');
    await page.waitForSelector('tr[id="all/flock/intact"].chosen');
    await close();
  },

  async theKeyboardGoesThroughOperationsAndBreaks() {
    const { page, close } = await open('realistic', '#naive/intact');
    const chosen = () => page.locator('.break[open] .bar[aria-pressed=true] b').first().textContent();
    assert.equal(await chosen(), 'C', 'the one that decides');
    await page.locator('.break[open] .bar[aria-pressed=true]').first().focus();
    await page.keyboard.press('ArrowLeft');
    assert.equal(await chosen(), 'B');
    await page.keyboard.press('Home');
    assert.equal(await chosen(), 'A');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await chosen(), 'A', 'there is none before the first');
    await page.keyboard.press('n');
    await page.waitForFunction(() => location.hash !== '#naive/intact');
    const hash = await page.evaluate(() => location.hash);
    const second = await page.locator('details.break').nth(1).getAttribute('id');
    assert.equal(decodeURIComponent(hash.slice(1)), second);
    await close();
  },

  async aDeepLinkChoosesItsOperation() {
    const { page, close } = await open('realistic', '#naive/intact/B');
    assert.equal(await page.locator('.break[open] tr.chosen th').first().textContent(), 'B');
    await close();
  },

  async hostileTextIsTextAndNothingElse() {
    const { page, problems, close } = await open('hostile');
    await openAll(page);
    assert.equal(await page.locator('script:not([type="application/json"])').count(), 1,
      'beside the data only the page itself');
    assert.equal(await page.locator('a[href^="javascript:"]').count(), 0);
    const text = await page.locator('main').textContent();
    assert.match(text, /<\/script><script>alert\(1\)<\/script>/);
    assert.match(text, /\\x1b\[31mred/);
    assert.match(text, /a\\x00b/);
    assert.doesNotMatch(text, /[\u0000-\u0008\u001b\u202e]/);
    assert.deepEqual(problems, []);
    await close();
  },

  async anExplorationShowsItsCallsAndTheDecidingOne() {
    const { page, close } = await open('explored');
    await openAll(page);
    assert.ok(await page.locator('.calls tbody tr').count() > 3);
    assert.equal(await page.locator('.calls tr.deciding .decides').first().textContent(), 'decides');
    await close();
  },

  async benchmarksAreGroupedByDurabilityAndSayWhatTore() {
    const { page, close } = await open('benchmark');
    const groups = await page.locator('.bench th.group').allTextContents();
    assert.ok(groups.includes('Durability: file + directory (ext4)'), groups.join('; '));
    assert.equal(await page.locator('.bench td.broken').first().textContent(), 'broke intact');
    await close();
  },

  async roundsWithKillsAreBands() {
    const { page, problems, close } = await open('realistic', '#speeds');
    const bands = page.locator('#speeds .chart[aria-label^="Operations"] path[fill-opacity="0.18"]');
    await bands.first().waitFor();
    // A cache a band, each in a row of its own.
    const rows = await bands.evaluateAll((all) =>
      all.map((each) => Math.round(each.getBoundingClientRect().top)));
    assert.equal(rows.length, new Set(rows).size, rows.join());
    assert.equal(rows.length, await page.locator('#speeds figure:has(.chart[aria-label^="Operations"])')
      .locator('ul.series li').count());
    assert.deepEqual(problems, []);
    await close();
  },

  async sweepsAreCharts() {
    const { page, problems, close } = await open('sweep', '#sweeps');
    const texts = (id) => page.locator(`.sweep:has(#${id}-metric) svg text`).allTextContents();
    await page.waitForSelector('.sweep:has(#by-size-metric) svg');
    await page.waitForSelector('.sweep:has(#by-processes-metric) svg');
    const sizes = await texts('by-size');
    for (const size of ['64 B', '4 KiB', '1 MiB']) assert.ok(sizes.includes(size), sizes.join());
    const counts = await texts('by-processes');
    for (const count of ['1', '2', '8']) assert.ok(counts.includes(count), counts.join());
    assert.equal(await page.locator('.sweep:has(#by-size-metric) ul.series li').count(), 3);
    await page.selectOption('#by-size-metric', 'get, p99');
    await page.waitForSelector('.sweep:has(#by-size-metric) svg');
    assert.ok((await texts('by-size')).includes('get, p99'));
    assert.equal(await page.locator('#by-size-fixed option').count(), 6, 'processes × file systems');
    assert.deepEqual(problems, []);
    await close();
  },

  async oneSizeIsNoSweep() {
    const { page, close } = await open('benchmark');
    assert.equal(await page.locator('#sweeps').count(), 0);
    await close();
  },

  async costStandsAgainstPromisesHeld() {
    const { page, close } = await open('sweep', '#trade');
    const rows = await page.locator('#trade tbody tr').evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(rows, [
      ['temp-rename:sync=full', 'file', '3', '', '0.50'],
      ['django', 'none', '3', '', '0.33'],
      ['naive', 'none', '2', 'intact', '1.00']]);
    await page.waitForSelector('#trade svg');
    const labels = await page.locator('#trade svg text').allTextContents();
    for (const [name] of rows) assert.ok(labels.includes(name), labels.join());
    await close();
  },

  async aMillionOperationsAreAWindowAroundTheEvidence() {
    const { page, problems, close } = await open('realistic', '#naive/intact');
    const card = page.locator('.break[open]');
    assert.equal(await card.locator('.neighbour').count(), 40);
    assert.match(await card.textContent(),
      /of the 1,234 other operations on the same keys .*, the 40 nearest to what decides/);
    const lanes = await card.locator('.lane:not(.axis) .who').allTextContents();
    assert.deepEqual(lanes, ['process 1', 'process 3', 'process 7', 'process 5']);
    // What lies beyond the evidence's operations is cut off where they are.
    const beyond = await card.locator('.track').last().evaluate((track) => {
      const { left, right } = track.getBoundingClientRect();
      return [...document.querySelectorAll('.neighbour')].map((each) => each.getBoundingClientRect())
        .filter((box) => box.left < left - 1 || box.left > right + 1).length;
    });
    assert.equal(beyond, 0);
    await card.locator('summary', { hasText: 'beside them' }).click();
    const rows = card.locator('.lanes details tbody tr');
    await rows.first().waitFor();  // They are made when the browser says that it is open.
    assert.equal(await rows.count(), 40);
    assert.equal(await rows.first().textContent(), '5get k0 → value of A−500 ns700 ns');
    assert.match(await page.locator('#runs .lead').textContent(), /the 12 on which .* 80 that ran beside/);
    assert.deepEqual(problems, []);
    await close();
  },

  async labelsOfMomentsLieBelowTheirTicks() {
    const { page, close } = await open('realistic', '#naive/present');
    const crossed = await page.locator('.break[open] .tick').evaluateAll((ticks) => ticks.filter((tick) => {
      const line = parseFloat(getComputedStyle(tick, '::before').height);
      return tick.firstChild.getBoundingClientRect().top < tick.getBoundingClientRect().top + line;
    }).length);
    assert.equal(crossed, 0);
    await close();
  },

  async tenMegabytesAreReadWhereTheyAreLookedAt() {
    assert.ok(statSync(join(folder, 'huge.html')).size > 10e6);
    const { page, problems, close } = await open('huge');
    const unread = async () => Object.fromEntries(await Promise.all(['break', 'verdicts', 'cell'].map(
      async (name) => [name, await page.locator(`script[id^="${name}-"]`).count()])));
    const breaks = await page.locator('details.break').count();
    const caches = await page.locator('details.fold').count();
    assert.equal(await page.locator('details.break > :not(summary)').count(),
      await page.locator('details.break[open] > :not(summary)').count());
    assert.equal(await page.locator('details.fold > :not(summary)').count(), 0);
    // Of 100 scenarios the charts and the table of speeds show one, and one break is open.
    const atFirst = { break: breaks - 1, verdicts: caches, cell: 99 * caches };
    assert.deepEqual(await unread(), atFirst);
    assert.equal(await page.locator('svg').count(), 0, 'charts are drawn when they are seen');

    await page.click('.matrix a >> nth=1');
    await page.waitForSelector('.break[open] .lanes >> nth=1');
    assert.deepEqual(await unread(), { ...atFirst, break: breaks - 2 });
    await page.evaluate(() => document.getElementById('speeds').scrollIntoView());
    await page.waitForSelector('#speeds svg');
    await page.click('details.fold summary >> nth=0');
    await page.waitForSelector('details.fold[open] table');
    assert.deepEqual(await unread(), { break: breaks - 2, verdicts: caches - 1, cell: 99 * (caches - 1) });
    assert.deepEqual(problems, []);
    await close();
  },

  async chartsArePrintedThoughNobodySawThem() {
    const { page, close } = await open('sweep');
    assert.ok(await page.locator('.chart').count() > 2);
    await openAll(page);
    assert.equal(await page.locator('.chart svg').count(), await page.locator('.chart').count());
    await close();
  },
};

try {
  execFileSync(samples, [folder]);
  for (const [name, test] of Object.entries(tests)) {
    await test();
    console.log(`passed: ${name}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
