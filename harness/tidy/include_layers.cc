#include <fmt/format.h>

#include <map>
#include <optional>
#include <regex>

#include "harness/core/text.h"
#include "harness/tidy/rules.h"

namespace tearproof::tidy {
namespace {

// A folder of harness/ includes itself and those of a lower rank; of one rank, they are strangers.
const std::map<std::string, int, std::less<>> kRanks = {
    {"core", 0},    {"history", 1}, {"api", 2},    {"kit", 3},   {"check", 3},
    {"adapter", 3}, {"tidy", 3},    {"stress", 4}, {"trace", 4}, {"explore", 5},
    {"crash", 6},   {"bench", 7},   {"cli", 8},    {"fuzz", 8}};
constexpr int kApiRank = 2;
constexpr int kCliRank = 8;

bool IsWithin(std::string_view folder, std::string_view ancestor) {
  return folder == ancestor ||
         (folder.starts_with(ancestor) && folder[ancestor.size()] == '/' && !ancestor.empty());
}

std::optional<int> RankOf(const std::vector<std::string>& parts) {
  const auto found = parts.size() > 2 ? kRanks.find(parts[1]) : kRanks.end();
  if (found == kRanks.end()) return std::nullopt;
  return found->second;
}

// Why a file must not include `included`, or "".
std::string WhyNot(const SourceFile& file, const std::string& included) {
  const std::vector<std::string> from = Split(file.path, '/');
  const std::vector<std::string> to = Split(included, '/');
  const std::string folder = included.substr(0, included.rfind('/'));
  if (to.size() < 2 ||
      (to[0] != "harness" && to[0] != "backends" && to[0] != "reports" && to[0] != "scenarios")) {
    return "is not named by its path from the top";
  }
  if (to[0] == "harness" && !RankOf(to)) return "lies in a folder without a layer";
  if (from[0] == "harness") {
    const std::optional<int> rank = RankOf(from);
    if (!rank) return "";  // Said of the folder once, below.
    if (to[0] != "harness") return *rank >= kCliRank ? "" : "lies above the harness";
    return from[1] == to[1] || *RankOf(to) < *rank ? "" : "lies in a layer that is not below";
  }
  if (to[0] == "harness") {
    const bool kit = from[0] == "backends" && to[1] == "kit";
    return *RankOf(to) <= kApiRank || kit ? "" : "lies above harness/api";
  }
  // Its own folder, or one that encloses it, as reports/console lies in reports.
  return IsWithin(file.Folder(), folder) ? "" : "belongs to another one of its kind";
}

}  // namespace

Findings CheckIncludeLayers(std::span<const SourceFile> files) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s+"([^"]+)")re");
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".cc") && !file.path.ends_with(".h")) continue;
    const std::vector<std::string> parts = Split(file.path, '/');
    if (parts[0] == "harness" && !RankOf(parts)) {
      findings.push_back({file.path, 0, "lies in a folder without a layer"});
    }
    size_t number = 0;
    for (const std::string_view line : file.Lines()) {
      ++number;
      std::match_results<std::string_view::const_iterator> match;
      if (!std::regex_search(line.begin(), line.end(), match, kInclude)) continue;
      const std::string why = WhyNot(file, match[1].str());
      if (!why.empty()) {
        findings.push_back({file.path, number, fmt::format("{} {}", match[1].str(), why)});
      }
    }
  }
  return findings;
}

}  // namespace tearproof::tidy
