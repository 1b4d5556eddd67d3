// What the way to an adapter costs: the pipes, the JSON, the switches between two processes.
//
// Purpose: a worker that drives a cache in Python through its adapter, against a bare loop in
// Python over the same cache, in batches that take turns. Part of `bench self`.
// Thread safety: none; starts two processes. Errors: a benchmark that cannot run says why.
#ifndef TEARPROOF_HARNESS_BENCH_ADAPTER_BENCHMARK_H_
#define TEARPROOF_HARNESS_BENCH_ADAPTER_BENCHMARK_H_

#include <string>
#include <vector>

#include "harness/api/backend.h"

namespace tearproof::bench {

// An adapter in Python, like those of backends/adapters/: `command` is the interpreter and the
// file, whose `init` leaves the cache in the global `cache`.
struct PythonAdapter {
  std::string name;  // "django"
  std::vector<std::string> command;
  BackendOptions options;
};

// Registers a benchmark for get and one for set, at 4 KiB.
void RegisterAdapter(const PythonAdapter& adapter, const std::string& parent_directory);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_ADAPTER_BENCHMARK_H_
