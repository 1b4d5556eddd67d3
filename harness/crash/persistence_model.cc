#include "harness/crash/persistence_model.h"

#include <fmt/format.h>

#include <array>

#include "harness/core/check.h"
#include "harness/core/text.h"

namespace tearproof::crash {
namespace {

using enum Setting;

constexpr std::string_view kPosixSilent = "POSIX says nothing, so nothing is promised";
constexpr std::string_view kPosixFsync =
    "POSIX, fsync: the data of the file named by the descriptor; Linux, fsync(2): not the entry in "
    "its directory";
constexpr std::string_view kSectorAtomic =
    "Pillai et al., OSDI 2014 (ALICE): a sector of 512 bytes is written whole, and "
    "nothing larger";

constexpr std::array<RuleRow, kRuleCount> kPosix = {{
    {Rule::kTear, kSectors, kSectorAtomic},
    {Rule::kTearNew, kSectors, kSectorAtomic},
    {Rule::kNames, kAnyOrder, "ALICE: the default model reorders directory entries"},
    {Rule::kRename, kHalves, kPosixSilent},
    {Rule::kGrowth, kFree, "ALICE: an append may leave the length with other bytes"},
    {Rule::kGrowthOrder, kUnordered, kPosixSilent},
    {Rule::kFileSync, kOwn, kPosixFsync},
    {Rule::kDirectorySync, kOwn,
     "Linux, fsync(2): for the entry, an fsync of the directory is needed as well"},
    {Rule::kDataSync, kOwn, "Linux, fdatasync(2): the length is flushed, where it is needed"},
    {Rule::kReplaceRename, kNothing, kPosixSilent},
    {Rule::kReplaceClose, kNothing, kPosixSilent},
}};

constexpr std::string_view kJbd2 =
    "Linux, filesystems/ext4/journal: a transaction holds all metadata changes since the last, is "
    "written whole, and they are replayed in order";
constexpr std::string_view kExt4Fsync =
    "ext4_fsync_journal commits the transaction of the file's last change (i_sync_tid), and with "
    "it all before";
constexpr std::string_view kExt4Datasync =
    "ext4_sync_file with datasync commits the transaction of its last change of length or blocks "
    "(i_datasync_tid)";
constexpr std::string_view kExt4InPlace =
    "Linux, admin-guide/ext4: data is not journalled but in data=journal; ALICE: in place, torn "
    "at sectors";
constexpr std::string_view kExt4Unwritten =
    "ext4, dioread_nolock (the default since Linux 5.6): a new block is unwritten, and reads as "
    "zero, until a later transaction says that its bytes are there; measured with --real ext4";
constexpr std::string_view kNoAutoDaAlloc = "noauto_da_alloc: only then nothing is forced";

constexpr std::array<RuleRow, kRuleCount> kExt4Ordered = {{
    {Rule::kTear, kSectors, kExt4InPlace},
    {Rule::kTearNew, kPages, kExt4Unwritten},
    {Rule::kNames, kJournal, kJbd2},
    {Rule::kRename, kWhole, "ext4_rename makes both changes under one handle, in one transaction"},
    {Rule::kGrowth, kFree, kExt4Unwritten},
    {Rule::kGrowthOrder, kInOrder,
     "ext4_writepages maps pages in ascending order, and i_disksize follows"},
    {Rule::kFileSync, kOwnAndBefore, kExt4Fsync},
    {Rule::kDirectorySync, kOwnAndBefore, kExt4Fsync},
    {Rule::kDataSync, kOwnAndBefore, kExt4Datasync},
    {Rule::kReplaceRename, kNothing, kNoAutoDaAlloc},
    {Rule::kReplaceClose, kNothing, kNoAutoDaAlloc},
}};

constexpr std::array<RuleRow, kRuleCount> WithAutoDaAlloc(std::array<RuleRow, kRuleCount> rows) {
  for (RuleRow& row : rows) {
    if (row.rule == Rule::kReplaceRename) {
      row = {row.rule, kLengthBefore,
             "Linux, admin-guide/ext4, auto_da_alloc: a rename over a file allocates its delayed "
             "blocks; measured with --real ext4: never empty, but it may read as zeros"};
    }
    if (row.rule == Rule::kReplaceClose) {
      row = {row.rule, kLengthBefore,
             "Linux, admin-guide/ext4, auto_da_alloc: close after truncate allocates the delayed "
             "blocks"};
    }
  }
  return rows;
}

constexpr std::array<RuleRow, kRuleCount> kExt4OrderedAuto = WithAutoDaAlloc(kExt4Ordered);

constexpr std::array<RuleRow, kRuleCount> WithWriteback(std::array<RuleRow, kRuleCount> rows) {
  for (RuleRow& row : rows) {
    if (row.rule == Rule::kTearNew) {
      row = {row.rule, kSectors,
             "Linux, admin-guide/ext4: data=writeback does not preserve the order of data and "
             "metadata, so that blocks may be there before their bytes"};
    }
  }
  return rows;
}

constexpr std::array<RuleRow, kRuleCount> kExt4Writeback = WithWriteback(kExt4Ordered);

constexpr std::string_view kXfsLog =
    "Linux, filesystems/xfs/xfs-delayed-logging-design: changes are logged, and replayed, in the "
    "order of their transactions";
constexpr std::string_view kXfsFsync =
    "xfs_file_fsync forces the log up to the inode's last change, and with it all before";

constexpr std::array<RuleRow, kRuleCount> kXfs = {{
    {Rule::kTear, kSectors, "data is written in place and not logged"},
    {Rule::kTearNew, kPages,
     "new blocks are unwritten, and read as zero, until their bytes are there "
     "(xfs_iomap_write_unwritten)"},
    {Rule::kNames, kJournal, kXfsLog},
    {Rule::kRename, kWhole, "xfs_rename makes both changes in one transaction"},
    {Rule::kGrowth, kAfterBytes,
     "xfs_setfilesize logs the length when the bytes have been written (xfs_end_ioend)"},
    {Rule::kGrowthOrder, kUnordered,
     "writes complete in any order; what is between is unwritten, and reads as zero"},
    {Rule::kFileSync, kOwnAndBefore, kXfsFsync},
    {Rule::kDirectorySync, kOwnAndBefore, kXfsFsync},
    {Rule::kDataSync, kOwnAndBefore, kXfsFsync},
    {Rule::kReplaceRename, kNothing, "xfs_rename flushes nothing"},
    {Rule::kReplaceClose, kNothing,
     "xfs_file_release starts to write a file that was cut (XFS_ITRUNCATED), and waits for "
     "nothing"},
}};

constexpr std::array<RuleRow, kRuleCount> kBtrfs = {{
    {Rule::kTear, kPages,
     "btrfs(5), datacow: data is written to new blocks, and referred to once it is there"},
    {Rule::kTearNew, kPages, "btrfs(5), datacow: the same"},
    {Rule::kNames, kJournal,
     "btrfs(5), commit: a transaction is committed whole, and is what is there after a crash"},
    {Rule::kRename, kWhole, "btrfs_rename makes both changes in one transaction"},
    {Rule::kGrowth, kAfterBytes,
     "btrfs_finish_ordered_io writes extent and length when the bytes are on the disk"},
    {Rule::kGrowthOrder, kUnordered, "ordered extents finish in any order"},
    {Rule::kFileSync, kOwnAndNames,
     "btrfs_log_inode logs the inode, its names and those of new directories above, and no others"},
    {Rule::kDirectorySync, kOwnAndNames, "btrfs_log_inode logs the entries of the directory"},
    {Rule::kDataSync, kOwnAndNames, "btrfs_sync_file logs the inode in either case"},
    {Rule::kReplaceRename, kNothing,
     "btrfs_rename starts to write the file (filemap_flush), and the commit does not wait for it"},
    {Rule::kReplaceClose, kNothing,
     "btrfs_release_file starts to write a file that was cut, and the commit does not wait for it"},
}};

constexpr std::array<PersistenceModel, 6> kModels = {{
    {"posix-minimal", "what POSIX promises, and no more", kPosix},
    {"ext4-ordered", "ext4, data=ordered, noauto_da_alloc", kExt4Ordered},
    {"ext4-ordered-auto", "ext4 as it is mounted by default: data=ordered, auto_da_alloc",
     kExt4OrderedAuto},
    {"ext4-writeback", "ext4, data=writeback, noauto_da_alloc", kExt4Writeback},
    {"xfs", "XFS", kXfs},
    {"btrfs", "btrfs", kBtrfs},
}};

}  // namespace

Setting PersistenceModel::Of(Rule rule) const {
  for (const RuleRow& row : rows) {
    if (row.rule == rule) return row.setting;
  }
  TEARPROOF_CHECK(false, "a model lacks a rule");
}

std::span<const PersistenceModel> AllModels() { return kModels; }

std::string_view RuleName(Rule rule) {
  constexpr std::array<std::string_view, kRuleCount> kNames = {"writes tear",
                                                               "writes of new blocks tear",
                                                               "names change",
                                                               "rename",
                                                               "length",
                                                               "the middle",
                                                               "fsync of a file",
                                                               "fsync of a directory",
                                                               "fdatasync",
                                                               "rename over a file",
                                                               "close of a cut file"};
  return kNames[static_cast<size_t>(rule)];
}

std::string_view SettingWords(Setting setting) {
  constexpr std::array<std::string_view, 15> kWords = {"at 512 bytes",
                                                       "at 4096 bytes",
                                                       "in any order",
                                                       "in their order",
                                                       "may be half there",
                                                       "is there or not",
                                                       "may come before the bytes",
                                                       "comes after the bytes",
                                                       "may be missing before the end",
                                                       "comes before the end",
                                                       "forces its own",
                                                       "forces its own, and its names",
                                                       "forces its own, and all names before",
                                                       "forces nothing",
                                                       "the length comes before it"};
  return kWords[static_cast<size_t>(setting)];
}

std::string PrintRow(const RuleRow& row) {
  return fmt::format("| {} | {} | {} |", RuleName(row.rule), SettingWords(row.setting), row.source);
}

Result<std::vector<const PersistenceModel*>> FindModels(std::string_view names) {
  std::vector<const PersistenceModel*> found;
  std::vector<std::string> known = {"all"};
  for (const PersistenceModel& model : kModels) known.emplace_back(model.name);
  for (const std::string& name : Split(names, ',')) {
    const size_t before = found.size();
    for (const PersistenceModel& model : kModels) {
      if (name == "all" || name == model.name) found.push_back(&model);
    }
    if (found.size() == before) return UnknownNameError("model", name, known);
  }
  return found;
}

}  // namespace tearproof::crash
