"""Django's FileBasedCache behind tearproof's adapter protocol (docs/adapters.md)."""
import functools, inspect, json, os, platform, random, sys, time, warnings

answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # What is printed by others is no answer.

def init(request):
    global cache
    options = request["options"]
    if options["path"]: sys.path[:0] = [os.path.expanduser(options["path"])]
    import django
    from django.core.cache.backends.filebased import FileBasedCache
    timeout = options["timeout"]
    cache = FileBasedCache(request["dir"], {
        "timeout": None if timeout == "none" else int(timeout),
        "max_entries": options["max_entries"], "cull_frequency": options["cull_frequency"]})
    random.seed(request["seed"])  # What is culled.
    return {"name": "Django", "version": django.get_version(),
            "source": inspect.getfile(FileBasedCache),
            "runtime": "Python " + platform.python_version(), "values": "bytes", "ahead": 32}

def stored(text):  # incr takes numbers.
    return int(text) if text.isdecimal() and text == str(int(text[:20])) else text

def lifetime(request):
    return {"timeout": request["ttl"]} if "ttl" in request else {}

def get(request):
    value = cache.get(request["key"])
    if value is None: return {"result": "miss"}
    return {"result": "hit", "bytes": str(value).encode("latin-1", "backslashreplace")}

def has(request):
    return {"result": "hit" if cache.has_key(request["key"]) else "miss"}

def write(request):
    cache.set(request["key"], stored(request["value"]), **lifetime(request))
    return {"result": "done"}

def add(request):
    won = cache.add(request["key"], stored(request["value"]), **lifetime(request))
    return {"result": "done" if won else "refused"}

def incr(request):
    try:
        return {"result": "done", "value": str(cache.incr(request["key"], request["delta"]))}
    except ValueError:  # There is no such key.
        return {"result": "refused"}

def delete(request):
    return {"result": "done" if cache.delete(request["key"]) else "refused"}

def touch(request):
    return {"result": "done" if cache.touch(request["key"], **lifetime(request)) else "refused"}

def clear(request):
    cache.clear()
    return {"result": "done"}

def cull(request):
    cache._cull()
    return {"result": "done"}

OPERATIONS = {"init": init, "get": get, "has": has, "set": write, "add": add, "incr": incr,
              "delete": delete, "touch": touch, "clear": clear, "cull": cull}

@functools.lru_cache(64)
def printed(items):  # Most answers have been given before.
    return json.dumps(dict(items))[1:].encode()

def serve(requests):  # Of a function's own names Python knows the places.
    parse, now, unsent = json.JSONDecoder().raw_decode, time.monotonic_ns, []
    for line in requests:
        request, _ = parse(line.decode())
        if "bytes" in request:
            request["value"] = requests.read(request["bytes"] + 1)[:-1].decode("latin-1")
        run = OPERATIONS.get(request["op"])
        begin = now()
        try:
            answer, ok = run(request) if run else {"unsupported": True}, b"true"
        except Exception as error:
            answer, ok = {"error": repr(error)}, b"false"
        end = now()
        value = answer.get("bytes")
        if value is not None: answer["bytes"] = len(value)
        unsent.append(b'{"id": %d, "ok": %b, "t0": "%d", "t1": "%d", %b\n' % (
            request["id"], ok, begin, end, printed(tuple(answer.items()))))
        if value is not None: unsent += (value, b"\n")
        if "more" not in request:
            answers.write(b"".join(unsent))
            answers.flush()
            unsent.clear()

warnings.simplefilter("ignore")  # Of keys that memcached would not take.
serve(sys.stdin.buffer)
