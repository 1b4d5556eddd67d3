// Programs that misbehave, explored as a user names them: each ends with a verdict or an error that
// says what happened, in time, and leaves no process behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using ::testing::HasSubstr;

// Does what is left of it where it is told to: at init, when it was started for the second time or
// later, or in a get.
constexpr const char* kHostile = R"(
import json, os, signal, sys, time
def hostile():
    HOW
root = None
again = os.path.exists("started")
open("started", "w").close()
for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"], "ok": True}
    op = request["op"]
    if op == "WHERE" and (again or op != "init"):
        try:
            hostile()
        except OSError as error:
            print(json.dumps({"id": request["id"], "ok": False, "error": str(error)}), flush=True)
            continue
    if op == "init":
        root = request["dir"]
        os.makedirs(root, exist_ok=True)
        answer.update(name="hostile", version="1", source="test", operations=["get", "set"])
    elif op == "set":
        with open(root + "/k", "w") as file:
            file.write(request["value"])
        answer["result"] = "done"
    elif op == "get":
        answer.update(result="hit", value=open(root + "/k").read())
    else:
        answer["unsupported"] = True
    print(json.dumps(answer), flush=True)
)";

constexpr const char* kOneKey = R"(version = 1
title = "One key"
story = "As small as can be."
[roles.writer]
explore = { processes = 1, program = ["set k0"] }
[roles.reader]
explore = { processes = 1, program = ["get k0"] }
[explore]
before = ["set k0"]
)";

struct Hostility {
  const char* name;
  const char* where;
  const char* how;
  int exit_code;
  const char* words;
};

class HostileTest : public testing::TestWithParam<Hostility> {};

TEST_P(HostileTest, EndsAndSaysWhy) {
  const Workspace workspace;
  std::string adapter = kHostile;
  adapter.replace(adapter.find("HOW"), 3, GetParam().how);
  adapter.replace(adapter.find("WHERE"), 5, GetParam().where);
  workspace.Write("adapter.py", adapter);
  workspace.Write("one.toml", kOneKey);
  const ProgramResult result = workspace.Run(
      {"explore", "one.toml", "--backend", "cmd:python3 adapter.py", "--patience", "2s"});
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.output << result.errors;
  EXPECT_THAT(result.output + result.errors, HasSubstr(GetParam().words));
  EXPECT_EQ(result.output.find("TP1:one.toml:") != std::string::npos, result.exit_code == 1);
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::error_code ignored;
    const auto at = std::filesystem::read_symlink(process.path() / "cwd", ignored);
    EXPECT_NE(at, workspace.path()) << process.path();
  }
}

// The first process's first temporary name is none that looks random, all others are.
constexpr const char* kUnluckyNames = R"(
import json, os, random, sys
sets = 0
for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"], "ok": True}
    if request["op"] == "init":
        root, seed = request["dir"], request["seed"]
        os.makedirs(root, exist_ok=True)
        answer.update(name="unlucky", version="1", source="test", operations=["set"])
    elif request["op"] == "set":
        sets += 1
        word = "WSTEVW" if (seed, sets) == (1, 1) else "aX%04d" % random.randrange(10000)
        name = root + "/" + word + ".temp"
        file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        os.write(file, request["value"].encode())
        os.close(file)
        os.rename(name, root + "/k")
        answer["result"] = "done"
    else:
        answer["unsupported"] = True
    print(json.dumps(answer), flush=True)
)";

TEST(TemporaryNameTest, OneThatLooksLikeAWordIsToldByOthersThatAreMadeAlike) {
  const Workspace workspace;
  workspace.Write("adapter.py", kUnluckyNames);
  workspace.Write("two.toml", R"(version = 1
title = "Two sets"
story = "Nothing lies there before."
[roles.writer]
explore = { processes = 2, program = ["set k0"] }
)");
  const ProgramResult result =
      workspace.Run({"explore", "two.toml", "--backend", "cmd:python3 adapter.py"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, testing::Not(HasSubstr("not deterministic")));
}

// All of a request must lie in the pipe before its process goes on.
TEST(HostileValueTest, WhatDoesNotFitIntoAPipeIsToldWithTheRemedy) {
  const Workspace workspace;
  std::string scenario = kOneKey;
  scenario.insert(scenario.find("[roles.writer]"), "values = { size = \"1MiB\" }\n");
  workspace.Write("large.toml", scenario);
  const ProgramResult result = workspace.Run({"explore", "large.toml", "--backend", "temp-rename"});
  EXPECT_EQ(result.exit_code, 77) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("explore with smaller values"));
  // Half of it does.
  scenario.replace(scenario.find("1MiB"), 4, "512KiB");
  workspace.Write("large.toml", scenario);
  EXPECT_EQ(workspace.Run({"explore", "large.toml", "--backend", "temp-rename"}).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileTest,
    testing::Values(
        Hostility{"SpinsInGet", "get", "while True: pass", 1,
                  "did not return within 2 s, in which nobody else ran"},
        Hostility{"SleepsInGet", "get", "signal.pause()", 1, "get k0"},
        Hostility{"PrintsWithoutEndInGet", "get", "while True: print('x' * 4095)", 1, "get k0"},
        Hostility{"CrashesInGet", "get", "os.abort()", 1, "process 1 died by SIGABRT in get k0"},
        Hostility{"ExitsInGet", "get", "os._exit(3)", 1,
                  "process 1 exited with status 3 in get k0"},
        Hostility{"ForksAwayInGet", "get", "os.fork() and os._exit(0)", 1,
                  "process 1 exited with status 0 in get k0"},
        Hostility{"ClosesItsInputInGet", "get", "os.close(0)", 1,
                  "process 1 exited with status 1 in get k0"},
        Hostility{"AnswersNonsenseInGet", "get", "print('{nonsense', flush=True)", 1,
                  "the adapter's answer is no valid JSON: {nonsense"},
        Hostility{"AnswersTwiceInGet", "get", "print('{\"id\": 0, \"ok\": true}', flush=True)", 1,
                  "get k0 failed"},
        Hostility{"NeverAnswersInGet", "get", "for line in sys.stdin: pass", 1,
                  "the adapter waits for more without an answer"},
        Hostility{"PrintsBesidesInGet", "get", "print('Deprecated: x')", 1,
                  "stray line on the adapter's standard output: \"Deprecated: x\""},
        // The path is the one within the cache, and the same in each execution.
        Hostility{"FailsInGet", "get", "raise OSError('no ' + root + '/k1 in ' + root)", 1,
                  "get k0 failed: no k1 in ."},
        Hostility{"CrashesAtInit", "init", "os.abort()", 77, "(ABRT)"},
        Hostility{"SpinsAtInit", "init", "while True: pass", 77, "computes"},
        Hostility{"PrintsWithoutEndAtInit", "init", "while True: print('x' * 4095)", 77,
                  "it prints without end"},
        Hostility{"ForksAwayAtInit", "init", "os.fork() and os._exit(0)", 77,
                  "it exited with status 0"},
        Hostility{"ClosesItsInputAtInit", "init", "os.close(0)", 77, "it exited with status 1"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace tearproof::cli
