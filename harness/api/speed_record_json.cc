#include "harness/api/speed_record_json.h"

namespace tearproof {
namespace {

// Both are objects of operations by name.
template <typename Each, typename Read>
std::map<OpKind, Each> ReadByKind(JsonReader& reader, const char* name, Read read) {
  std::map<OpKind, Each> all;
  reader.Each(name, true, [&](JsonReader each, const std::string& kind_name) {
    const std::optional<OpKind> kind = ParseOpKind(kind_name);
    if (!kind.has_value()) return each.Fail("", "is no operation");
    read(each, all[*kind]);
  });
  return all;
}

}  // namespace

Json WriteSpeeds(const std::map<OpKind, OperationSpeed>& speeds) {
  Json json = Json::object();
  for (const auto& [kind, speed] : speeds) {
    Json each;
    each["count"] = speed.count;
    each["per_second"] = Finite(speed.per_second);
    each["p50_ns"] = speed.p50;
    each["p90_ns"] = speed.p90;
    each["p99_ns"] = speed.p99;
    each["p999_ns"] = speed.p999;
    each["p9999_ns"] = speed.p9999;
    each["max_ns"] = speed.max;
    if (speed.recording > 0) each["recording_ns"] = speed.recording;
    json[std::string(OpKindName(kind))] = std::move(each);
  }
  return json;
}

std::map<OpKind, OperationSpeed> ReadSpeeds(JsonReader& cell) {
  return ReadByKind<OperationSpeed>(cell, "speeds", [](JsonReader& each, OperationSpeed& speed) {
    each.Read("count", speed.count);
    each.Read("per_second", speed.per_second);
    each.Read("p50_ns", speed.p50);
    each.Read("p90_ns", speed.p90);
    each.Read("p99_ns", speed.p99);
    each.Read("p999_ns", speed.p999);
    each.Read("p9999_ns", speed.p9999);
    each.Read("max_ns", speed.max);
    each.Read("recording_ns", speed.recording);
  });
}

Json WriteTimeline(const std::vector<SpeedSample>& timeline) {
  Json json = Json::array();
  for (const SpeedSample& sample : timeline) {
    Json each;
    each["at_ns"] = sample.at;
    each["ran_ns"] = sample.ran;
    each["kills"] = sample.kills;
    each["operations"] = Json::object();
    for (const auto& [kind, latency] : sample.operations) {
      each["operations"][std::string(OpKindName(kind))] = {
          {"count", latency.count}, {"p50_ns", latency.p50}, {"p99_ns", latency.p99}};
    }
    json.push_back(std::move(each));
  }
  return json;
}

std::vector<SpeedSample> ReadTimeline(JsonReader& cell) {
  std::vector<SpeedSample> timeline;
  cell.Each("timeline", false, [&](JsonReader each, const std::string&) {
    SpeedSample& sample = timeline.emplace_back();
    each.Read("at_ns", sample.at);
    each.Read("ran_ns", sample.ran);
    each.Read("kills", sample.kills);
    sample.operations = ReadByKind<SpeedSample::Latency>(
        each, "operations", [](JsonReader& kind, SpeedSample::Latency& latency) {
          kind.Read("count", latency.count);
          kind.Read("p50_ns", latency.p50);
          kind.Read("p99_ns", latency.p99);
        });
  });
  return timeline;
}

}  // namespace tearproof
