#include "harness/api/exploration_record_json.h"

namespace tearproof {
namespace {

Json WriteCounterexample(const Counterexample& example) {
  Json json;
  json["promise"] = PromiseName(example.promise);
  json["execution"] = example.execution;
  json["times"] = example.times;
  json["switches"] = example.switches;
  json["fewest"] = example.fewest;
  json["deciding_step"] = example.deciding ? Json(*example.deciding) : Json();
  json["schedule"] = example.schedule;
  json["replay"] = example.replay;
  json["steps"] = Json::array();
  for (const ExploredStep& step : example.steps) json["steps"].push_back(WriteStep(step));
  return json;
}

Counterexample ReadCounterexample(JsonReader reader) {
  constexpr uint64_t kNone = ~uint64_t{0};
  Counterexample example;
  reader.ReadEnum("promise", kPromiseCount, PromiseName, example.promise);
  reader.Read("execution", example.execution);
  reader.Read("times", example.times);
  reader.Read("switches", example.switches);
  reader.Read("fewest", example.fewest);
  uint64_t deciding = kNone;
  reader.ReadOr("deciding_step", kNone, deciding);
  if (deciding != kNone) example.deciding = deciding;
  reader.Read("schedule", example.schedule);
  reader.Read("replay", example.replay);
  reader.Each("steps", false, [&](JsonReader each, const std::string&) {
    example.steps.push_back(ReadStep(std::move(each)));
  });
  return example;
}

}  // namespace

Json WriteStep(const ExploredStep& step) {
  Json json;
  json["process"] = step.process;
  json["call"] = step.call;
  json["result"] = step.result;
  json["effect"] = step.effect;
  return json;
}

ExploredStep ReadStep(JsonReader reader) {
  ExploredStep step;
  reader.Read("process", step.process);
  reader.Read("call", step.call);
  reader.Read("result", step.result);
  reader.Read("effect", step.effect);
  return step;
}

Json WriteExploration(const ExplorationRecord& explored) {
  Json json;
  json["strategy"] = explored.strategy;
  json["exhausted"] = explored.exhausted;
  json["bound"] = explored.bound;
  json["unseen"] = explored.unseen;
  json["classes"] = explored.classes;
  json["interleavings"] = explored.interleavings;
  json["executions"] = explored.executions;
  json["abandoned"] = explored.abandoned;
  json["deadlocks"] = explored.deadlocks;
  json["kills"] = explored.kills;
  json["faults"] = explored.faults;
  json["polled"] = explored.polled;
  json["go_on"] = explored.go_on;
  json["lanes"] = explored.lanes;
  json["counterexamples"] = Json::array();
  for (const Counterexample& each : explored.counterexamples) {
    json["counterexamples"].push_back(WriteCounterexample(each));
  }
  return json;
}

ExplorationRecord ReadExploration(JsonReader reader) {
  ExplorationRecord explored;
  reader.Read("strategy", explored.strategy);
  reader.Read("exhausted", explored.exhausted);
  reader.Read("bound", explored.bound);
  reader.Read("unseen", explored.unseen);
  reader.Read("classes", explored.classes);
  reader.Read("interleavings", explored.interleavings);
  reader.Read("executions", explored.executions);
  reader.Read("abandoned", explored.abandoned);
  reader.Read("deadlocks", explored.deadlocks);
  reader.Read("kills", explored.kills);
  reader.Read("faults", explored.faults);
  reader.Read("polled", explored.polled);
  reader.Read("go_on", explored.go_on);
  reader.ReadStrings("lanes", explored.lanes);
  reader.Each("counterexamples", false, [&](JsonReader each, const std::string&) {
    explored.counterexamples.push_back(ReadCounterexample(std::move(each)));
  });
  return explored;
}

}  // namespace tearproof
