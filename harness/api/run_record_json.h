// The run record as JSON: run.json, `--json`, and what `show` reads again.
//
// Purpose: one documented schema with a version (docs/json-schema.md). Text is JSON strings in
// UTF-8: each byte that is not part of well-formed UTF-8 (in keys and error texts of caches)
// becomes U+FFFD, as JSON cannot carry it; all else comes back as it was. Numbers are finite: a
// speed that is not is written as 0. Thread safety: pure functions. Units: nanoseconds, bytes.
// Errors: kUsage, naming the field.
#ifndef TEARPROOF_HARNESS_API_RUN_RECORD_JSON_H_
#define TEARPROOF_HARNESS_API_RUN_RECORD_JSON_H_

#include <nlohmann/json.hpp>

#include "harness/api/run_record.h"
#include "harness/core/result.h"

namespace tearproof {

inline constexpr uint32_t kRunRecordSchema = 1;

// Print it with DumpJson (harness/core/json.h), which replaces what is not UTF-8.
nlohmann::json ToJson(const RunRecord& record);

// Fields that are missing keep their defaults, unknown ones are skipped; a field of another type or
// a value out of range is an error, and so is a newer schema.
Result<RunRecord> FromJson(const nlohmann::json& json);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_RUN_RECORD_JSON_H_
