// What docs/reports.md says of sizes and times: node measure.mjs <chromium> <html_samples> <tearproof>.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [executablePath, samples, tearproof] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tearproof-measured-'));
const megabytes = (file) => `${(statSync(file).size / 1e6).toFixed(1)} MB`;

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function written(name, title) {
  const page = join(folder, `${name}-written.html`);
  const times = [1, 2, 3, 4, 5].map(() => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(tearproof, ['report', join(folder, `${name}.json`), '-o', page]);
    if (status !== 0) throw new Error(String(stderr));
    return performance.now() - begin;
  });
  console.log(`${title}: ${megabytes(page)}, written in ${median(times).toFixed(0)} ms`);
}

// From the navigation until a click on the matrix has opened its evidence.
async function interactive(name) {
  const times = [];
  const busy = []; // Processor time of the page's own thread: of other work it knows nothing.
  for (let i = 0; i < 5; ++i) {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const begin = performance.now();
    await page.goto(`file://${join(folder, `${name}.html`)}`);
    await page.click('.matrix a >> nth=0');
    await page.waitForSelector('.break[open] .lanes');
    times.push(performance.now() - begin);
    const { metrics } = await session.send('Performance.getMetrics');
    busy.push(1000 * metrics.find((each) => each.name === 'ThreadTime').value);
    await browser.close();
  }
  console.log(`${megabytes(join(folder, `${name}.html`))} of page: evidence of the first click after ` +
    `${median(times).toFixed(0)} ms, ${median(busy).toFixed(0)} ms of them at work`);
}

try {
  execFileSync(samples, [folder]);
  written('large', '20 caches × 15 scenarios');
  await interactive('large');
  await interactive('huge');
} finally {
  rmSync(folder, { recursive: true });
}
