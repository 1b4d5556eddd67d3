#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/api/anomaly.h"
#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

// A broken promise of one backend, all its scenarios as one.
struct Break {
  const MatrixRow* row;
  const MatrixCell* cell;
  const CellResult source;
};

enum class Class : uint8_t { kFails, kExpected, kKnown, kNotPromised };

Class ClassOf(const Break& each) {
  if (each.source.standing == Standing::kFails) return Class::kFails;
  if (!each.source.result->known_issue.empty()) return Class::kKnown;
  return each.cell->promised ? Class::kExpected : Class::kNotPromised;
}

std::string_view TitleOf(Class which) {
  switch (which) {
    case Class::kFails:
      return "Broken promises";
    case Class::kExpected:
      return "Broken promises, as expected";
    case Class::kKnown:
      return "Known races";
    case Class::kNotPromised:
      return "Also broken, but never promised";
  }
  return "";
}

std::vector<Break> FindBreaks(const Page& page) {
  std::vector<Break> breaks;
  for (const MatrixRow& row : page.rows) {
    for (const auto& [promise, cell] : row.cells) {
      if (cell.verdict.judgement != Judgement::kBroken) continue;
      for (const CellResult& each : ResultsOf(page.record, row, promise)) {
        if (each.cell != cell.source) continue;
        breaks.push_back({&row, &cell, each});
        break;
      }
    }
  }
  return breaks;
}

// "12,345 times in 3.1 M hits that overlapped a set of their key; also in set-set".
std::string Amount(const Page& page, const Break& each) {
  const Verdict& verdict = each.source.result->verdict;
  std::string amount =
      verdict.violations == 1 ? "once" : fmt::format("{} times", FormatCount(verdict.violations));
  const std::string covered = Covered(verdict);
  if (!covered.empty()) amount += " in " + covered;
  std::vector<std::string> others;
  for (const CellResult& other : ResultsOf(page.record, *each.row, each.cell->verdict.promise)) {
    if (other.cell == each.source.cell) continue;
    if (other.result->verdict.judgement != Judgement::kBroken) continue;
    others.push_back(SafeName(other.cell->scenario));
  }
  if (!others.empty()) amount += "; also in " + Join(others, ", ");
  return amount;
}

std::string CauseAndRemedy(const Page& page, const std::string& name,
                           std::set<std::string>* explained) {
  if (name.empty()) return "";
  const std::string safe = SafeName(name);
  const Anomaly* anomaly = FindAnomaly(name);
  if (anomaly == nullptr) return Block("    kind    ", safe, page.columns);
  if (!explained->insert(name).second) {
    return Block("    kind    ", safe + ": cause and remedy as above", page.columns);
  }
  return Block("    kind    ", safe + ": `tearproof explain " + safe + "` tells more",
               page.columns) +
         Block("    cause   ", anomaly->cause, page.columns) +
         Block("    remedy  ", anomaly->remedy, page.columns);
}

std::string Title(const Page& page, const Break& each) {
  const Verdict& verdict = each.cell->verdict;
  const std::string name = SafeName(each.row->display_name);
  const std::string title = fmt::format("{} broke {} in {}", name, PromiseName(verdict.promise),
                                        SafeName(each.source.cell->scenario));
  const std::string shown = Shorten(title, page.columns - 2);
  const bool fails = ClassOf(each) == Class::kFails;
  return "  " + (fails ? page.style.Red(shown) : page.style.Bold(shown)) + "\n";
}

// Verdicts are escaped where they are made, but a record may also have been read from a file.
std::string Sentence(const Page& page, const Verdict& verdict) {
  return Block("    ", EscapeForTerminal(verdict.sentence, 4000), page.columns);
}

std::string Full(const Page& page, const Break& each, std::set<std::string>* explained) {
  const Verdict& verdict = each.source.result->verdict;
  std::string text = Title(page, each) + Block("  ", Amount(page, each), page.columns);
  std::string rerun;
  if (!each.source.cell->rerun.empty()) {
    rerun = "  Run it again:\n" + CopyLine(page, each.source.cell->rerun);
  }
  for (const std::string& part :
       {Sentence(page, verdict), CauseAndRemedy(page, verdict.anomaly, explained),
        TimeDiagram(page, verdict.evidence, each.source.cell->engine), rerun}) {
    if (!part.empty()) text += "\n" + part;
  }
  return text;
}

std::string Brief(const Page& page, const Break& each) {
  std::string text = Title(page, each) + Block("  ", Amount(page, each), page.columns);
  if (!each.source.result->known_issue.empty()) {
    text += Block("    known: ", EscapeForTerminal(each.source.result->known_issue), page.columns);
  }
  text += Sentence(page, each.source.result->verdict);
  if (!each.source.cell->rerun.empty()) text += CopyLine(page, each.source.cell->rerun);
  return text;
}

}  // namespace

std::string EvidenceSection(const Page& page, bool only_failing) {
  const std::vector<Break> breaks = FindBreaks(page);
  std::string section;
  std::set<std::string> explained;
  for (const Class which : {Class::kFails, Class::kExpected, Class::kKnown, Class::kNotPromised}) {
    if (only_failing && which != Class::kFails) continue;
    bool titled = false;
    for (const Break& each : breaks) {
      if (ClassOf(each) != which) continue;
      if (!titled) section += Heading(page.style, TitleOf(which));
      titled = true;
      const bool full = which == Class::kFails || which == Class::kExpected;
      section += "\n" + (full ? Full(page, each, &explained) : Brief(page, each));
    }
  }
  return section;
}

std::string OpenSection(const Page& page) {
  std::string section;
  for (const MatrixRow& row : page.rows) {
    for (const auto& [promise, merged] : row.cells) {
      for (const CellResult& each : ResultsOf(page.record, row, promise)) {
        const Judgement judgement = each.result->verdict.judgement;
        const bool counts = each.standing == Standing::kOpen || each.standing == Standing::kFails;
        if (!counts || judgement == Judgement::kBroken) continue;
        std::string line =
            fmt::format("{}: {} {} in {}", SafeName(row.display_name), PromiseName(promise),
                        JudgementName(judgement), SafeName(each.cell->scenario));
        if (page.record.expect) {
          line += fmt::format(", though it {}", each.result->expectation == Expectation::kMustBreak
                                                    ? "must break"
                                                    : "must hold");
        }
        const std::string reason = EscapeForTerminal(each.result->verdict.reason);
        if (!reason.empty()) line += ": " + reason;
        section += Block("  ", line, page.columns);
      }
    }
  }
  if (section.empty()) return "";
  return Heading(page.style, page.record.expect ? "Not as expected" : "Left open") + "\n" + section;
}

}  // namespace tearproof::reports::console
