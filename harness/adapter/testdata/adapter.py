"""A cache in files, written aside and renamed, behind tearproof's adapter protocol.
Arguments make it misbehave at get, or at-init, for the tests of the harness."""
import hashlib, json, os, signal, sys, tempfile, time

faults = set(sys.argv[1:])

def path(key):
    return os.path.join(root, hashlib.sha256(key.encode()).hexdigest())

def init(request):
    global root
    root = request["dir"]
    os.makedirs(root, exist_ok=True)
    if "no-operations" in faults: return {"name": "example"}
    return {"name": "example", "version": "1", "source": os.path.abspath(__file__),
            "operations": ["get", "set", "delete"], "promises": ["present"], "max_entries": 300,
            "ttl_resolution": "1s", "seen": request}

def get(request):
    try:
        return {"result": "hit", "value": open(path(request["key"])).read()}
    except FileNotFoundError:
        return {"result": "miss"}

def write(request):
    with tempfile.NamedTemporaryFile("w", dir=root, delete=False) as file:
        file.write(request["value"])
    os.rename(file.name, path(request["key"]))
    return {"result": "done"}

def delete(request):
    os.unlink(path(request["key"]))
    return {"result": "done"}

def misbehave(answer):
    if "stray" in faults: print("Warning: \x1b[31mred")
    if "wrong-id" in faults: answer["id"] += 1
    if "no-value" in faults: answer.pop("value", None)
    if "exit" in faults: sys.exit("Traceback\nno more memory")
    if "die" in faults: os.kill(os.getpid(), signal.SIGKILL)
    if "silent" in faults: time.sleep(1000)
    if "huge" in faults: print("{" + "x" * (65 << 20))
    if "torn-json" in faults: print('{"id":')
    if "chatter" in faults: print("e" * (1 << 20) + "nd", file=sys.stderr)

for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"]}
    operation = {"init": init, "get": get, "set": write, "delete": delete}.get(request["op"])
    try:
        answer.update(operation(request) if operation else {"unsupported": True}, ok=True)
    except OSError as error:
        answer.update(ok=False, error=repr(error), happened=False)
    if request["op"] == "get" or "at-init" in faults: misbehave(answer)
    print(json.dumps(answer), flush=True)
