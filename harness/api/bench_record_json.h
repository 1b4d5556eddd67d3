// A benchmark's record as JSON: part of run.json (run_record_json.h).
//
// Thread safety: pure functions. Errors: noted in the reader.
#ifndef TEARPROOF_HARNESS_API_BENCH_RECORD_JSON_H_
#define TEARPROOF_HARNESS_API_BENCH_RECORD_JSON_H_

#include "harness/api/bench_record.h"
#include "harness/api/json_reader.h"

namespace tearproof {

Json WriteBench(const BenchRecord& bench);
BenchRecord ReadBench(JsonReader reader);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_BENCH_RECORD_JSON_H_
