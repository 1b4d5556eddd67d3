// tearproof: finds, replays, rules out and measures races in file-backed caches.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/core/text.h"

namespace tearproof::cli {

std::string Session::ProgramName() const { return ShellQuote(arguments.at(0)); }

void Session::FailWith(const Error& error) {
  std::fprintf(stderr, "tearproof: %s\n", error.Message().c_str());
  exit_code = error.ExitCode();
}

namespace {

constexpr int kExitUsage = 64;

constexpr const char* kFooter = R"(
First steps:
  tearproof list scenarios                     what can be raced
  tearproof list backends                      which caches come with it
  tearproof stress get-set --backend naive     see a torn read
  tearproof explain torn-read                  what that means, and what helps

Exit codes: 0 held, 1 broken, 2 inconclusive or not exercised, 4 nothing selected,
64 usage, 70 defect of tearproof, 77 this machine cannot, 130 interrupted.)";

// "unknown verb 'strss'; did you mean 'stress'?"
void SuggestVerb(const CLI::App& app, const std::string& word) {
  std::vector<std::string> verbs;
  for (const CLI::App* verb :
       app.get_subcommands([](const CLI::App* a) { return !a->get_group().empty(); })) {
    verbs.push_back(verb->get_name());
  }
  std::fprintf(stderr, "tearproof: %s\n", UnknownNameError("verb", word, verbs).Message().c_str());
}

bool IsVerb(const CLI::App& app, const std::string& word) {
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    if (verb->get_name() == word) return true;
  }
  return false;
}

int Main(int argc, char** argv) {
  Session session;
  session.arguments.assign(argv, argv + argc);
  CLI::App app("Finds, replays, rules out and measures races in file-backed caches.", "tearproof");
  app.set_version_flag("--version", "tearproof " TEARPROOF_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  app.get_formatter()->column_width(34);
  AddStressCommand(app, session);
  AddListCommand(app, session);
  AddShowCommand(app, session);
  AddJudgeCommand(app, session);
  AddExportCommand(app, session);
  AddExplainCommand(app, session);

  AddBenchCommand(app, session);
  AddWorkerCommand(app, session);
  if (argc == 1) {
    std::fputs(app.help().c_str(), stderr);
    return kExitUsage;
  }
  if (argv[1][0] != '-' && !IsVerb(app, argv[1])) {
    SuggestVerb(app, argv[1]);
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& problem) {
    std::fprintf(stderr, "tearproof: %s; `tearproof %s --help` lists the options\n",
                 EscapeForTerminal(problem.what()).c_str(), IsVerb(app, argv[1]) ? argv[1] : "");
    return kExitUsage;
  }
  return session.exit_code;
}

}  // namespace
}  // namespace tearproof::cli

int main(int argc, char** argv) {
  signal(SIGXFSZ, SIG_IGN);  // A file grown too large is an error with a message (EFBIG).
  return tearproof::cli::FinishOutput(tearproof::cli::Main(argc, argv));
}
