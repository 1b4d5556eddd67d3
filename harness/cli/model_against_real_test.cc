// The model of Django's cache against the real one, system call by system call.
//
// One process does one operation; what each side calls on the cache's directory is compared, and
// every difference needs an explanation here. An explanation that explains nothing fails, too.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "harness/cli/explored_cache.h"
#include "harness/cli/machine.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

using Calls = std::vector<std::string>;

struct Operation {
  std::string name;
  std::string before;   // Steps of the scenario, quoted.
  std::string program;  // One step.
  std::string options = {};
  std::string more = {};  // Of [explore].
};

const std::vector<Operation> kOperations = {
    {"get of an entry", "\"set k0\"", "get k0"},
    {"get of nothing", "", "get k0"},
    {"get of an expired entry", "\"set k0 ttl=1s\"", "get k0", "", "advance = \"3s\""},
    {"has of an entry", "\"set k0\"", "has k0"},
    {"has of nothing", "", "has k0"},
    {"set of a new key", "", "set k0"},
    {"set of a known key", "\"set k0\"", "set k0"},
    {"set of a key that does not fit", "\"set k0\", \"set k1\"", "set k2",
     ":max_entries=2,cull_frequency=2"},
    {"add of a new key", "", "add k0"},
    {"add of a known key", "\"set k0\"", "add k0"},
    {"delete of an entry", "\"set k0\"", "delete k0"},
    {"delete of nothing", "", "delete k0"},
    {"clear", "\"set k0\"", "clear"},
    {"cull", "\"set k0\"", "cull"},
};

// The calls of the real code are those of the model, but for these.
struct Difference {
  std::string operations;  // Which ones: a regular expression, of the whole name.
  std::string call;        // Of the whole call, without its result.
  bool real;               // Only the real code makes it; else only the model.
  std::string reason;
};
const std::vector<Difference>& Differences();

// Without what the two cannot have in common: numbers of descriptors, and sizes, as the model does
// not compress.
std::string Settled(const std::string& call) {
  static const std::regex opened("(open.*) → [0-9]+");
  static const std::regex moved("((?:read|write)\\(\".*\"), [0-9]+\\) → [1-9][0-9]*");
  static const std::regex ended("(read\\(\".*\"), [0-9]+\\) → 0");
  static const std::regex placed("(lseek\\(.*\\)) → [0-9]+");
  std::string text = std::regex_replace(call, opened, "$1 → a descriptor");
  text = std::regex_replace(text, moved, "$1) → bytes");
  text = std::regex_replace(text, placed, "$1 → a place");
  return std::regex_replace(text, ended, "$1) → the end");
}

Calls CallsOf(const Catalogue& catalogue, const Operation& operation, const std::string& backend) {
  const std::string toml = fmt::format(
      "version = 1\ntitle = \"t\"\nstory = \"s\"\nkeys = {{ count = 3, distribution = "
      "\"uniform\" }}\nvalues = {{ size = \"64B\", ttl = \"none\" }}\n[roles.one]\n"
      "explore = {{ processes = 1, program = [\"{}\"] }}\n[explore]\n{}\n{}\n",
      operation.program, operation.before.empty() ? "" : "before = [" + operation.before + "]",
      operation.more);
  const Result<Scenario> scenario = ParseScenario(toml, "one", "one.toml");
  TEARPROOF_CHECK(scenario.ok(), scenario.error().Message() + toml);
  const auto backends = catalogue.FindBackends({backend + operation.options});
  TEARPROOF_CHECK(backends.ok(), backends.error().Message());
  NamedBackend named = backends.value().front();
  if (named.command.empty()) {  // This program is not the one that contains it.
    named.command = {TEARPROOF_PROGRAM, "adapter", "--backend", named.implementation};
  }
  const auto cell = PlanExploreCell({scenario.value(), toml}, named, {});
  TEARPROOF_CHECK(cell.ok(), cell.error().Message());
  if (!cell.value().unfit.empty()) return {"unfit: " + cell.value().unfit};
  const ExploredCache explored(cell.value(), DefaultParentDirectory());
  const auto cache = explored.Start(-1);
  TEARPROOF_CHECK(cache.ok(), cache.error().Message());
  const Result<void> began = cache.value()->Restart();
  TEARPROOF_CHECK(began.ok(), began.error().Message());
  Calls calls;
  while (cache.value()->ReadinessOf(0) == explore::Readiness::kReady) {
    const auto event = cache.value()->Step(0);
    TEARPROOF_CHECK(event.ok(), event.error().Message());
    calls.push_back(Settled(event.value().label + " " + event.value().result));
  }
  return calls;
}

// "+" what only the second has, "-" what only the first has: with as many in common as there are.
std::vector<std::pair<char, std::string>> Compare(const Calls& model, const Calls& real) {
  std::vector<std::vector<size_t>> common(model.size() + 1,
                                          std::vector<size_t>(real.size() + 1, 0));
  for (size_t m = model.size(); m-- > 0;) {
    for (size_t r = real.size(); r-- > 0;) {
      common[m][r] = model[m] == real[r] ? common[m + 1][r + 1] + 1
                                         : std::max(common[m + 1][r], common[m][r + 1]);
    }
  }
  std::vector<std::pair<char, std::string>> differences;
  size_t m = 0;
  size_t r = 0;
  while (m < model.size() || r < real.size()) {
    if (m < model.size() && r < real.size() && model[m] == real[r]) {
      ++m;
      ++r;
    } else if (r == real.size() || (m < model.size() && common[m + 1][r] >= common[m][r + 1])) {
      differences.emplace_back('-', model[m++]);
    } else {
      differences.emplace_back('+', real[r++]);
    }
  }
  return differences;
}

TEST(ModelAgainstRealTest, EachDifferenceOfDjangoFromItsModelIsExplained) {
  const auto catalogue = Catalogue::Load();
  ASSERT_TRUE(catalogue.ok()) << catalogue.error().Message();
  const auto real = catalogue.value()->FindBackends({"django"});
  ASSERT_TRUE(real.ok()) << real.error().Message();
  // Another version would need other explanations.
  if (real.value().front().loaded.version != "3.2.25") return;
  std::set<const Difference*> used;
  for (const Operation& operation : kOperations) {
    const Calls modelled = CallsOf(*catalogue.value(), operation, "django-v1");
    const Calls made = CallsOf(*catalogue.value(), operation, "django");
    EXPECT_GT(made.size(), 0u) << operation.name;
    for (const auto& [side, call] : Compare(modelled, made)) {
      const auto explains = [&, side = side, &call = call](const Difference& each) {
        return each.real == (side == '+') &&
               std::regex_match(operation.name, std::regex(each.operations)) &&
               std::regex_match(call.substr(0, call.find(") → ") + 1), std::regex(each.call));
      };
      const auto found = std::ranges::find_if(Differences(), explains);
      if (found == Differences().end()) {
        ADD_FAILURE() << operation.name << ": " << side << " " << call;
      } else {
        used.insert(&*found);
      }
    }
  }
  for (const Difference& each : Differences()) {
    EXPECT_TRUE(used.contains(&each)) << each.call << ": " << each.reason;
  }
}

const std::vector<Difference>& Differences() {
  const std::string opens = "(get|has) of an.* entry|(set|add) of a.*";
  const std::string files = "\\(\"[^\"]+\"";
  static const std::vector<Difference> differences = {
      {opens, "newfstatat" + files + ", AT_EMPTY_PATH\\)", true,
       "Python's open() asks what it has opened: the size of its blocks, whether it is a folder"},
      {opens, "ioctl" + files + ", 0x5401\\)", true, "and whether it is a terminal"},
      {opens, "lseek" + files + ", 0, SEEK_CUR\\)", true, "and where in it it is"},
      {"get of .*", "newfstatat" + files + "\\)", false,
       "the fix looked for the file and then opened it; 3.2 opens it and sees"},
      {"get of nothing", "openat" + files + ", O_RDONLY\\)", true, "that there is none"},
      {"(set|add) of a (new|known) key|set of a key that does not fit", R"(mkdir\("cache", 0700\))",
       true, "3.2 makes the folder, and takes EEXIST for an answer; the fix looked first"},
      {"(set|add) of a (new|known) key|set of a key that does not fit", R"(newfstatat\("\."\))",
       true, "os.makedirs looks for the folder above before it makes one"},
      {"set of a key that does not fit", "(newfstatat|unlink)" + files + "\\)", true,
       "who has to go is drawn by lot,"},
      {"set of a key that does not fit", "(newfstatat|unlink)" + files + "\\)", false,
       "and each draws its own"},
      {"clear", R"(newfstatat\("cache"\))", false,
       "the fix looked for the folder first; 3.2 lists it and sees"},
  };
  return differences;
}

}  // namespace
}  // namespace tearproof::cli
