"""diskcache's Cache behind tearproof's adapter protocol (docs/adapters.md)."""
import inspect, json, os, platform, sqlite3, sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What is printed by others is no answer.
cache = None

def init(request):
    global cache
    options = request["options"]
    if options["path"]: sys.path[:0] = [os.path.expanduser(options["path"])]
    import diskcache
    if cache is not None: cache.close()
    cache = diskcache.Cache(request["dir"], disk_min_file_size=int(options["disk_min_file_size"]))
    return {"name": "diskcache", "version": diskcache.__version__,
            "source": inspect.getfile(diskcache.Cache),
            "runtime": f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"}

def stored(text):  # incr takes numbers.
    return int(text) if text.isdecimal() and text == str(int(text[:18])) else text

def get(request):
    value = cache.get(request["key"], retry=True)
    return {"result": "miss"} if value is None else {"result": "hit", "value": str(value)}

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

for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"]}
    try:
        run = OPERATIONS.get(request["op"])
        answer.update(run(request) if run else {"unsupported": True}, ok=True)
    except Exception as error:
        answer.update(ok=False, error=repr(error))
    print(json.dumps(answer), file=answers, flush=True)
