// The built program on a user's own backend: tearproof.toml, an adapter, a verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "harness/core/json.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// What stands in the page's only ```python block.
std::string ExampleOfThePage() {
  std::ifstream file(fs::path(TEARPROOF_SOURCE_DIR) / "docs/adapters.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string begin = "```python\n";
  const size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("```", from) - from);
}

// Arguments of processes that run an adapter in `directory`.
std::vector<std::string> AdaptersIn(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string command(std::istreambuf_iterator<char>(file), {});
    if (command.find(directory + "/sessions_adapter.py") != std::string::npos) {
      found.push_back(command);
    }
  }
  return found;
}

class AdapterProgramTest : public ::testing::Test {
 protected:
  void UseAdapter(const std::string& python) {
    Write("sessions_adapter.py", python);
    Write("tearproof.toml", "[backend.sessions]\ncommand = [\"python3\", \"" + directory_.path() +
                                "/sessions_adapter.py\"]\n");
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.path() + "/" + name) << text;
  }

  // Runs the program in the directory; its exit code. What it prints goes to `output_`.
  int Run(const std::string& arguments) {
    const std::string command = "cd " + directory_.path() + " && " + ShellQuote(TEARPROOF_PROGRAM) +
                                " " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    output_.clear();
    for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) output_ += static_cast<char>(c);
    return WEXITSTATUS(pclose(pipe));
  }

  // The judgement of `promise` in the last run's first cell.
  std::string JudgementOf(const std::string& promise) {
    const auto record = ReadJsonFile(directory_.path() + "/.tearproof/runs/latest/run.json");
    if (!record.ok()) return record.error().Message();
    for (const auto& result : record.value().at("cells").at(0).at("promises")) {
      if (result.at("promise") == promise) return result.at("judgement");
    }
    return "none";
  }

  OwnedDirectory directory_ = OwnedDirectory::Create(::testing::TempDir()).value();
  std::string output_;
};

TEST_F(AdapterProgramTest, RacesTheExampleOfThePage) {
  UseAdapter(ExampleOfThePage());
  EXPECT_EQ(Run("stress get-set --backend sessions --duration 1s"), 0) << output_;
  EXPECT_EQ(JudgementOf("intact"), "held");
  EXPECT_EQ(JudgementOf("no-error"), "held");
  EXPECT_THAT(AdaptersIn(directory_.path()), ::testing::IsEmpty());
}

TEST_F(AdapterProgramTest, CatchesACacheThatTears) {
  std::string torn = ExampleOfThePage();
  const std::string sound = "    with tempfile.NamedTemporaryFile(\"w\", dir=root, delete=False)";
  const size_t at = torn.find(sound);
  ASSERT_NE(at, std::string::npos);
  torn.replace(at, sound.size(), "    with open(path(request[\"key\"]), \"w\")");
  UseAdapter(torn);
  EXPECT_EQ(Run("stress get-set --backend sessions --duration 3s --goal 0"), 1) << output_;
  EXPECT_EQ(JudgementOf("intact"), "broken");
}

TEST_F(AdapterProgramTest, KilledWorkersTakeTheirAdaptersAlong) {
  UseAdapter(ExampleOfThePage());
  Run("stress killed-writers --backend sessions --duration 2s");
  EXPECT_EQ(JudgementOf("intact"), "held") << output_;
  EXPECT_THAT(AdaptersIn(directory_.path()), ::testing::IsEmpty());
}

TEST_F(AdapterProgramTest, AnAdapterThatDiesBreaksNoErrorAndSaysWhy) {
  std::string dying = ExampleOfThePage();
  dying.insert(dying.find("def get(request):\n") + 18, "    sys.exit(\"no more memory\")\n");
  UseAdapter(dying);
  EXPECT_EQ(Run("stress get-set --backend sessions --duration 300ms"), 1) << output_;
  EXPECT_EQ(JudgementOf("no-error"), "broken");
  EXPECT_THAT(output_, HasSubstr("the adapter exited with status 1; its standard error: "
                                 "no more memory"));
}

TEST_F(AdapterProgramTest, AnAdapterThatDoesNotStartIsToldBeforeTheRun) {
  UseAdapter("import no_such_module\n");
  EXPECT_EQ(Run("stress get-set --backend sessions --duration 300ms"), 64);
  EXPECT_THAT(output_, HasSubstr("ModuleNotFoundError: No module named 'no_such_module'"));
  Write("tearproof.toml", "[backend.sessions]\ncommand = [\"no-such-adapter\"]\n");
  EXPECT_EQ(Run("stress get-set --backend sessions --duration 300ms"), 64);
  EXPECT_THAT(output_, HasSubstr("cannot start the adapter no-such-adapter"));
}

TEST_F(AdapterProgramTest, ListingStartsNoAdapter) {
  UseAdapter("open(\"started\", \"w\")\n");
  EXPECT_EQ(Run("list backends"), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("sessions"));
  EXPECT_FALSE(fs::exists(directory_.path() + "/started"));
}

}  // namespace
}  // namespace tearproof::cli
