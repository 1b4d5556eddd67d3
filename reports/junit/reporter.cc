// JUnit XML, as GitLab and Jenkins read it (docs/ci.md): a test suite a backend, a test case for
// each promise in each scenario.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "harness/core/text.h"
#include "reports/findings.h"

namespace tearproof::reports::junit {
namespace {

constexpr size_t kLongestText = 4000;

// EscapeForTerminal leaves no control character, no surrogate and nothing ill-formed. What XML 1.0
// forbids beyond that are the two non-characters U+FFFE and U+FFFF.
std::string CleanText(std::string_view text) {
  std::string clean = EscapeForTerminal(text, kLongestText);
  for (const char* forbidden : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (size_t at; (at = clean.find(forbidden)) != std::string::npos;) {
      clean.replace(at, 3, "\xef\xbf\xbd");
    }
  }
  return clean;
}

std::string CleanLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += CleanText(line) + "\n";
  return text;
}

std::string Seconds(double nanos) { return fmt::format("{:.3f}", nanos / 1e9); }

struct Tally {
  size_t tests = 0;
  size_t failures = 0;
  size_t errors = 0;
  size_t skipped = 0;

  void Write(pugi::xml_node node) const {
    node.append_attribute("tests") = tests;
    node.append_attribute("failures") = failures;
    node.append_attribute("errors") = errors;
    node.append_attribute("skipped") = skipped;
  }
  void Add(const Tally& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
  }
};

void SetAttribute(pugi::xml_node node, const char* name, std::string_view text) {
  node.append_attribute(name) = CleanText(text).c_str();
}

pugi::xml_node AppendOutcome(pugi::xml_node test, const char* element, std::string_view message,
                             std::string_view type) {
  pugi::xml_node outcome = test.append_child(element);
  SetAttribute(outcome, "message", message);
  if (!type.empty()) SetAttribute(outcome, "type", type);
  return outcome;
}

void AppendText(pugi::xml_node node, const std::string& text) {
  node.append_child(pugi::node_pcdata).set_value(text.c_str());
}

std::string Covered(const Verdict& verdict) {
  return FormatCount(verdict.exercised) + " " +
         (verdict.exercised == 1 ? Singular(verdict.unit) : verdict.unit);
}

std::string CoveredText(const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  std::string text = fmt::format("{}: {}", JudgementName(verdict.judgement), Covered(verdict));
  if (verdict.judgement == Judgement::kHeld && each.cell->Exhausted()) {
    text += fmt::format(", in all {}",
                        Counted(each.cell->explored->classes, "classes of interleavings"));
  }
  return text;
}

void WriteFailure(pugi::xml_node test, const RunRecord& record, const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  std::string message = verdict.sentence;
  if (verdict.judgement != Judgement::kBroken) {
    message = fmt::format(
        "{}, though it {}", JudgementName(verdict.judgement),
        each.result->expectation == Expectation::kMustBreak ? "must break" : "must hold");
    if (!verdict.reason.empty()) message += ": " + verdict.reason;
  }
  if (message.empty()) message = CoveredText(each);
  const std::string type = verdict.anomaly.empty() ? "unexpected" : verdict.anomaly;
  std::vector<std::string> lines = EvidenceLines(each);
  const std::string times =
      verdict.violations == 1 ? "once" : FormatCount(verdict.violations) + " times";
  lines.push_back(fmt::format("Seen {} in {}; seed {}", times, Covered(verdict), record.seed));
  AppendText(AppendOutcome(test, "failure", message, type), CleanLines(lines));
}

// Both servers show an <error> as a test that did not pass, and set it apart from a <failure>.
void WriteOutcome(pugi::xml_node test, const RunRecord& record, const CellResult& each,
                  Tally& tally) {
  const Verdict& verdict = each.result->verdict;
  const std::string judgement(JudgementName(verdict.judgement));
  const std::string reasoned =
      verdict.reason.empty() ? judgement : judgement + ": " + verdict.reason;
  switch (each.standing) {
    case Standing::kFails:
      ++tally.failures;
      return WriteFailure(test, record, each);
    case Standing::kOpen:
      ++tally.errors;
      AppendText(AppendOutcome(test, "error", reasoned, judgement),
                 CleanLines({reasoned, "Again: " + each.cell->rerun}));
      return;
    case Standing::kKnown:
      ++tally.skipped;
      AppendOutcome(test, "skipped", "known: " + each.result->known_issue, "");
      break;
    case Standing::kTolerated:
    case Standing::kFine:
      if (verdict.judgement == Judgement::kNotExercised) {
        ++tally.skipped;
        AppendOutcome(test, "skipped", reasoned, "");
        return;
      }
      break;
  }
  std::vector<std::string> lines = {CoveredText(each)};
  if (verdict.judgement == Judgement::kBroken) {
    lines = EvidenceLines(each);
    lines.insert(lines.begin(), record.expect ? "broken, as it must or may" : "broken");
    if (!each.result->promised) lines.front() += ", but not promised";
  } else if (!verdict.reason.empty()) {
    lines.push_back(verdict.reason);
  }
  AppendText(test.append_child("system-out"), CleanLines(lines));
}

// One scenario under two engines is two tests.
std::string NameOf(const std::string& scenario, const std::string& engine) {
  const bool beside = engine == "explore" || engine == "kill" || engine.starts_with("crash");
  return beside ? fmt::format("{} ({})", scenario, engine) : scenario;
}

pugi::xml_node AppendTest(pugi::xml_node suite, const std::string& classname,
                          const std::string& scenario, double nanos) {
  pugi::xml_node test = suite.append_child("testcase");
  SetAttribute(test, "classname", classname);
  SetAttribute(test, "name", scenario);
  test.append_attribute("time") = Seconds(nanos).c_str();
  return test;
}

// A cell that did not run, or not to its end, is a test of its own.
void WriteState(pugi::xml_node suite, const CellRecord& cell, Tally& tally) {
  if (cell.state == CellState::kDone) return;
  const bool skipped = cell.state == CellState::kSkipped;
  ++tally.tests;
  ++(skipped ? tally.skipped : tally.errors);
  std::string message(CellStateName(cell.state));
  if (!cell.reason.empty()) message += ": " + cell.reason;
  AppendOutcome(AppendTest(suite, cell.backend, NameOf(cell.scenario, cell.EngineTitle()), 0),
                skipped ? "skipped" : "error", message, skipped ? "" : CellStateName(cell.state));
}

// What the run did not come to is an error too: a server would not miss a test that is not there.
void WriteNotRun(pugi::xml_node suite, const RunRecord& record, const std::string& backend,
                 Tally& tally) {
  for (const PendingCell& cell : record.not_run) {
    if (cell.backend != backend) continue;
    ++tally.tests;
    ++tally.errors;
    AppendOutcome(AppendTest(suite, cell.backend, NameOf(cell.scenario, cell.engine), 0), "error",
                  "not run: the run was cut short", "not run");
  }
}

// Also of backends of which nothing ran.
std::vector<MatrixRow> SuitesOf(const RunRecord& record) {
  std::vector<MatrixRow> rows = BuildMatrix(record);
  for (const PendingCell& cell : record.not_run) {
    if (std::ranges::find(rows, cell.backend, &MatrixRow::backend) == rows.end()) {
      rows.emplace_back().backend = cell.backend;
    }
  }
  return rows;
}

// What was really judged.
void WriteLoaded(pugi::xml_node suite, const Loaded& loaded) {
  if (loaded.empty()) return;
  pugi::xml_node properties = suite.append_child("properties");
  for (const auto& [name, value] :
       {std::pair("version", loaded.version), std::pair("runtime", loaded.runtime),
        std::pair("source", loaded.source), std::pair("revision", loaded.revision)}) {
    if (value.empty()) continue;
    pugi::xml_node property = properties.append_child("property");
    SetAttribute(property, "name", name);
    SetAttribute(property, "value", value);
  }
}

Tally WriteSuite(pugi::xml_node root, const RunRecord& record, const MatrixRow& row) {
  pugi::xml_node suite = root.append_child("testsuite");
  SetAttribute(suite, "name", row.backend);
  WriteLoaded(suite, row.loaded);
  Tally tally;
  double elapsed = 0;
  std::map<const CellRecord*, std::vector<CellResult>> by_cell;
  for (const auto& [promise, merged] : row.cells) {
    for (const CellResult& each : ResultsOf(record, row, promise)) {
      by_cell[each.cell].push_back(each);
    }
  }
  for (const CellRecord& cell : record.cells) {
    if (cell.backend != row.backend) continue;
    elapsed += static_cast<double>(cell.elapsed);
    // One run judged them all: each has its share of the time, so that the sum is right.
    const std::vector<CellResult>& results = by_cell[&cell];
    const double share = static_cast<double>(cell.elapsed) /
                         static_cast<double>(std::max<size_t>(results.size(), 1));
    for (const CellResult& each : results) {
      const std::string classname =
          cell.backend + "." + std::string(PromiseName(each.result->verdict.promise));
      ++tally.tests;
      WriteOutcome(AppendTest(suite, classname, NameOf(cell.scenario, cell.EngineTitle()), share),
                   record, each, tally);
    }
    WriteState(suite, cell, tally);
  }
  WriteNotRun(suite, record, row.backend, tally);
  tally.Write(suite);
  suite.append_attribute("time") = Seconds(elapsed).c_str();
  // JUnit's schema wants a time without a zone; it is UTC.
  std::string started = record.started;
  if (started.ends_with('Z')) started.pop_back();
  if (!started.empty()) SetAttribute(suite, "timestamp", started);
  return tally;
}

class JUnitReporter : public Reporter {
 public:
  std::string_view name() const override { return "junit"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    pugi::xml_node root = document.append_child("testsuites");
    root.append_attribute("name") = "tearproof";
    Tally tally;
    for (const MatrixRow& row : SuitesOf(record)) tally.Add(WriteSuite(root, record, row));
    tally.Write(root);
    root.append_attribute("time") = Seconds(static_cast<double>(record.elapsed)).c_str();
    std::ostringstream out;
    document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return out.str();
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<JUnitReporter>(); }

}  // namespace tearproof::reports::junit
