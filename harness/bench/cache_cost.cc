#include "harness/bench/cache_cost.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "harness/api/registry.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"
#include "harness/history/value.h"
#include "harness/trace/call_counter.h"

namespace tearproof::bench {
namespace {

// A device that keeps what it has acknowledged takes longer than this for an fsync; without power
// loss protection, by far.
constexpr int64_t kImplausiblyCheap = 20'000;

const RegisteredBackend* FindRegistered(const std::string& id) {
  for (const RegisteredBackend& registered : RegisteredBackends()) {
    if (registered.id == id) return &registered;
  }
  return nullptr;
}

// Regular files below `directory`, and the blocks that they take.
void CountFiles(const std::string& directory, BenchCounts* counts) {
  std::error_code problem;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, problem)) {
    struct stat status;
    if (lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    ++counts->files;
    counts->disk_bytes += static_cast<uint64_t>(status.st_blocks) * 512;
  }
}

double Each(uint64_t sum, uint32_t keys) { return static_cast<double>(sum) / keys; }

}  // namespace

Result<BenchCounts> CountCost(const CostRequest& request) {
  const RegisteredBackend* registered = FindRegistered(request.backend);
  if (registered == nullptr) return UsageError("no backend " + request.backend);
  TEARPROOF_ASSIGN_OR_RETURN(const OwnedDirectory directory,
                             OwnedDirectory::Create(request.parent_directory));
  BackendSetup setup;
  setup.directory = directory.path() + "/cache";
  setup.process = 1;
  setup.options = request.options;
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, registered->open(setup));
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < request.keys; ++i) keys.push_back(fmt::format("k{}", i));
  std::string value(request.value_size, '\0');
  uint64_t sequence = 0;
  Response response;
  const auto run = [&](OpKind kind) {
    return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
      const bool set = kind == OpKind::kSet;
      // Another one each time: SQLite does not write what is there already.
      if (set) FillValue({1, ++sequence}, value.size(), value.data());
      backend->Execute({kind, key, set ? std::string_view(value) : "", kNoTtl, 1}, response);
      return response.outcome == (set ? Outcome::kDone : Outcome::kHit);
    });
  };
  TEARPROOF_ASSIGN_OR_RETURN(
      const std::vector<trace::CallCounts> counted,
      trace::CountCalls({[&] {
                           backend->Execute({}, response);
                           return run(OpKind::kSet);
                         },
                         [&] { return run(OpKind::kSet); }, [&] { return run(OpKind::kGet); }}));
  BenchCounts counts;
  counts.calls_a_set = Each(counted[1].calls, request.keys);
  counts.syncs_a_set = Each(counted[1].syncs, request.keys);
  counts.bytes_written_a_set = Each(counted[1].bytes_written, request.keys);
  counts.calls_a_get = Each(counted[2].calls, request.keys);
  counts.entries = request.keys;
  CountFiles(setup.directory, &counts);
  return counts;
}

Result<int64_t> ProbeSync(const std::string& parent_directory) {
  TEARPROOF_ASSIGN_OR_RETURN(const OwnedDirectory directory,
                             OwnedDirectory::Create(parent_directory));
  const std::string path = directory.path() + "/probe";
  const UniqueFd file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.valid()) return SystemError(errno, "cannot create " + path);
  const std::string block(4096, 'x');
  std::array<int64_t, 15> times;
  for (int64_t& time : times) {
    const int64_t begin = MonotonicNanos();
    if (pwrite(file.get(), block.data(), block.size(), 0) < 0 || fsync(file.get()) != 0) {
      return SystemError(errno, "cannot write and fsync " + path);
    }
    time = MonotonicNanos() - begin;
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

std::string WhyUnrepresentative(const std::string& file_system, int64_t sync_time) {
  if (file_system == "tmpfs" || file_system == "ramfs") {
    return file_system + " keeps nothing through a power cut, and fsync does nothing there";
  }
  if (sync_time >= kImplausiblyCheap) return "";
  return fmt::format("an fsync takes {} here, too little to have reached a device that keeps it",
                     FormatDuration(sync_time));
}

}  // namespace tearproof::bench
