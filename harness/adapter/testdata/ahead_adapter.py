"""A cache in memory that takes requests ahead and values as bytes, and misbehaves as it is told."""
import json, os, signal, sys, time

fault = sys.argv[1] if len(sys.argv) > 1 else ""
values = {}
requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", 1 << 18)
for line in requests:
    request = json.loads(line)
    answer = {"id": request["id"], "ok": True, "t0": str(time.monotonic_ns())}
    value = None
    if request["op"] == "init":
        answer.update(values="bytes", ahead=4)
    elif request["op"] == "set":
        values[request["key"]] = requests.read(request["bytes"] + 1)[:-1]
        answer["result"] = "done"
    else:
        value = values.get(request["key"])
        answer["result"] = "miss" if value is None else "hit"
        if fault == "die": os.kill(os.getpid(), signal.SIGKILL)
        if fault == "print": answers.write(b"stray\n")
    if value is not None: answer["bytes"] = len(value)
    if fault != "timeless": answer["t1"] = str(time.monotonic_ns())
    else: del answer["t0"]
    answers.write(json.dumps(answer).encode() + b"\n")
    if value is not None: answers.write(value + b"\n")
    if "more" not in request: answers.flush()
