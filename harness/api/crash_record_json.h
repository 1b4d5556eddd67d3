// A crash record as JSON, within run.json (docs/json-schema.md).
//
// Thread safety: pure functions. Errors: the reader's.
#ifndef TEARPROOF_HARNESS_API_CRASH_RECORD_JSON_H_
#define TEARPROOF_HARNESS_API_CRASH_RECORD_JSON_H_

#include "harness/api/crash_record.h"
#include "harness/api/json_reader.h"

namespace tearproof {

Json WriteCrash(const CrashRecord& crashed);
CrashRecord ReadCrash(JsonReader reader);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_CRASH_RECORD_JSON_H_
