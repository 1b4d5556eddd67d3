// The hidden verb that prints the manual page or a completion: what the build installs.
#include "harness/cli/commands.h"
#include "harness/cli/manual.h"
#include "harness/cli/output.h"

namespace tearproof::cli {

Verb ManualVerb(const Session& session) {
  auto format = std::make_shared<std::string>();
  Verb verb;
  verb.name = "manual";
  verb.description = "Print the manual page, or the completions of a shell.";
  verb.hidden = true;
  verb.options = {{.name = "format",
                   .placeholder = "",
                   .description = "which",
                   .value = format.get(),
                   .choices = {"man", "bash", "zsh", "fish"},
                   .required = true}};
  verb.run = [format, &session]() -> Result<int> {
    const Verb program = Program(session);
    PrintText(*format == "man"    ? ManualPage(program, TEARPROOF_VERSION)
              : *format == "bash" ? BashCompletion(program)
              : *format == "zsh"  ? ZshCompletion(program)
                                  : FishCompletion(program));
    return 0;
  };
  return verb;
}

}  // namespace tearproof::cli
