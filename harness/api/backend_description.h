// What a backend says of itself: its backend.toml.
//
// Purpose: promises, operations, options and expectations stand in the backend's own folder, so
// that a new backend edits nothing else. Format: docs/backends.md.
// Thread safety: plain data. Errors: kUsage with file, line and column.
#ifndef TEARPROOF_HARNESS_API_BACKEND_DESCRIPTION_H_
#define TEARPROOF_HARNESS_API_BACKEND_DESCRIPTION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/api/backend.h"
#include "harness/api/promise.h"
#include "harness/core/result.h"
#include "harness/history/op.h"

namespace tearproof {

enum class Expectation : uint8_t { kMustHold, kMustBreak, kMayBreak };
std::string_view ExpectationName(Expectation expectation);  // "must-hold"

struct BackendOption {
  std::string name;
  std::string default_value;
  std::vector<std::string> choices;  // Empty: free text.
  std::string help;
};

// [adapter]: a cache in another language, behind the adapter protocol (docs/adapters.md).
struct ShippedAdapter {
  // Arguments, run without a shell. "{folder}" stands for the folder of the backend.toml and "{x}"
  // for the value of the option x.
  std::vector<std::string> command;
  std::vector<std::string> needs;  // Succeeds where the packages are that the command needs.
  std::string install;             // The line that installs them.
  std::string folder;              // Of backends/adapters/; whoever registers it says which.
};

struct BackendDescription {
  std::string id;       // "django-v1"; of backends/broken/<bug>: "broken-<bug>"
  std::string title;    // "Django's FileBasedCache after the fix"
  std::string summary;  // One sentence: the algorithm.
  bool model = false;   // Our rendering of another project's algorithm: shown as "(model)".
  bool broken = false;  // A planted bug; listed apart, never part of "all".
  std::string bug;      // Of a broken one: the planted bug in a sentence,
  std::set<std::string> anomalies;  // and the names that what it breaks may be given (anomaly.h).
  std::set<Promise> promises;       // With the four that all make, less the opt-outs.
  std::map<Promise, std::string> opted_out;  // Why it does not make one of those four.
  std::set<OpKind> operations;
  bool ttl = false;                     // set and add take a time to live.
  bool evicts = false;                  // It may drop entries on its own when its limit is reached.
  std::optional<uint64_t> max_entries;  // Its limit by default, if it has one...
  std::string max_entries_option;       // ...and the option that changes it, if any.
  int64_t ttl_resolution = 0;           // ns. Expiry may come early or late by that much.
  bool miss_after_kill = false;         // Its contract allows a miss after a writer was killed.
  // What a set that has returned survives: "none" (a kill, not a power cut), "file",
  // "file + directory" or words of its own; by the value of an option where it depends on one.
  std::string durability = "none";
  std::string durability_option;
  std::map<std::string, std::string> durability_by_value;
  // Files that a crash takes away, as their owner makes them anew: mapped locks and indices.
  // "-shm" of "*-shm" ends a name; without the star it is the name.
  std::vector<std::string> volatile_files;
  std::vector<BackendOption> options;
  std::optional<ShippedAdapter> adapter;  // Of backends/adapters/.
  // handle = "operation": of one behind an adapter, whose processes live for one operation.
  std::optional<bool> process_per_operation;
  // reset = "process": of one behind an adapter, which keeps more than its directory from one
  // explored execution to the next.
  std::optional<bool> restarts;
  uint32_t concurrency = 1;  // Of one behind an adapter: requests at a time to one process.
  // What is expected, by scenario ("*" is any) and then by engine ("stress", "explore", "crash", or
  // "crash-btrfs" of one model, which counts more).
  // Where nothing is said: a promised one must hold, one not promised may break.
  std::map<std::string, std::map<std::string, std::map<Promise, Expectation>>> expect;

  std::string DisplayName() const { return model ? id + " (model)" : id; }
  // With `chosen` as ResolveOptions gave them.
  std::string DurabilityWith(const BackendOptions& chosen) const;
  Expectation Expected(std::string_view engine, std::string_view scenario, Promise promise) const;
};

// `source` is named in errors ("backends/naive/backend.toml").
Result<BackendDescription> ParseBackendDescription(std::string_view toml, const std::string& id,
                                                   const std::string& source);

// `words` of an adapter's description with its placeholders filled in.
// REQUIRES: `options` are those that ResolveOptions gave.
std::vector<std::string> FillIn(const std::vector<std::string>& words, const std::string& folder,
                                const BackendOptions& options);

// "django-v1:max_entries=100" → the description's defaults with max_entries replaced.
// Errors: kUsage for an unknown option, a value outside its choices, or text where a number is due.
Result<BackendOptions> ResolveOptions(const BackendDescription& description,
                                      const std::map<std::string, std::string>& given);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_BACKEND_DESCRIPTION_H_
