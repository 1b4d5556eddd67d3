"""A sound cache that keeps the adapter protocol, but for the one rule named as its argument."""
import base64, hashlib, json, os, sys, tempfile, time

fault = sys.argv[1] if len(sys.argv) > 1 else ""
memory = {}


class Unchanged(Exception):
    """What failed before anything had happened."""


def path(key):
    if fault == "key-escapes" and key.startswith("../"): return os.path.join(root, key)
    if fault == "keys-meet": key = key.lower()
    return os.path.join(root, hashlib.sha256(key.encode()).hexdigest())


def load(key):
    if fault == "in-memory": return memory.get((root, key))
    try:
        with open(path(key), encoding="latin-1", newline="") as file:
            deadline, value = file.read().split("\n", 1)
    except FileNotFoundError:
        return None
    expired = float(deadline) <= time.time() and fault != "never-expires"
    return None if expired else value


def save(key, value, ttl):
    if fault == "in-memory":
        memory[(root, key)] = value
        return
    deadline = "inf" if ttl is None else str(time.time() + ttl)
    with tempfile.NamedTemporaryFile("w", dir=root, delete=False, encoding="latin-1",
                                     newline="") as file:
        file.write(deadline + "\n" + value)
    os.rename(file.name, path(key))


def init(request):
    global root
    if fault == "keeps-state" and "root" in globals(): return {}
    root = request["dir"]
    if fault == "elsewhere": root = os.path.join(os.path.dirname(root), "elsewhere")
    os.makedirs(root, exist_ok=True)
    return {"name": "conforming", "ttl_resolution": "1ms", "ahead": 9,
            "values": "base64",
            "operations": ["get", "has", "set", "add", "delete", "incr", "touch", "clear"]}


def get(request):
    if fault == "counts-arguments" and len(request) > 3: raise TypeError("unexpected argument")
    value = load(request["key"])
    if fault == "absent-is-error" and value is None: raise KeyError(request["key"])
    return {"result": "miss"} if value is None else {"result": "hit", "value": value}


def store(request):
    value = request["value"]
    if "\0" in request["key"]:
        if fault == "lies": save(request["key"], value, None)
        raise Unchanged("a key with a NUL")
    if fault == "strips": value = value.strip()
    if fault == "cuts" and len(value) > 65536: value = value[:65536]
    save(request["key"], value, request.get("ttl"))
    return {"result": "done"}


def add(request):
    if load(request["key"]) is not None and fault != "adds-again": return {"result": "refused"}
    return store(request)


def incr(request):
    value = load(request["key"])
    if value is None: return {"result": "refused"}
    delta = 1 if fault == "counts-by-one" else request["delta"]
    save(request["key"], str(int(value) + delta), None)
    return {"result": "done", "value": str(int(value) + delta)}


def delete(request):
    if load(request["key"]) is None: return {"result": "refused"}
    if fault == "in-memory": del memory[(root, request["key"])]
    elif fault != "deletes-nothing": os.unlink(path(request["key"]))
    return {"result": "done"}


def touch(request):
    value = load(request["key"])
    if value is None: return {"result": "refused"}
    save(request["key"], value, request.get("ttl"))
    return {"result": "done"}


def clear(request):
    for name in os.listdir(root): os.unlink(os.path.join(root, name))
    memory.clear()
    return {"result": "done"}


operations = {"init": init, "get": get, "set": store, "add": add, "incr": incr, "delete": delete,
              "touch": touch, "clear": clear, "has": lambda request: {
                  "result": "miss" if load(request["key"]) is None else "hit"}}
def decoded(text): return base64.b64decode(text).decode("latin-1")
def encoded(text): return base64.b64encode(text.encode("latin-1")).decode()


def serve(line):
    request = json.loads(line)
    answer = {"id": request["id"] % 1000 if fault == "small-ids" else request["id"]}
    began = time.monotonic_ns()
    if "value" in request: request["value"] = decoded(request["value"])
    operation = operations.get(request["op"])
    if fault == "dies-of-errors" and operation: answer.update(operation(request))
    try:
        if operation: answer.update(operation(request), ok=True)
        elif fault == "unknown-is-error": answer.update(ok=False, error="no such operation")
        else: answer.update(unsupported=True)
    except Exception as error:
        answer.update(ok=False, error=repr(error), happened=not isinstance(error, Unchanged))
    if request["op"] == "get" and "value" in answer:
        if fault == "ascii-only": answer["value"] = answer["value"].replace("\xff", "?")
        answer["value"] = encoded(answer["value"])
    if fault == "prints" and request["op"] == "set": print("\x1b[31mstored")
    if fault == "silent" and request["op"] == "get": return
    if fault == "wall-clock": began = time.time_ns()
    ended = time.time_ns() if fault == "wall-clock" else time.monotonic_ns()
    if fault == "out-of-turn" and "more" in request: began = ended = time.monotonic_ns() + 10**9
    if fault != "timeless": answer.update(t0=str(began), t1=str(ended))
    print(json.dumps(answer), flush="more" not in request)


def lines():
    rest = b""
    while part := os.read(0, 1 << 20):
        *whole, rest = (rest + part).split(b"\n")
        for line in whole: yield whole[0] if fault == "mixes-ids" else line


for number, line in enumerate(lines()):
    serve(line)
    if fault == "forgets" and number > 0: break  # Lives for init and one operation.
if fault == "stays": time.sleep(1000)
