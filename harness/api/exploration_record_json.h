// An exploration as part of run.json. Format: docs/json-schema.md.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_API_EXPLORATION_RECORD_JSON_H_
#define TEARPROOF_HARNESS_API_EXPLORATION_RECORD_JSON_H_

#include "harness/api/exploration_record.h"
#include "harness/api/json_reader.h"

namespace tearproof {

Json WriteStep(const ExploredStep& step);
ExploredStep ReadStep(JsonReader reader);

Json WriteExploration(const ExplorationRecord& explored);
// Errors are the reader's.
ExplorationRecord ReadExploration(JsonReader reader);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_EXPLORATION_RECORD_JSON_H_
