"""Django's file sessions behind tearproof's adapter protocol (docs/adapters.md). A key names a
session, the value is one item of it."""
import inspect, json, os, platform, sys, time

answers = os.fdopen(os.dup(1), "wb", 1 << 18)
os.dup2(2, 1)  # What is printed by others is no answer.
PREFIX = "tearproof"  # Django takes no session key of fewer than 8 characters.

def init(request):
    global Store, UpdateError, CreateError
    options = request["options"]
    if options["path"]: sys.path[:0] = [os.path.expanduser(options["path"])]
    import django
    from django.conf import settings
    if not settings.configured:
        settings.configure(SECRET_KEY="not secret", USE_TZ=True)
    settings.SESSION_FILE_PATH = request["dir"]
    from django.contrib.sessions.backends.base import CreateError, UpdateError
    from django.contrib.sessions.backends.file import SessionStore
    Store = type("Store", (SessionStore,), {})  # It remembers the directory in its class.
    os.makedirs(request["dir"], exist_ok=True)  # Django asks for one that is there.
    return {"name": "Django", "version": django.get_version(),
            "source": inspect.getfile(SessionStore),
            "runtime": "Python " + platform.python_version(), "values": "bytes", "ahead": 32}

def get(request):
    value = Store(PREFIX + request["key"]).get("item")
    if value is None: return {"result": "miss"}
    return {"result": "hit", "bytes": str(value).encode("latin-1", "backslashreplace")}

def has(request):
    return {"result": "hit" if Store().exists(PREFIX + request["key"]) else "miss"}

def filled(request):
    store = Store(PREFIX + request["key"])
    store._key_to_file()  # Raises where the key is not one.
    store._session_cache = {"item": request["value"]}
    return store

def write(request):
    store = filled(request)
    while True:  # A session is either saved or created, whichever it is by now.
        for must_create in (False, True):
            try:
                store.save(must_create=must_create)
                return {"result": "done"}
            except (UpdateError, CreateError):
                pass

def add(request):
    try:
        filled(request).save(must_create=True)
        return {"result": "done"}
    except CreateError:
        return {"result": "refused"}

def delete(request):
    Store(PREFIX + request["key"]).delete()
    return {"result": "done"}

def cull(request):
    Store.clear_expired()
    return {"result": "done"}

OPERATIONS = {"init": init, "get": get, "has": has, "set": write, "add": add, "delete": delete,
              "cull": cull}

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
        refused = type(error).__name__ == "InvalidSessionKey"
        answer = ({"ok": True, "result": "refused"} if refused
                  else {"ok": False, "error": repr(error)})
    answer.update(id=request["id"], t0=str(begin), t1=str(time.monotonic_ns()))
    value = answer.get("bytes")
    if value is not None: answer["bytes"] = len(value)
    answers.write(json.dumps(answer).encode() + b"\n")
    if value is not None: answers.write(value + b"\n")
    if "more" not in request: answers.flush()
