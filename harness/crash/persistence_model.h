// What a file system promises of a disk after a power cut: a table of rules a model.
//
// Purpose: the only place that says which effects may be missing, torn or out of order, and what a
// sync forces. persistence.h reads it, `tearproof list models` prints it, docs/crash-model.md
// explains it. A rule's setting stands beside the source that says so, to be checked row by row.
// Thread safety: constant data. Units: bytes.
#ifndef TEARPROOF_HARNESS_CRASH_PERSISTENCE_MODEL_H_
#define TEARPROOF_HARNESS_CRASH_PERSISTENCE_MODEL_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::crash {

enum class Rule : uint8_t {
  kTear,            // In what pieces a write over bytes reaches the disk.
  kTearNew,         // In what pieces a write into new blocks does.
  kNames,           // In which order names come and go.
  kRename,          // Whether a rename may be half there.
  kGrowth,          // Whether a file may have its length before its bytes.
  kGrowthOrder,     // Whether the end of a file may be there before its middle.
  kFileSync,        // What fsync of a file forces.
  kDirectorySync,   // What fsync of a directory forces.
  kDataSync,        // What fdatasync forces.
  kReplaceRename,   // What a rename over a file forces.
  kReplaceClose,    // What close forces of a file that had been cut.
  kModes,           // In which order modes, owners, times and extended attributes change.
  kFileSystemSync,  // What syncfs forces.
  kSystemSync,      // What sync forces.
};
inline constexpr size_t kRuleCount = 14;

enum class Setting : uint8_t {
  // kTear, kTearNew
  kSectors,  // Of 512 bytes, each old or new, in any order.
  kPages,    // Of 4096 bytes: a block.
  // kNames, kModes
  kAnyOrder,
  kJournal,  // As they were made: what is there is a beginning of them. Sizes that a call sets
             // likewise.
  // kRename
  kHalves,  // The new name and the end of the old one, each on its own.
  kWhole,
  // kGrowth
  kFree,  // The bytes between read as zero.
  kAfterBytes,
  // kGrowthOrder
  kUnordered,
  kInOrder,
  // kFileSync, kDirectorySync, kDataSync: always its own bytes and length; its mode, owner, times
  // and attributes, but for fdatasync; of a directory its names.
  kOwn,           // Nothing else.
  kOwnAndNames,   // And the names of the file, old ones being gone, up to the root.
  kOwnAndBefore,  // And all names up to its own last change: the journal is written in one piece.
  // kReplaceRename, kReplaceClose; kFileSystemSync, kSystemSync
  kNothing,
  kLengthBefore,  // The length is there before the rename, or before any later name.
  kEverything,
};

inline constexpr uint64_t kBlock = 4096;

struct RuleRow {
  Rule rule;
  Setting setting;
  std::string_view source;
};

struct PersistenceModel {
  std::string_view name;          // "ext4-ordered"
  std::string_view title;         // "ext4, data=ordered (the default)"
  std::span<const RuleRow> rows;  // One of each rule.

  Setting Of(Rule rule) const;
  // kTear or kTearNew, in bytes.
  uint64_t TearBytes(Rule rule) const { return Of(rule) == Setting::kPages ? kBlock : 512; }
};

std::span<const PersistenceModel> AllModels();
std::string_view RuleName(Rule rule);            // "growth"
std::string_view SettingWords(Setting setting);  // "after its bytes"

// "| rename | is there or not | xfs_rename makes ... |"
std::string PrintRow(const RuleRow& row);

// Names separated by commas, or "all". Errors: kUsage, with "did you mean".
Result<std::vector<const PersistenceModel*>> FindModels(std::string_view names);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_PERSISTENCE_MODEL_H_
