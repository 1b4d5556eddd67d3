// cacache behind tearproof's adapter protocol (docs/adapters.md).
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const print = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr); // What others print.

const folder = process.argv[2] || __dirname;
const place = require.resolve('cacache', { paths: [path.resolve(folder)] });
const cacache = require(place);
const { version } = JSON.parse(fs.readFileSync(path.join(path.dirname(place), '..', 'package.json')));
// What is memoized is no file: not what is tested here.
const options = { memoize: false };
// Requests in flight at a time, of the adapter's own process.
const concurrency = Number(process.argv[3] || 1);

let root;

const operations = {
  async init(request) {
    root = request.dir;
    return { name: 'cacache', version, source: place, concurrency,
             runtime: `Node.js ${process.versions.node}` };
  },
  async get(request) {
    try {
      const { data } = await cacache.get(root, request.key, options);
      return { result: 'hit', value: data.toString('latin1') };
    } catch (error) { // No entry, or one whose content is not there: "will be rejected".
      if (error.code === 'ENOENT') return { result: 'miss' };
      throw error;
    }
  },
  async has(request) {
    const entry = await cacache.get.info(root, request.key);
    return { result: entry === null ? 'miss' : 'hit' };
  },
  async set(request) {
    await cacache.put(root, request.key, request.value, options);
    return { result: 'done' };
  },
  async delete(request) {
    await cacache.rm.entry(root, request.key);
    return { result: 'done' };
  },
  async clear() {
    await cacache.rm.all(root);
    return { result: 'done' };
  },
  async cull() {
    await cacache.verify(root);
    return { result: 'done' };
  },
};

const clock = () => process.hrtime.bigint().toString();

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const request = JSON.parse(line);
  const answer = { id: request.id };
  const t0 = clock();
  try {
    if (Object.hasOwn(operations, request.op)) {
      Object.assign(answer, { ok: true }, await operations[request.op](request));
    } else {
      answer.unsupported = true;
    }
  } catch (error) {
    Object.assign(answer, { ok: false, error: String(error) });
  }
  print(`${JSON.stringify({ ...answer, t0, t1: clock() })}\n`);
});
