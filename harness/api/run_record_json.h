// The run record as JSON: run.json, `--json`, and what `show` reads again.
//
// Purpose: one documented schema with a version (docs/json-schema.md). Text is JSON strings in
// UTF-8: each byte that is not part of well-formed UTF-8 (in keys and error texts of caches)
// becomes U+FFFD, as JSON cannot carry it; all else comes back as it was. Numbers are finite: a
// speed that is not is written as 0. Thread safety: pure functions. Units: nanoseconds, bytes.
// Errors: kUsage, naming the field.
#ifndef TEARPROOF_HARNESS_API_RUN_RECORD_JSON_H_
#define TEARPROOF_HARNESS_API_RUN_RECORD_JSON_H_

#include <string>
#include <string_view>

#include "harness/api/run_record.h"
#include "harness/core/result.h"

namespace tearproof {

inline constexpr uint32_t kRunRecordSchema = 1;

// Indented, with a newline at the end.
Result<std::string> ToJson(const RunRecord& record);

// `source` is named in errors. Fields that are missing keep their defaults, unknown ones are
// skipped; a field of another type or a value out of range is an error, and so is a newer schema.
Result<RunRecord> FromJson(std::string_view json, const std::string& source);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_RUN_RECORD_JSON_H_
