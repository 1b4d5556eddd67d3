#include <algorithm>

#include "harness/api/anomaly.h"
#include "harness/core/text.h"
#include "reports/exploration_words.h"
#include "reports/html/page_data.h"
#include "reports/operation_words.h"

namespace tearproof::reports::html {
namespace {

constexpr size_t kMostOperations = 26;
constexpr size_t kMostNeighbours = 40;  // More are in no record that was not tampered with.

// What the class of a break is called in a link and a style.
std::string_view ClassName(BreakClass which) {
  switch (which) {
    case BreakClass::kFails:
      return "fails";
    case BreakClass::kExpected:
      return "expected";
    case BreakClass::kKnown:
      return "known";
    case BreakClass::kNotPromised:
      return "not-promised";
  }
  return "";
}

// From `origin` on; below 0 before it.
Json TimeAfter(int64_t origin, int64_t time) {
  return time == kNever ? Json() : Json(Elapsed(origin, time) - Elapsed(time, origin));
}

// Operations with their times from the first call on.
Json Operations(const std::vector<NamedOperation>& operations, bool steps) {
  Json list = Json::array();
  for (const NamedOperation& each : operations) {
    const int64_t origin = operations.front().op().invoke;
    Json json;
    json["letter"] = std::string(1, each.letter);
    json["process"] = each.op().process;
    json["label"] = each.label;
    json["part"] = EscapeForTerminal(each.evidence->part, kLongestSentence);
    json["deciding"] = each.deciding();
    json["begin"] = TimeAfter(origin, each.op().invoke);
    json["end"] = TimeAfter(origin, each.op().ret);
    json["open"] = each.op().outcome == Outcome::kOpen;
    json["took"] = DurationText(each.op(), steps);
    list.push_back(std::move(json));
  }
  return list;
}

// Those that ran beside the evidence: process, label, begin, end, whether it never returned. There
// may be many on a page, so they have no names.
Json Neighbours(const Verdict& verdict, const std::vector<NamedOperation>& operations) {
  Json list = Json::array();
  for (const EvidenceOp& each : ShownNeighbours(verdict)) {
    const int64_t origin = operations.front().op().invoke;
    list.push_back(Json::array({each.op.process, OperationLabel(each, operations),
                                TimeAfter(origin, each.op.invoke), TimeAfter(origin, each.op.ret),
                                each.op.outcome == Outcome::kOpen}));
  }
  return {{"count", verdict.neighbour_count}, {"shown", std::move(list)}};
}

Json Calls(const ExplorationRecord& explored, const Counterexample& example) {
  Json json;
  json["lanes"] = Json::array();
  for (const std::string& lane : explored.lanes) json["lanes"].push_back(EscapeForTerminal(lane));
  json["steps"] = Json::array();
  for (const ExploredStep& step : example.steps) {
    json["steps"].push_back({{"lane", step.process},
                             {"call", EscapeForTerminal(ShortenNames(step.call))},
                             {"result", EscapeForTerminal(step.result)},
                             {"effect", EscapeForTerminal(ShortenNames(step.effect))}});
  }
  json["deciding"] = example.deciding ? Json(*example.deciding) : Json();
  json["switches"] = SwitchesLine(example);
  json["replay"] = EscapeForTerminal(example.replay, kLongestCommand);
  return json;
}

}  // namespace

std::span<const EvidenceOp> ShownNeighbours(const Verdict& verdict) {
  return std::span(verdict.neighbours).first(std::min(verdict.neighbours.size(), kMostNeighbours));
}

Json BreakData(const RunRecord& record, const Break& each) {
  const CellRecord& cell = *each.source.cell;
  const Verdict& verdict = each.source.result->verdict;
  const bool steps = CountsSteps(cell.engine);
  Json json;
  json["anchor"] = AnchorOf(*each.row, verdict.promise);
  json["class"] = ClassName(ClassOf(each));
  json["title"] = BreakTitle(each);
  json["amount"] = BreakAmount(record, each);
  json["meaning"] = InfoOf(verdict.promise).broken_when;
  json["sentence"] = EscapeForTerminal(verdict.sentence, kLongestSentence);
  json["still_held"] = StillHeldLine(verdict);
  json["known"] = EscapeForTerminal(each.source.result->known_issue);
  json["scope"] = EscapeForTerminal(cell.scope);
  json["rerun"] = EscapeForTerminal(cell.rerun, kLongestCommand);
  json["unit"] = steps ? "steps" : "ns";
  const std::vector<NamedOperation> operations = NameOperations(verdict.evidence, kMostOperations);
  json["operations"] = Operations(operations, steps);
  json["more"] = verdict.evidence.size() - operations.size();
  if (!operations.empty() && !verdict.neighbours.empty()) {
    json["neighbours"] = Neighbours(verdict, operations);
  }
  if (const Anomaly* anomaly = FindAnomaly(verdict.anomaly)) {
    json["anomaly"] = {{"name", anomaly->name},
                       {"what", anomaly->what},
                       {"cause", anomaly->cause},
                       {"remedy", anomaly->remedy}};
  }
  if (const Counterexample* example = CounterexampleOf(cell, verdict.promise)) {
    json["calls"] = Calls(*cell.explored, *example);
  }
  return json;
}

}  // namespace tearproof::reports::html
