// A cache behind tearproof's adapter protocol: put the calls of yours into these functions.
// tearproof adapter-test node adapter.js    checks it; docs/adapters.md says the rest.
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const print = process.stdout.write.bind(process.stdout);
// What the cache prints goes to standard error: it is no answer.
process.stdout.write = process.stderr.write.bind(process.stderr);

let root, written = 0;
// Keys are any text: "../x", "a/b", a NUL.
const file = (key) => path.join(root, crypto.createHash('sha256').update(key).digest('hex'));

const operations = {
  // Comes first, and again with another "dir": open the cache there and forget all else.
  async init(request) {
    root = request.dir;
    fs.mkdirSync(root, { recursive: true });
    return { name: 'mine', source: __filename, operations: ['get', 'has', 'set', 'delete'] };
  },
  async get(request) {
    try {
      return { result: 'hit', value: fs.readFileSync(file(request.key), 'utf8') };
    } catch (error) {
      if (error.code === 'ENOENT') return { result: 'miss' };
      throw error;
    }
  },
  async has(request) {
    return { result: fs.existsSync(file(request.key)) ? 'hit' : 'miss' };
  },
  async set(request) { // A cache with times to live takes request.ttl: seconds.
    const temporary = `${file(request.key)}.${process.pid}.${written++}`;
    fs.writeFileSync(temporary, request.value);
    fs.renameSync(temporary, file(request.key));
    return { result: 'done' };
  },
  async delete(request) { // "refused" is by contract, and no error: there was nothing to delete.
    const there = fs.existsSync(file(request.key));
    fs.rmSync(file(request.key), { force: true });
    return { result: there ? 'done' : 'refused' };
  },
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer = { unsupported: true };
    try {
      if (request.op in operations) answer = await operations[request.op](request);
      answer = { id: request.id, ok: true, ...answer };
    } catch (error) { // What a user of the cache would have been shown.
      answer = { id: request.id, ok: false, error: String(error) };
    }
    print(`${JSON.stringify(answer)}\n`);
  }
})();
