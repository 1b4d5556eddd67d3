// A cell's speeds as JSON: part of run.json (run_record_json.h).
//
// Thread safety: pure functions. Errors: noted in the reader.
#ifndef TEARPROOF_HARNESS_API_SPEED_RECORD_JSON_H_
#define TEARPROOF_HARNESS_API_SPEED_RECORD_JSON_H_

#include <map>
#include <vector>

#include "harness/api/json_reader.h"
#include "harness/api/speed_record.h"

namespace tearproof {

Json WriteSpeeds(const std::map<OpKind, OperationSpeed>& speeds);
Json WriteTimeline(const std::vector<SpeedSample>& timeline);

// The fields "speeds" and "timeline" of `cell`.
std::map<OpKind, OperationSpeed> ReadSpeeds(JsonReader& cell);
std::vector<SpeedSample> ReadTimeline(JsonReader& cell);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_SPEED_RECORD_JSON_H_
