// The template that is kept is the one that its sources make: node template_test.mjs <template>.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

execFileSync(process.execPath, ['build.mjs', 'fresh.html'], { stdio: 'inherit' });
const fresh = readFileSync('fresh.html', 'utf8');
const kept = readFileSync(process.argv[2], 'utf8');
assert.ok(fresh === kept,
  'template.html is not what page/ makes: cmake --build <folder> --target html_template');
assert.equal(fresh.split('<!--data-->').length, 2, 'one place for the data');
assert.doesNotMatch(fresh, /\b(?:src|href)="?https?:/, 'it fetches nothing');
