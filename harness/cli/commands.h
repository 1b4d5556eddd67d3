// The verbs of the command line, one file each: <verb>_command.cc.
//
// Purpose: each adds its subcommand, with its options and help, and a callback that does the work.
// Errors leave through FailWith: a message on stderr and the error's exit code.
#ifndef TEARPROOF_HARNESS_CLI_COMMANDS_H_
#define TEARPROOF_HARNESS_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "harness/core/result.h"

namespace CLI {
class App;
}

namespace tearproof::cli {

// What main knows and commands need. `exit_code` is the command's result.
struct Session {
  std::vector<std::string> arguments;  // argv, as typed.
  int exit_code = 0;

  // "./tearproof", as it can be pasted to call this program again.
  std::string ProgramName() const;
  // Prints the error and sets its exit code.
  void FailWith(const Error& error);
};

void AddStressCommand(CLI::App& app, Session& session);
void AddListCommand(CLI::App& app, Session& session);
void AddShowCommand(CLI::App& app, Session& session);
void AddJudgeCommand(CLI::App& app, Session& session);
void AddExportCommand(CLI::App& app, Session& session);
void AddExplainCommand(CLI::App& app, Session& session);
void AddWorkerCommand(CLI::App& app, Session& session);
void AddBenchCommand(CLI::App& app, Session& session);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_COMMANDS_H_
