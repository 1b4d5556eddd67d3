// `tearproof new-adapter`: a file to begin an adapter with.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "harness/adapter/skeleton.h"
#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/core/text.h"
#include "harness/core/unique_fd.h"

namespace tearproof::cli {
namespace {

// What runs the file, as words of a TOML array and of a shell.
struct HowToRun {
  std::string build;  // Before it can be run; may be empty.
  std::vector<std::string> command;
};

HowToRun RunningOf(std::string_view language, const std::string& file) {
  const std::string path = file.find('/') == std::string::npos ? "./" + file : file;
  if (language == "go") {
    const std::string program = path.ends_with(".go") ? path.substr(0, path.size() - 3) : path;
    return {fmt::format("go build -o {} {}", ShellQuote(program), ShellQuote(path)), {program}};
  }
  if (language == "python") return {"", {"python3", file}};
  return {"", {std::string(language), file}};
}

// In double quotes; control characters are shown, for a terminal is where this goes.
std::string TomlString(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return EscapeForTerminal(quoted + "\"", 400);
}

// A file that is there stays as it is.
Result<void> CreateFile(const std::string& path, std::string_view text) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) {
    if (errno == EEXIST) {
      return UsageError(EscapeForTerminal(path, 200) + " is there already",
                        "name another file, as the second word");
    }
    return SystemError(errno, "cannot create " + EscapeForTerminal(path, 200));
  }
  while (!text.empty()) {
    const ssize_t written = write(fd.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(errno, "cannot write " + EscapeForTerminal(path, 200));
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<int> NewAdapter(const std::string& language, std::string file) {
  for (const adapter::Skeleton& skeleton : adapter::Skeletons()) {
    if (skeleton.language != language) continue;
    if (file.empty()) file = skeleton.file;
    TEARPROOF_RETURN_IF_ERROR(CreateFile(file, skeleton.text));
    const HowToRun running = RunningOf(language, file);
    std::vector<std::string> words;
    std::vector<std::string> quoted;
    for (const std::string& word : running.command) {
      words.push_back(ShellQuote(word));
      quoted.push_back(TomlString(word));
    }
    Print("Wrote {}, a small cache that works. Put the calls of yours in its place.\n\n",
          EscapeForTerminal(file, 200));
    if (!running.build.empty()) Print("  {}\n", EscapeForTerminal(running.build, 400));
    Print("  tearproof adapter-test {}\n\n", EscapeForTerminal(Join(words, " "), 400));
    Print("For tearproof.toml:\n\n  [backend.mine]\n  command = [{}]\n", Join(quoted, ", "));
    return 0;
  }
  return UsageError("there is no skeleton in " + EscapeForTerminal(language, 60));
}

}  // namespace

Verb NewAdapterVerb() {
  struct Arguments {
    std::string language;
    std::string file;
  };
  auto a = std::make_shared<Arguments>();
  std::vector<std::string> languages;
  for (const adapter::Skeleton& skeleton : adapter::Skeletons()) {
    languages.emplace_back(skeleton.language);
  }
  Verb verb;
  verb.name = "new-adapter";
  verb.description = "Write an adapter to begin with, for a cache in your language.";
  verb.options = {{"language", "", "of the adapter", &a->language, languages, "", true},
                  {"file", "",
                   "where it goes, adapter.py and the like unless given; it must not "
                   "be there yet",
                   &a->file}};
  verb.examples = {{"tearproof new-adapter ruby", "writes adapter.rb"}};
  verb.run = [a] { return NewAdapter(a->language, a->file); };
  return verb;
}

}  // namespace tearproof::cli
