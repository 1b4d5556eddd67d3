// The user's own tearproof.toml: backends of theirs, profiles, and races that are known.
//
// Purpose: what a project says once instead of on every command line. Format: docs/project-file.md.
// Thread safety: plain data. Units: nanoseconds, bytes. Errors: kUsage with file, line and column.
#ifndef TEARPROOF_HARNESS_API_PROJECT_FILE_H_
#define TEARPROOF_HARNESS_API_PROJECT_FILE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/promise.h"
#include "harness/api/scenario.h"
#include "harness/core/result.h"

namespace tearproof {

// A race that the project knows of: while it is listed, it does not fail a run.
struct KnownRace {
  std::string scenario;  // An id, or "*".
  std::string engine;    // "stress"
  Promise promise = Promise::kIntact;
  std::string issue;  // "https://..."
};

// [backend.NAME]: one of ours under other options, or a program behind the adapter protocol.
struct ProjectBackend {
  // `id` is NAME. With a command: all that the file says, and no operations where it leaves them
  // to the adapter. With a base: title (may be empty) and expectations only; see Derive.
  BackendDescription description;
  std::string base;                            // "temp-rename". Empty with a command.
  std::map<std::string, std::string> options;  // Of the base, or sent to the adapter with init.
  std::vector<std::string> command;            // Arguments, run without a shell. Empty with a base.
  std::vector<KnownRace> known;

  // The issue of a known race, or "".
  std::string KnownIssue(std::string_view engine, std::string_view scenario, Promise promise) const;
};

// [profile.NAME]: the options of a run by one name. What is absent is left to the command line.
struct Profile {
  std::string name;
  std::vector<std::string> scenarios;         // As on the command line: ids or paths.
  std::vector<std::string> backends;          // "temp-rename:sync=full"
  std::map<std::string, uint32_t> processes;  // By role.
  std::optional<int64_t> duration_nanos;
  std::optional<SizeDistribution> value_sizes;
  std::optional<double> kills_per_second;
  std::optional<uint64_t> seed;
  std::optional<std::string> directory;
  std::optional<bool> strict;
  std::optional<bool> expect;
};

struct ProjectFile {
  std::vector<ProjectBackend> backends;  // In the order of the file.
  std::vector<Profile> profiles;

  const ProjectBackend* FindBackend(std::string_view name) const;
  const Profile* FindProfile(std::string_view name) const;
};

// `source` is named in errors. Known races and expectations name one of `scenarios` (any, if there
// are none) or one whose file a profile names. Whether bases, options and roles exist is for those
// to say who know them.
Result<ProjectFile> ParseProjectFile(std::string_view toml, const std::string& source,
                                     std::span<const std::string> scenarios = {});

// What `base` says, under the name, options and expectations of `backend`.
// REQUIRES: backend.base names `base`. Errors: kUsage for an option that `base` does not have.
Result<BackendDescription> Derive(const ProjectBackend& backend, const BackendDescription& base);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_PROJECT_FILE_H_
