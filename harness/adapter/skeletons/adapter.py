"""A cache behind tearproof's adapter protocol: put the calls of yours into these functions.
tearproof adapter-test python3 adapter.py    checks it; docs/adapters.md says the rest."""
import hashlib, json, os, sys, tempfile

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What the cache prints goes to standard error: it is no answer.


# Comes first, and again with another "dir": open the cache there and forget all else.
def init(request):
    global root
    root = request["dir"]
    os.makedirs(root, exist_ok=True)
    return {"name": "mine", "version": "1", "source": os.path.abspath(__file__),
            "operations": ["get", "has", "set", "delete"]}


def path(key):  # Keys are any text: "../x", "a/b", a NUL.
    return os.path.join(root, hashlib.sha256(key.encode()).hexdigest())


def get(request):
    try:
        with open(path(request["key"]), "rb") as file:  # Hand out whatever comes, torn or not.
            return {"result": "hit", "value": file.read().decode(errors="backslashreplace")}
    except FileNotFoundError:
        return {"result": "miss"}


def has(request):
    return {"result": "hit" if os.path.exists(path(request["key"])) else "miss"}


def store(request):  # A cache with times to live takes request.get("ttl"): seconds.
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as file:
        file.write(request["value"].encode())
    os.replace(file.name, path(request["key"]))
    return {"result": "done"}


def delete(request):  # "refused" is by contract, and no error: there was nothing to delete.
    try:
        os.unlink(path(request["key"]))
        return {"result": "done"}
    except FileNotFoundError:
        return {"result": "refused"}


operations = {"init": init, "get": get, "has": has, "set": store, "delete": delete}
for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"]}
    try:
        run = operations.get(request["op"])
        answer.update(run(request) if run else {"unsupported": True}, ok=True)
    except Exception as error:  # What a user of the cache would have been shown.
        answer.update(ok=False, error=repr(error))
    print(json.dumps(answer), file=answers, flush=True)
