// flat-cache behind tearproof's adapter protocol (docs/adapters.md).
//
// A flat-cache is one JSON file that is loaded whole and saved whole. Each operation loads it anew,
// as a process would that has just started, and each change saves it.
const path = require('path');
const readline = require('readline');

const print = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr); // What others print.

const folder = process.argv[2] || __dirname;
const place = require.resolve('flat-cache', { paths: [path.resolve(folder)] });
const flatCache = require(place);
// Not in `exports` of package.json in every version: found by the file that was loaded.
const { version } = require(path.join(place.slice(0, place.lastIndexOf('flat-cache')), 'flat-cache',
                                      'package.json'));

let root;
const load = () => flatCache.load('cache', root);
const found = (cache, key) => Object.prototype.hasOwnProperty.call(cache.all(), key);

const operations = {
  init(request) {
    root = request.dir;
    return { name: 'flat-cache', version, source: place, runtime: `Node.js ${process.versions.node}` };
  },
  get(request) {
    const value = load().getKey(request.key);
    return value === undefined ? { result: 'miss' } : { result: 'hit', value: String(value) };
  },
  has(request) {
    return { result: found(load(), request.key) ? 'hit' : 'miss' };
  },
  set(request) {
    const cache = load();
    cache.setKey(request.key, request.value);
    cache.save(true);
    return { result: 'done' };
  },
  delete(request) {
    const cache = load();
    if (!found(cache, request.key)) return { result: 'refused' };
    cache.removeKey(request.key);
    cache.save(true);
    return { result: 'done' };
  },
  clear() {
    flatCache.clearAll(root);
    return { result: 'done' };
  },
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  let answer = { id: request.id, unsupported: true };
  try {
    if (Object.hasOwn(operations, request.op)) {
      answer = { id: request.id, ok: true, ...operations[request.op](request) };
    }
  } catch (error) {
    answer = { id: request.id, ok: false, error: String(error) };
  }
  print(`${JSON.stringify(answer)}\n`);
});
