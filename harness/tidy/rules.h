// The repository's own rules. Each is a pure function of the tree.
#ifndef TEARPROOF_HARNESS_TIDY_RULES_H_
#define TEARPROOF_HARNESS_TIDY_RULES_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tidy/source_tree.h"

namespace tearproof::tidy {

inline constexpr size_t kMaxFileLines = 500;
inline constexpr size_t kMaxFunctionLines = 70;
inline constexpr size_t kMaxColumns = 100;

struct Finding {
  std::string path;
  size_t line = 0;  // 0: the file as a whole.
  std::string what;
};

using Findings = std::vector<Finding>;

struct Rule {
  std::string_view name;
  Findings (*check)(std::span<const SourceFile> files);
};

// core ← history ← api ← kit, check, adapter ← engines ← cli; backends, scenarios and reports look
// only down, and never at each other.
Findings CheckIncludeLayers(std::span<const SourceFile> files);
// The guard of harness/core/text.h is TEARPROOF_HARNESS_CORE_TEXT_H_.
Findings CheckHeaderGuards(std::span<const SourceFile> files);
Findings CheckFileLength(std::span<const SourceFile> files);
Findings CheckFunctionLength(std::span<const SourceFile> files);
Findings CheckColumns(std::span<const SourceFile> files);
// Notes to oneself, and tests that do not run.
Findings CheckLeftovers(std::span<const SourceFile> files);
// No tabs, a newline at the end.
Findings CheckWhiteSpace(std::span<const SourceFile> files);
// Paths of somebody's machine, hosts of package registries.
Findings CheckPlaces(std::span<const SourceFile> files);
// Each backend says what it is: backend.toml, README.md.
Findings CheckBackendFolders(std::span<const SourceFile> files);
// Each *_test.cc holds a test.
Findings CheckTestsTest(std::span<const SourceFile> files);

std::span<const Rule> AllRules();

}  // namespace tearproof::tidy

#endif  // TEARPROOF_HARNESS_TIDY_RULES_H_
