#include "harness/tidy/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <set>

#include "harness/core/layout.h"
#include "harness/core/text.h"
#include "harness/tidy/function_length.h"

namespace tearproof::tidy {
namespace {

bool IsCpp(const SourceFile& file) {
  return file.path.ends_with(".cc") || file.path.ends_with(".h");
}

// Written by hand to be read as code.
bool IsCode(const SourceFile& file) {
  return IsCpp(file) || file.path.ends_with(".cmake") || file.path.ends_with(".sh") ||
         file.Name() == "CMakeLists.txt" || file.path == "demo" || file.path == "check";
}

// Input of tests, where any byte is on purpose.
bool IsTestData(const SourceFile& file) {
  return file.path.find("testdata/") != std::string::npos ||
         file.path.find("corpus/") != std::string::npos;
}

bool IsBinary(const SourceFile& file) { return file.text.find('\0') != std::string::npos; }

// Names each line in which `pattern` is found.
void FindLines(const SourceFile& file, const std::regex& pattern, const std::string& what,
               Findings* findings) {
  size_t number = 0;
  for (const std::string_view line : file.Lines()) {
    ++number;
    std::match_results<std::string_view::const_iterator> match;
    if (std::regex_search(line.begin(), line.end(), match, pattern)) {
      findings->push_back({file.path, number, fmt::format("{}: {}", what, match[0].str())});
    }
  }
}

}  // namespace

Findings CheckHeaderGuards(std::span<const SourceFile> files) {
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h")) continue;
    std::string guard = "TEARPROOF_" + file.path + "_";
    for (char& c : guard) {
      c = std::isalnum(static_cast<unsigned char>(c)) != 0
              ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
              : '_';
    }
    const std::string opening = fmt::format("#ifndef {}\n#define {}\n", guard, guard);
    if (file.text.find(opening) == std::string::npos ||
        !file.text.ends_with(fmt::format("#endif  // {}\n", guard))) {
      findings.push_back({file.path, 0, "is not guarded by " + guard});
    }
  }
  return findings;
}

Findings CheckFileLength(std::span<const SourceFile> files) {
  Findings findings;
  for (const SourceFile& file : files) {
    const size_t lines = IsCode(file) ? file.Lines().size() : 0;
    if (lines > kMaxFileLines) {
      findings.push_back({file.path, 0, fmt::format("has {} lines", lines)});
    }
  }
  return findings;
}

Findings CheckFunctionLength(std::span<const SourceFile> files) {
  Findings findings;
  for (const SourceFile& file : files) {
    if (!IsCpp(file)) continue;
    for (const FunctionSpan& function : FindFunctions(file.text)) {
      if (function.lines <= kMaxFunctionLines) continue;
      findings.push_back(
          {file.path, function.line, fmt::format("{}has {} lines", function.head, function.lines)});
    }
  }
  return findings;
}

Findings CheckColumns(std::span<const SourceFile> files) {
  Findings findings;
  for (const SourceFile& file : files) {
    if (!IsCode(file)) continue;
    size_t number = 0;
    for (const std::string_view line : file.Lines()) {
      ++number;
      const size_t width = DisplayWidth(line);
      // An include cannot be broken.
      if (width > kMaxColumns && !line.starts_with("#include")) {
        findings.push_back({file.path, number, fmt::format("is {} columns wide", width)});
      }
    }
  }
  return findings;
}

Findings CheckLeftovers(std::span<const SourceFile> files) {
  // One letter of each stands in brackets, so that this file does not hold what it looks for.
  static const std::regex kNotes(R"(\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b)");
  static const std::regex kIdleTests(R"(\b(DISABLE[D]_\w+|GTEST_SKI[P])\b)");
  Findings findings;
  for (const SourceFile& file : files) {
    if (IsTestData(file) || IsBinary(file)) continue;
    FindLines(file, kNotes, "a note to oneself", &findings);
    if (IsCpp(file)) FindLines(file, kIdleTests, "a test that does not run", &findings);
  }
  return findings;
}

Findings CheckWhiteSpace(std::span<const SourceFile> files) {
  static const std::regex kTab("\t");
  Findings findings;
  for (const SourceFile& file : files) {
    if (IsTestData(file) || IsBinary(file) || file.text.empty()) continue;
    // gofmt indents with them.
    if (!file.path.ends_with(".go")) FindLines(file, kTab, "a tab", &findings);
    if (!file.text.ends_with('\n')) findings.push_back({file.path, 0, "has no newline at its end"});
  }
  return findings;
}

Findings CheckPlaces(std::span<const SourceFile> files) {
  static const std::regex kPaths(R"((^|[^\w.:/~*>}-])/(wor[k]|roo[t]|hom[e]|User[s])/)");
  static const std::regex kHosts(
      R"(pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.(org|com)|crate[s]\.io|rubygem[s]\.org|)"
      R"(proxy\.golan[g]\.org|deb\.debia[n]\.org|archive\.ubunt[u]\.com|repo\.mave[n]|)"
      R"(artifactor[y]|docke[r]\.io|ghc[r]\.io)");
  Findings findings;
  for (const SourceFile& file : files) {
    if (IsTestData(file) || IsBinary(file)) continue;
    FindLines(file, kPaths, "a path of somebody's machine", &findings);
    FindLines(file, kHosts, "the host of a package registry", &findings);
  }
  return findings;
}

Findings CheckBackendFolders(std::span<const SourceFile> files) {
  std::set<std::string> paths;
  std::set<std::string> needed;
  for (const SourceFile& file : files) {
    paths.insert(file.path);
    const std::vector<std::string> parts = Split(file.path, '/');
    if (parts[0] != "backends" || parts.size() < 3) continue;
    if (parts[1] == "conformance") continue;
    if (parts[1] == "adapters") {
      if (parts.size() < 4) continue;
      for (const char* name : {"/README.md", "/backend.toml"}) {
        needed.insert("backends/adapters/" + parts[2] + name);
      }
      continue;
    }
    const std::string folder = "backends/" + parts[1] + "/";
    needed.insert(folder + "README.md");
    if (parts[1] != "broken") needed.insert(folder + "backend.toml");
    if (parts[1] == "broken" && parts.size() > 3) {
      needed.insert(folder + parts[2] + "/backend.toml");
    }
  }
  Findings findings;
  for (const std::string& path : needed) {
    if (!paths.contains(path)) findings.push_back({path, 0, "is missing"});
  }
  return findings;
}

Findings CheckTestsTest(std::span<const SourceFile> files) {
  static const std::regex kTest(
      R"((^|\n)\s*(TYPED_)?(TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\()");
  Findings findings;
  for (const SourceFile& file : files) {
    if (file.path.ends_with("_test.cc") && !std::regex_search(file.text, kTest)) {
      findings.push_back({file.path, 0, "holds no test"});
    }
  }
  return findings;
}

std::span<const Rule> AllRules() {
  static constexpr std::array<Rule, 10> kRules = {{
      {"include-layers", &CheckIncludeLayers},
      {"header-guards", &CheckHeaderGuards},
      {"file-length", &CheckFileLength},
      {"function-length", &CheckFunctionLength},
      {"columns", &CheckColumns},
      {"leftovers", &CheckLeftovers},
      {"white-space", &CheckWhiteSpace},
      {"places", &CheckPlaces},
      {"backend-folders", &CheckBackendFolders},
      {"tests-test", &CheckTestsTest},
  }};
  return kRules;
}

}  // namespace tearproof::tidy
