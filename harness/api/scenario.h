// A scenario: who does what to which keys. One TOML file each, in scenarios/ or the user's own.
//
// Purpose: the one workload that every engine runs. Format: docs/scenarios.md.
// Thread safety: plain data. Units: bytes, nanoseconds. Errors: kUsage with file, line and column.
#ifndef TEARPROOF_HARNESS_API_SCENARIO_H_
#define TEARPROOF_HARNESS_API_SCENARIO_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/api/checker.h"
#include "harness/core/random.h"
#include "harness/core/result.h"
#include "harness/history/op.h"

namespace tearproof {

enum class KeyDistribution : uint8_t {
  kSingle,  // Always key 0.
  kUniform,
  kZipf,  // Exponent 0.99.
  kOwn,   // Writer i of a role writes the keys ≡ i modulo its role's size; get and has read any.
};

enum class KeyStyle : uint8_t {
  kPlain,      // "k0", "k1", ...
  kColliding,  // Names whose md5(":1:" + name) agree in the first four hexadecimal digits: the same
               // bucket of a two-level layout.
  kOdd,        // Separators, "..", NUL, 10,000 bytes, Unicode, and so on.
};

struct KeyOptions {
  uint32_t count = 1;
  KeyDistribution distribution = KeyDistribution::kSingle;
  KeyStyle style = KeyStyle::kPlain;
};

// A value's size: one of the list, or log-uniform between two bounds ("1B..1MiB").
struct SizeDistribution {
  std::vector<uint64_t> choices;  // Non-empty unless `range` is set.
  std::optional<std::pair<uint64_t, uint64_t>> range;

  uint64_t Draw(Random& random) const;
  uint64_t Largest() const;
  std::string Describe() const;  // "4 KiB", "1 B to 1 MiB"
};
// "4KiB", "64B,4KiB" or "1B..1MiB"; 1 byte to 16 MiB. Error: kUsage.
Result<SizeDistribution> ParseSizeDistribution(std::string_view text);

// One step of a program: "set k0", "get any", "add each", "set k0 ttl=20ms", "clear".
struct Step {
  enum class Target : uint8_t {
    kNone,  // init, clear, cull.
    kKey,   // The key of index `key`.
    kAny,   // A key drawn from the scenario's distribution.
    kEach,  // All keys, one after another.
  };
  OpKind kind = OpKind::kGet;
  Target target = Target::kNone;
  uint32_t key = 0;
  std::optional<uint32_t> ttl_millis;  // Unless given, the scenario's.
};

struct StressRole {
  uint32_t processes = 1;
  std::map<OpKind, uint32_t> mix;  // Weights: operations drawn until the round ends. Or:
  std::vector<Step> sequence;      // these steps once, then rest. Exactly one of the two.
  int64_t pause_nanos = 0;         // Each process rests so long after each operation. Or:
  int64_t every_nanos = 0;         // each begins one so often, whether the last has returned or not
                                   // (then at once, and the wait counts as latency).
};

struct ExploreRole {
  uint32_t processes = 1;
  std::vector<Step> program;
};

struct Role {
  std::string name;
  std::optional<StressRole> stress;
  std::optional<ExploreRole> explore;
};

struct Scenario {
  std::string id;  // File name without ".toml"; for regressions "regressions/django-20536".
  std::string title;
  std::string story;
  std::vector<std::string> tags;
  KeyOptions keys;
  SizeDistribution value_sizes;
  std::vector<uint32_t> ttls_millis;  // Of set, add, touch: one drawn each time; kNoTtl is none.
                                      // Empty: none ever.
  bool evicts = false;                // Judge as if entries might vanish on their own.
  bool counters = false;              // set and add write the number 0; get reads a number.
  std::map<std::string, std::string> backend_options;  // Where a backend has an option so named.
  std::vector<Role> roles;

  // Stress.
  std::vector<Step> before;           // Run alone by process "setup" first, in every round.
  int64_t round_nanos = 500'000'000;  // A round, each on a fresh directory, lasts at most so long.
  double kills_per_second = 0;
  bool audit = false;          // Each round ends with a fresh process that gets every key.
  bool tidy = false;           // ...then runs init, cull, clear; what is left is surveyed.
  bool foreign_files = false;  // Plant files that are not the cache's and watch them: beside
                               // the directory, in it, and in the working directory.
  // Explore.
  std::vector<Step> explore_before;
  std::optional<int64_t> advance_nanos;
  std::string reset = "directory";  // or "process"

  const Role* FindRole(std::string_view name) const;
  // The names of the keys, as the cache is given them. The same on every machine.
  std::vector<std::string> KeyNames() const;
  // Of the stress engine: its roles, `before` and the audit. `limit` is left to the backend.
  Checker::Ingredients Ingredients() const;
  uint32_t StressProcesses() const;
  bool HasTag(std::string_view tag) const;
};

// `source` is named in errors. REQUIRES: `id` as above.
Result<Scenario> ParseScenario(std::string_view toml, const std::string& id,
                               const std::string& source);
// "set k0 ttl=20ms" → Step. Error: kUsage.
Result<Step> ParseStep(std::string_view text, uint32_t key_count);
// "20ms" → 20; "none" → kNoTtl. Whole milliseconds only. Error: kUsage.
Result<uint32_t> ParseTtl(std::string_view text);
// "20/s" → 20. Error: kUsage.
Result<double> ParseKillRate(std::string_view text);
// The names of all operations, as people type them.
std::vector<std::string> OpKindNames();
// The names that KeyStyle::kOdd takes, in this order: what a cache must neither leave its directory
// with nor confuse. All differ as bytes; all are UTF-8.
std::vector<std::string> OddKeys();

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_SCENARIO_H_
