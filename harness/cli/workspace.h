// Runs the built program as a person would. For tests.
//
// Thread safety: none. Ownership: a Workspace removes its folder.
#ifndef TEARPROOF_HARNESS_CLI_WORKSPACE_H_
#define TEARPROOF_HARNESS_CLI_WORKSPACE_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "harness/core/owned_directory.h"

namespace tearproof::cli {

struct ProgramResult {
  int exit_code = -1;  // 128 + signal where a signal ended it.
  std::string output;  // stdout
  std::string errors;  // stderr
};

// An empty folder of its own in which the program runs.
class Workspace {
 public:
  Workspace();

  const std::string& path() const { return directory_.path(); }
  void Write(const std::string& name, const std::string& text) const;
  std::string Read(const std::string& name) const;

  ProgramResult Run(const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment = {}) const;
  // A line as a report prints it, given to the shell.
  ProgramResult RunLine(const std::string& line) const;
  // Starts without waiting; its output goes to stdout.txt and stderr.txt here.
  pid_t Start(const std::vector<std::string>& arguments,
              const std::map<std::string, std::string>& environment = {}) const;
  ProgramResult Wait(pid_t process) const;

 private:
  OwnedDirectory directory_;
};

// The command of a run on get-set that ends when each of `backends`, which are broken, has been
// seen to be: how long that takes is a matter of luck, above all on a busy machine.
std::vector<std::string> UntilBroken(const std::string& backends,
                                     const std::vector<std::string>& more = {});

// Processes whose parent is `process`.
std::vector<pid_t> ChildrenOf(pid_t process);
bool IsRunning(pid_t process);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_WORKSPACE_H_
