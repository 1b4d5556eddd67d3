// The program's verbs, one file each: <verb>_command.cc.
//
// Purpose: each function says what its verb takes and does. Thread safety: none.
// Ownership: verbs borrow the session, which must outlive them.
#ifndef TEARPROOF_HARNESS_CLI_COMMANDS_H_
#define TEARPROOF_HARNESS_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "harness/cli/verb.h"

namespace tearproof::cli {

// How this program was called.
struct Session {
  std::vector<std::string> arguments;  // argv, as typed.

  // "./tearproof", as it can be pasted to call this program again.
  std::string ProgramName() const;
  // It was called for `git bisect run` (--bisect).
  bool Bisects() const;
};

// The whole command line: `tearproof`, with all of the verbs below.
Verb Program(const Session& session);

Verb RunCommandVerb(const Session& session);
Verb StressVerb(const Session& session);
Verb ExploreVerb(const Session& session);
Verb CrashVerb(const Session& session);
Verb ReplayVerb(const Session& session);
Verb ListVerb();
Verb ExplainVerb();
Verb ShowVerb();
Verb CompareVerb(const Session& session);
Verb ReportVerb();
Verb ManualVerb(const Session& session);
Verb JudgeVerb(const Session& session);
Verb ExportVerb();
Verb BenchVerb(const Session& session);
Verb WorkerVerb();
Verb NewAdapterVerb();
Verb AdapterTestVerb();
Verb AdapterVerb();

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_COMMANDS_H_
