#include "harness/cli/judge_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "harness/check/judge.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "harness/history/jepsen_event.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;

// These judge what a bare history does not show: info is no fault of the cache's where requests
// and answers can be lost, nobody waited for what never returned, and how exactly a foreign cache
// and the clocks of its hosts keep deadlines is not known.
constexpr std::array kNotInAHistory = {Promise::kNoError, Promise::kReturns, Promise::kExpires};

Checker::Ingredients IngredientsOf(const History& history) {
  Checker::Ingredients ingredients;
  for (const Op& op : history.ops()) {
    ingredients.kinds.insert(op.kind);
    ingredients.counters = ingredients.counters || op.counter || op.kind == OpKind::kIncr;
    ingredients.ttl = ingredients.ttl || op.ttl_millis != kNoTtl;
  }
  return ingredients;
}

std::vector<const Checker*> CheckersFor(const Catalogue& catalogue,
                                        const Checker::Ingredients& ingredients) {
  std::vector<const Checker*> checkers;
  for (const Checker* checker : catalogue.checkers()) {
    const bool shown = std::find(kNotInAHistory.begin(), kNotInAHistory.end(),
                                 checker->promise()) == kNotInAHistory.end();
    if (shown && checker->Applies(ingredients)) checkers.push_back(checker);
  }
  return checkers;
}

// The values that the lines named state, as they are written there.
std::map<uint32_t, std::string> ReadValues(const std::string& path,
                                           std::map<uint32_t, std::string> lines) {
  std::error_code problem;
  if (lines.empty() || !fs::is_regular_file(path, problem)) return lines;  // A pipe is read once.
  std::ifstream file(path, std::ios::binary);
  JepsenEventParser parser;
  std::string line;
  for (uint32_t number = 1; number <= lines.rbegin()->first && std::getline(file, line); ++number) {
    const auto wanted = lines.find(number);
    if (wanted == lines.end()) continue;
    const Result<JepsenEvent> event = parser.Parse(line);
    if (event.ok()) wanted->second = EscapeForTerminal(ToText(event.value().value), 40);
  }
  return lines;
}

// Tells of each operation of the evidence where it stands in the file, and with which value.
void PointIntoFile(const ImportedHistory& imported, const std::string& path,
                   std::vector<Verdict>* verdicts) {
  std::map<uint32_t, std::string> values;
  for (const Verdict& verdict : *verdicts) {
    for (const EvidenceOp& each : verdict.evidence) {
      if (const uint32_t line = imported.LineOf(each.op)) values[line];
    }
  }
  values = ReadValues(path, std::move(values));
  for (Verdict& verdict : *verdicts) {
    for (EvidenceOp& each : verdict.evidence) {
      const uint32_t line = imported.LineOf(each.op);
      const bool has_value = each.op.kind == OpKind::kGet || each.op.kind == OpKind::kSet ||
                             each.op.kind == OpKind::kAdd;
      std::string where = line == 0 ? "before the file's first line" : fmt::format("line {}", line);
      if (line != 0 && has_value && !values[line].empty()) where += ": " + values[line];
      each.part += fmt::format("{}[{}]", each.part.empty() ? "" : " ", where);
    }
  }
}

}  // namespace

std::string_view HistoryModelName(HistoryModel model) {
  constexpr std::array<std::string_view, 3> kNames = {"cache", "register", "counter"};
  return kNames[static_cast<size_t>(model)];
}

Result<CellRecord> JudgeFile(const FileToJudge& file, const Catalogue& catalogue) {
  const int64_t begin = MonotonicNanos();
  std::ifstream in(file.path, std::ios::binary);
  if (!in) return SystemError(errno, "cannot read " + EscapeForTerminal(file.path));
  TEARPROOF_ASSIGN_OR_RETURN(const ImportedHistory imported,
                             ImportJepsen(in, file.path, file.model, file.clock_uncertainty));
  const History& history = imported.history;
  const Checker::Ingredients ingredients = IngredientsOf(history);
  Contract contract;
  contract.evicts = file.allow_misses;
  contract.ttl_resolution = 1'000'000'000;  // Many caches keep deadlines in whole seconds.
  contract.operations = ingredients.kinds;
  std::set<Promise> promises;
  const std::vector<const Checker*> checkers = CheckersFor(catalogue, ingredients);
  for (const Checker* checker : checkers) promises.insert(checker->promise());
  std::vector<Verdict> verdicts = check::Judge(history, contract, promises, checkers);
  PointIntoFile(imported, file.path, &verdicts);

  CellRecord record;
  record.backend = HistoryModelName(file.model);
  record.scenario = fs::path(file.path).filename();
  const bool timed = history.header().time_base == TimeBase::kMonotonicNanos;
  record.engine = timed ? "recorded" : "ordered";
  record.operations = history.ops().size();
  record.rounds = 1;
  record.scope =
      fmt::format("{} by {} on {}{}", Counted(record.operations, "operations"),
                  Counted(history.processes().size(), "clients"),
                  Counted(history.key_count(), "keys"), timed ? "" : ", in the order of the lines");
  for (Verdict& verdict : verdicts) {
    PromiseResult result;
    result.verdict = std::move(verdict);
    result.promised = true;
    result.expectation = Expectation::kMustHold;
    record.promises.push_back(std::move(result));
  }
  record.elapsed = MonotonicNanos() - begin;
  return record;
}

}  // namespace tearproof::cli
