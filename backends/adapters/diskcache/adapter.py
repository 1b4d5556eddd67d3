"""diskcache's Cache behind tearproof's adapter protocol (docs/adapters.md)."""
import inspect, json, os, platform, random, sqlite3, sys, time

answers = os.fdopen(os.dup(1), "wb", 1 << 18)
os.dup2(2, 1)  # What is printed by others is no answer.
cache = None

def init(request):
    global cache
    options = request["options"]
    if options["path"]: sys.path[:0] = [os.path.expanduser(options["path"])]
    import diskcache
    if cache is not None: cache.close()
    # It names the files of its values by them.
    os.urandom = random.Random(f"{request['seed']} {request['process']}").randbytes
    cache = diskcache.Cache(request["dir"], disk_min_file_size=int(options["disk_min_file_size"]))
    return {"name": "diskcache", "version": diskcache.__version__,
            "source": inspect.getfile(diskcache.Cache),
            "runtime": f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
            "values": "bytes", "ahead": 32}

def stored(text):  # incr takes numbers.
    return int(text) if text.isdecimal() and text == str(int(text[:18])) else text

def get(request):
    value = cache.get(request["key"], retry=True)
    if value is None: return {"result": "miss"}
    return {"result": "hit", "bytes": str(value).encode("latin-1", "backslashreplace")}

def has(request):
    return {"result": "hit" if request["key"] in cache else "miss"}

def done(happened):
    return {"result": "done" if happened else "refused"}

def incr(request):
    try:
        value = cache.incr(request["key"], request["delta"], default=None, retry=True)
        return {"result": "done", "value": str(value)}
    except KeyError:  # There is no such key.
        return {"result": "refused"}

def clear(request):
    cache.clear(retry=True)
    return done(True)

def cull(request):
    cache.cull(retry=True)
    return done(True)

# Whoever waits for a minute while another process stands still is told so (Timeout), or, with retry,
# waits on, which is what is asked for here.
OPERATIONS = {
    "init": init, "get": get, "has": has, "incr": incr, "clear": clear, "cull": cull,
    "set": lambda r: done(cache.set(r["key"], stored(r["value"]), expire=r.get("ttl"), retry=True)),
    "add": lambda r: done(cache.add(r["key"], stored(r["value"]), expire=r.get("ttl"), retry=True)),
    "delete": lambda r: done(cache.delete(r["key"], retry=True)),
    "touch": lambda r: done(cache.touch(r["key"], expire=r.get("ttl"), retry=True)),
}

requests = sys.stdin.buffer
for line in requests:
    request = json.loads(line)
    if "bytes" in request:
        request["value"] = requests.read(request["bytes"] + 1)[:-1].decode("latin-1")
    run = OPERATIONS.get(request["op"])
    begin = time.monotonic_ns()
    try:
        answer = run(request) if run else {"unsupported": True}
        answer["ok"] = True
    except Exception as error:
        answer = {"ok": False, "error": repr(error)}
    answer.update(id=request["id"], t0=str(begin), t1=str(time.monotonic_ns()))
    value = answer.get("bytes")
    if value is not None: answer["bytes"] = len(value)
    answers.write(json.dumps(answer).encode() + b"\n")
    if value is not None: answers.write(value + b"\n")
    if "more" not in request: answers.flush()
