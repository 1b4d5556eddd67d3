#include "harness/cli/workspace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/core/check.h"

namespace tearproof::cli {
namespace {

OwnedDirectory MakeDirectory() {
  Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
  TEARPROOF_CHECK(directory.ok(), directory.error().Message());
  return std::move(directory).value();
}

// In the child. Does not return.
[[noreturn]] void Execute(const std::string& folder, const std::vector<std::string>& words,
                          const std::map<std::string, std::string>& environment) {
  for (const char* name : {"CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"}) unsetenv(name);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  if (chdir(folder.c_str()) != 0 || dup2(open("/dev/null", O_RDONLY), STDIN_FILENO) < 0 ||
      dup2(open("stdout.txt", flags, 0600), STDOUT_FILENO) < 0 ||
      dup2(open("stderr.txt", flags, 0600), STDERR_FILENO) < 0) {
    _exit(126);
  }
  execvp(argv[0], argv.data());
  _exit(127);
}

pid_t Spawn(const std::string& folder, const std::vector<std::string>& words,
            const std::map<std::string, std::string>& environment) {
  const pid_t process = fork();
  TEARPROOF_CHECK(process >= 0, "fork");
  if (process == 0) Execute(folder, words, environment);
  return process;
}

}  // namespace

Workspace::Workspace() : directory_(MakeDirectory()) {}

void Workspace::Write(const std::string& name, const std::string& text) const {
  std::ofstream(path() + "/" + name, std::ios::binary) << text;
}

std::string Workspace::Read(const std::string& name) const {
  std::ifstream file(path() + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

pid_t Workspace::Start(const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& environment) const {
  std::vector<std::string> words = {TEARPROOF_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return Spawn(path(), words, environment);
}

ProgramResult Workspace::Wait(pid_t process) const {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  ProgramResult result;
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.output = Read("stdout.txt");
  result.errors = Read("stderr.txt");
  return result;
}

ProgramResult Workspace::Run(const std::vector<std::string>& arguments,
                             const std::map<std::string, std::string>& environment) const {
  return Wait(Start(arguments, environment));
}

ProgramResult Workspace::RunLine(const std::string& line) const {
  return Wait(Spawn(path(), {"/bin/sh", "-c", line}, {}));
}

std::vector<std::string> UntilBroken(const std::string& backends,
                                     const std::vector<std::string>& more) {
  std::vector<std::string> command = {"stress",     "get-set", "--backend", backends,
                                      "--duration", "2m",      "--goal",    "0"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::vector<pid_t> ChildrenOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/task/" + std::to_string(process) +
                     "/children");
  std::vector<pid_t> children;
  for (pid_t child; file >> child;) children.push_back(child);
  return children;
}

bool IsRunning(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string stat;
  std::getline(file, stat);
  if (stat.empty()) return false;
  const char state = stat[stat.rfind(')') + 2];
  return state != 'Z' && state != 'X';
}

namespace {

TEST(WorkspaceTest, TellsExitCodesAndOutputsApart) {
  const Workspace workspace;
  const ProgramResult result = workspace.RunLine("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(workspace.RunLine("kill -9 $$").exit_code, 137);
}

}  // namespace
}  // namespace tearproof::cli
