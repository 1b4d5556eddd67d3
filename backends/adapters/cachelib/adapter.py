"""cachelib's FileSystemCache behind tearproof's adapter protocol (docs/adapters.md)."""
import inspect, json, math, os, platform, sys, time

answers = os.fdopen(os.dup(1), "wb", 1 << 18)
os.dup2(2, 1)  # What is printed by others is no answer.

class NotStored(Exception):
    """set said False: what went wrong is in the log, on standard error."""

def init(request):
    global cache
    options = request["options"]
    if options["path"]: sys.path[:0] = [os.path.expanduser(options["path"])]
    from importlib import metadata
    from cachelib import FileSystemCache
    cache = FileSystemCache(request["dir"], threshold=int(options["max_entries"]),
                            default_timeout=int(options["default_timeout"]))
    return {"name": "cachelib", "version": metadata.version("cachelib"),
            "source": inspect.getfile(FileSystemCache),
            "runtime": "Python " + platform.python_version(), "values": "bytes", "ahead": 32}

def lifetime(request):  # In whole seconds; 0 stands for ever, and a negative one has expired.
    return {"timeout": math.ceil(request["ttl"]) or -1} if "ttl" in request else {}

def stored(text):  # inc takes numbers.
    return int(text) if text.isdecimal() and text == str(int(text[:20])) else text

def get(request):
    value = cache.get(request["key"])
    if value is None: return {"result": "miss"}
    return {"result": "hit", "bytes": str(value).encode("latin-1", "backslashreplace")}

def has(request):
    return {"result": "hit" if cache.has(request["key"]) else "miss"}

def write(request):
    if not cache.set(request["key"], stored(request["value"]), **lifetime(request)):
        raise NotStored("set returned False")
    return {"result": "done"}

def add(request):
    won = cache.add(request["key"], stored(request["value"]), **lifetime(request))
    return {"result": "done" if won else "refused"}

def incr(request):
    value = cache.inc(request["key"], request["delta"])
    if value is None: raise NotStored("inc returned None")
    return {"result": "done", "value": str(value)}

def delete(request):
    if not cache.delete(request["key"]): raise NotStored("delete returned False")
    return {"result": "done"}

def clear(request):
    if not cache.clear(): raise NotStored("clear returned False")
    return {"result": "done"}

def cull(request):
    cache._prune()
    return {"result": "done"}

OPERATIONS = {"init": init, "get": get, "has": has, "set": write, "add": add, "incr": incr,
              "delete": delete, "clear": clear, "cull": cull}

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
