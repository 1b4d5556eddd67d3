// Builds the page into one file: node build.mjs <file to write>.
// Beside it lie node_modules (npm ci).

import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), 'page');

async function bundle(entry) {
  const result = await build({
    absWorkingDir: source,
    entryPoints: [join(source, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'inline',
  });
  // Generated lines end where the text does: no white space that differs by editor.
  return result.outputFiles[0].text.trim().replaceAll('\t', '\\t');
}

const page = await readFile(join(source, 'page.html'), 'utf8');
const [style, script] = await Promise.all([bundle('style.css'), bundle('main.ts')]);
const whole = page.replace('/*style*/', () => style).replace('/*script*/', () => script);
await writeFile(process.argv[2], whole);
