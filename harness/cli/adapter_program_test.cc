// The built program on a user's own backend: tearproof.toml, an adapter, a verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/cli/workspace.h"
#include "harness/core/check.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What stands in the page's first block of this language.
std::string ExampleOf(const std::string& page_name, const std::string& language) {
  std::ifstream file(fs::path(TEARPROOF_SOURCE_DIR) / "docs" / page_name);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string begin = "```" + language + "\n";
  const size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("```", from) - from);
}

// Arguments of processes that run an adapter in `directory`.
std::vector<std::string> AdaptersIn(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    std::string command;
    std::getline(file, command);  // Nothing, where it has ended by now.
    if (command.find(directory + "/sessions_adapter.py") != std::string::npos) {
      found.push_back(command);
    }
  }
  return found;
}

class AdapterProgramTest : public ::testing::Test {
 protected:
  void UseAdapter(const std::string& python) {
    workspace_.Write("sessions_adapter.py", python);
    workspace_.Write("tearproof.toml", "[backend.sessions]\ncommand = [\"python3\", \"" +
                                           workspace_.path() + "/sessions_adapter.py\"]\n");
  }

  ProgramResult Stress(const std::string& scenario, const std::string& duration) {
    return workspace_.Run(
        {"stress", scenario, "--backend", "sessions", "--duration", duration, "--goal", "0"});
  }

  // Until all that is promised was put to the test once.
  ProgramResult StressUntilExercised(const std::string& scenario) {
    return workspace_.Run(
        {"stress", scenario, "--backend", "sessions", "--duration", "60s", "--goal", "1"});
  }

  // The judgement of `promise` in the last run's first cell.
  std::string JudgementOf(const std::string& promise) const {
    const auto record = nlohmann::json::parse(workspace_.Read(".tearproof/runs/latest/run.json"));
    for (const auto& result : record.at("cells").at(0).at("promises")) {
      if (result.at("promise") == promise) return result.at("judgement");
    }
    return "none";
  }

  Workspace workspace_;
};

TEST_F(AdapterProgramTest, RacesTheExampleOfThePage) {
  UseAdapter(ExampleOf("adapters.md", "python"));
  const ProgramResult result = Stress("get-set", "1s");
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("intact"), "held");
  EXPECT_EQ(JudgementOf("no-error"), "held");
  EXPECT_EQ(JudgementOf("present"), "held");
  EXPECT_THAT(AdaptersIn(workspace_.path()), IsEmpty());
}

TEST_F(AdapterProgramTest, CatchesACacheThatTears) {
  std::string torn = ExampleOf("adapters.md", "python");
  const std::string sound = "    with tempfile.NamedTemporaryFile(\"w\", dir=root, delete=False)";
  const size_t at = torn.find(sound);
  ASSERT_NE(at, std::string::npos);
  torn.replace(at, sound.size(), "    with open(path(request[\"key\"]), \"w\")");
  const std::string rename = "    os.rename(file.name, path(request[\"key\"]))\n";
  torn.erase(torn.find(rename), rename.size());
  UseAdapter(torn);
  const ProgramResult result = Stress("get-set", "2m");
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("intact"), "broken");
}

TEST_F(AdapterProgramTest, KilledWorkersTakeTheirAdaptersAlong) {
  UseAdapter(ExampleOf("adapters.md", "python"));
  const ProgramResult result = Stress("killed-writers", "2s");
  EXPECT_EQ(JudgementOf("intact"), "held") << result.output << result.errors;
  EXPECT_THAT(AdaptersIn(workspace_.path()), IsEmpty());
}

// The page's example with these members in its answer to init.
std::string ExampleThatAsksFor(const std::string& members) {
  std::string example = ExampleOf("adapters.md", "python");
  const std::string place = "\"operations\": [\"get\", \"set\"]";
  TEARPROOF_CHECK(example.find(place) != std::string::npos, "the example names its operations");
  return example.insert(example.find(place), members + ", ");
}

// The page's example, which has a child in another session.
std::string ExampleWithChild(const std::string& directory) {
  return "import subprocess\nsubprocess.Popen([\"sh\", \"-c\", \"sleep 1000; : " + directory +
         "/sessions_adapter.py\"], start_new_session=True, stdin=subprocess.DEVNULL)\n" +
         ExampleOf("adapters.md", "python");
}

TEST_F(AdapterProgramTest, WhatAnAdapterHasStartedDiesWithItsWorker) {
  UseAdapter(ExampleWithChild(workspace_.path()));
  const ProgramResult result =
      workspace_.Run({"stress", "get-set", "--backend", "sessions", "--duration", "1s", "--goal",
                      "0", "--kill", "100/s"});
  EXPECT_NE(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(AdaptersIn(workspace_.path()), IsEmpty());
}

TEST_F(AdapterProgramTest, WhatAnAdapterHasStartedDiesWithTearproof) {
  UseAdapter(ExampleWithChild(workspace_.path()));
  const pid_t process = workspace_.Start(
      {"stress", "get-set", "--backend", "sessions", "--duration", "10m", "--goal", "0"});
  while (IsRunning(process) && AdaptersIn(workspace_.path()).size() < 20) usleep(1000);
  kill(process, SIGKILL);
  workspace_.Wait(process);
  while (!AdaptersIn(workspace_.path()).empty()) usleep(1000);
}

TEST_F(AdapterProgramTest, AsksAheadWhereItIsAskedTo) {
  std::string example = "import time\n" + ExampleThatAsksFor("\"ahead\": 8");
  const std::string began = "    answer = {\"id\"";
  const std::string ended = "    print(json.dumps(answer)";
  example.insert(example.find(ended),
                 "    answer.update(t0=t0, t1=str(time.monotonic_ns()))\n"
                 "    if \"more\" in request: open(\"" +
                     workspace_.path() + "/asked-ahead\", \"w\").close()\n");
  example.insert(example.find(began), "    t0 = str(time.monotonic_ns())\n");
  UseAdapter(example);
  ProgramResult result = StressUntilExercised("get-set");
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("intact"), "held");
  EXPECT_EQ(JudgementOf("present"), "held");
  EXPECT_TRUE(fs::remove(workspace_.path() + "/asked-ahead"));
  // Neither who is to be killed nor who is explored.
  result = workspace_.Run({"stress", "get-set", "--backend", "sessions", "--duration", "1s",
                           "--goal", "0", "--kill", "20/s"});
  EXPECT_EQ(JudgementOf("intact"), "held") << result.output << result.errors;
  result = workspace_.Run({"explore", "get-set", "--backend", "sessions"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_FALSE(fs::exists(workspace_.path() + "/asked-ahead"));
}

TEST_F(AdapterProgramTest, AnAdapterThatDiesWithRequestsAheadIsToldAndAccusesNobodyElse) {
  std::string example = "import time\n" + ExampleThatAsksFor("\"ahead\": 8");
  example.insert(example.find("    print(json.dumps(answer)"),
                 "    answer.update(t0=t0, t1=str(time.monotonic_ns()))\n"
                 "    if request[\"id\"] == 20: sys.exit(\"no more memory\")\n");
  example.insert(example.find("    answer = {\"id\""), "    t0 = str(time.monotonic_ns())\n");
  UseAdapter(example);
  const ProgramResult result = workspace_.Run({"stress", "get-set", "--backend", "sessions",
                                               "--duration", "2s", "--goal", "0", "--keep-going"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("no-error"), "broken");
  EXPECT_NE(JudgementOf("intact"), "broken");
  EXPECT_NE(JudgementOf("present"), "broken");
}

TEST(AdapterVerbTest, FillsInWhatIsNotNamedAndAnswersWhatIsWrong) {
  const Workspace workspace;
  const auto init = [&](const std::string& options) {
    workspace.Write("init", "{\"id\":1,\"op\":\"init\",\"protocol\":1,\"dir\":\"" +
                                workspace.path() +
                                "/cache\",\"process\":1,\"seed\":1,\"options\":" + options + "}\n");
    return workspace.RunLine(TEARPROOF_PROGRAM " adapter --backend django-v1 < init");
  };
  EXPECT_THAT(init("{}").output, HasSubstr("{\"id\":1,\"ok\":true"));
  EXPECT_THAT(init("{\"max_entries\":\"5\"}").output, HasSubstr("{\"id\":1,\"ok\":true"));
  const ProgramResult unknown = init("{\"entries\":\"5\"}");
  EXPECT_EQ(unknown.exit_code, 0) << unknown.errors;
  EXPECT_THAT(unknown.output, HasSubstr("{\"id\":1,\"ok\":false,\"error\":\"unknown option"));
  EXPECT_THAT(init("{\"max_entries\":\"many\"}").output, HasSubstr("takes a number, not 'many'"));
  const ProgramResult wrong = init("null");
  EXPECT_EQ(wrong.exit_code, 64);
  EXPECT_THAT(wrong.errors, HasSubstr("\"options\" are no object"));
}

TEST_F(AdapterProgramTest, StartsAProcessForEachOperationWhereItIsAskedTo) {
  UseAdapter(ExampleThatAsksFor("\"handle\": \"operation\""));
  const ProgramResult result = StressUntilExercised("get-set");
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("intact"), "held");
  EXPECT_EQ(workspace_.Run({"explore", "get-set", "--backend", "sessions"}).exit_code, 77);
}

// Its state is torn: what two requests in flight at once have in common.
TEST_F(AdapterProgramTest, RacesWithinOneProcessWhereItIsAskedTo) {
  UseAdapter(R"(
import json, os, sys, threading, time
lock = threading.Lock()
def serve(request):
    global shared
    answer = {"id": request["id"], "ok": True}
    if request["op"] == "init":
        os.makedirs(request["dir"], exist_ok=True)
        open(request["dir"] + "/file", "w").close()
        shared = None
        answer.update(operations=["get", "set"], concurrency=8)
    elif request["op"] == "set":
        for character in request["value"][:4]:
            shared = character * 64
            time.sleep(0.001)
        shared = request["value"]
        answer.update(result="done")
    elif shared is None: answer.update(result="miss")
    else: answer.update(result="hit", value=shared)
    with lock: print(json.dumps(answer), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "init": serve(request)
    else: threading.Thread(target=serve, args=(request,)).start()
)");
  const ProgramResult result = Stress("get-set", "5s");
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("intact"), "broken");
}

TEST_F(AdapterProgramTest, BelievesTheTimesOfAnAdapterWithinItsOwn) {
  const std::string page = "import time\n" + ExampleOf("adapters.md", "python");
  const std::string began = "    answer = {\"id\"";
  const std::string ended = "    print(json.dumps(answer)";
  const auto with = [&](const std::string& before, const std::string& after) {
    std::string timed = page;
    timed.insert(timed.find(ended), after);
    return timed.insert(timed.find(began), before);
  };
  UseAdapter(with("", "    answer.update(t0=\"5\", t1=\"6\")\n"));
  ProgramResult result = Stress("get-set", "1s");
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("t0 and t1 (5 and 6)"));
  UseAdapter(with("    t0 = str(time.monotonic_ns())\n",
                  "    answer.update(t0=t0, t1=str(time.monotonic_ns()))\n"));
  result = StressUntilExercised("get-set");
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  // An instant, though nothing is done in none.
  UseAdapter(with("    t0 = str(time.monotonic_ns())\n", "    answer.update(t0=t0, t1=t0)\n"));
  Stress("get-set", "1s");
  EXPECT_THAT(workspace_.Read(".tearproof/runs/latest/run.json"), HasSubstr("\"p50_ns\": 0,"));
}

TEST_F(AdapterProgramTest, AnAdapterThatDiesBreaksNoErrorAndSaysWhy) {
  std::string dying = ExampleOf("adapters.md", "python");
  const std::string get = "def get(request):\n";
  dying.insert(dying.find(get) + get.size(), "    sys.exit(\"no more memory\")\n");
  UseAdapter(dying);
  const ProgramResult result = Stress("get-set", "300ms");
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_EQ(JudgementOf("no-error"), "broken");
  EXPECT_THAT(workspace_.Read(".tearproof/runs/latest/run.json"),
              HasSubstr("the adapter exited with status 1; its standard error: no more memory"));
}

TEST_F(AdapterProgramTest, AnAdapterThatDoesNotStartIsToldBeforeTheRun) {
  UseAdapter("import no_such_module\n");
  ProgramResult result = Stress("get-set", "300ms");
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("ModuleNotFoundError: No module named 'no_such_module'"));
  workspace_.Write("tearproof.toml", "[backend.sessions]\ncommand = [\"no-such-adapter\"]\n");
  result = Stress("get-set", "300ms");
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("cannot start the adapter no-such-adapter"));
}

TEST_F(AdapterProgramTest, ListingStartsNoAdapter) {
  UseAdapter("open(\"started\", \"w\")\n");
  const ProgramResult result = workspace_.Run({"list", "backends"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("sessions"));
  EXPECT_FALSE(fs::exists(workspace_.path() + "/started"));
}

TEST(AdapterProbeTest, IsInterruptedWhileItIsAsked) {
  const Workspace workspace;
  workspace.Write("tearproof.toml",
                  "[backend.sleepy]\ncommand = [\"sh\", \"" + workspace.path() + "/sleepy.sh\"]\n");
  workspace.Write("sleepy.sh", "echo > asked; exec sleep 1000\n");
  const pid_t process = workspace.Start({"stress", "get-set", "--backend", "sleepy"});
  while (IsRunning(process) && !fs::exists(workspace.path() + "/asked")) usleep(1000);
  const std::vector<pid_t> adapters = ChildrenOf(process);
  kill(process, SIGINT);
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.errors, HasSubstr("interrupted before anything ran"));
  ASSERT_EQ(adapters.size(), 1U);
  EXPECT_FALSE(IsRunning(adapters[0]));
}

TEST(ProjectFilePageTest, ItsExampleRunsAsPrinted) {
  const Workspace workspace;
  workspace.Write("sessions_adapter.py", ExampleOf("adapters.md", "python"));
  workspace.Write("login.toml", ExampleOf("scenarios.md", "toml"));
  workspace.Write("tearproof.toml", ExampleOf("project-file.md", "toml"));
  const ProgramResult plan = workspace.Run({"stress", "--profile", "ci", "--dry-run"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("4 readers"));
  // One of its scenarios alone, as a line that runs a cell again names it.
  const ProgramResult one =
      workspace.Run({"stress", "./login.toml", "--profile", "ci", "--dry-run"});
  EXPECT_EQ(one.exit_code, 0) << one.errors;
}

}  // namespace
}  // namespace tearproof::cli
