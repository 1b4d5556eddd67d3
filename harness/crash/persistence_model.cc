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
    "POSIX, fsync: the data of the file that the descriptor names, and by its rationale what was "
    "written is there after a crash; fsync(2): not the entry in its directory";
constexpr std::string_view kSectorAtomic =
    "POSIX says nothing; ALICE (alicedefaultfs.py) cuts writes in any pieces asked for; that a "
    "disk writes a sector whole is assumed";

constexpr std::array<RuleRow, kRuleCount> kPosix = {{
    {Rule::kTear, kSectors, kSectorAtomic},
    {Rule::kTearNew, kSectors, kSectorAtomic},
    {Rule::kNames, kAnyOrder,
     "ALICE, get_deps: an entry depends on no other, only on a sync before it"},
    {Rule::kRename, kHalves,
     "POSIX, rename: atomic, as other threads see it; of a crash it says nothing. ALICE, "
     "get_disk_ops: the old name goes and the new one comes, each by itself"},
    {Rule::kGrowth, kFree,
     "ALICE, trunc_disk_ops: an append first leaves zeros or garbage of its length"},
    {Rule::kGrowthOrder, kUnordered,
     "ALICE, get_deps: a piece of a write depends on no other, only on a sync before it"},
    {Rule::kFileSync, kOwn, kPosixFsync},
    {Rule::kDirectorySync, kOwn,
     "fsync(2): for the entry, an fsync of the directory is needed as well"},
    {Rule::kDataSync, kOwn,
     "POSIX, fdatasync: data integrity; fdatasync(2): the length is flushed, where it is needed"},
    {Rule::kReplaceRename, kNothing, kPosixSilent},
    {Rule::kReplaceClose, kNothing, kPosixSilent},
    {Rule::kModes, kAnyOrder, kPosixSilent},
    {Rule::kFileSystemSync, kEverything,
     "POSIX has none; sync(2): as fsync of every file of the file system"},
    {Rule::kSystemSync, kNothing,
     "POSIX, sync: the writing is scheduled, and not necessarily complete upon return"},
}};

constexpr std::string_view kJbd2 =
    "Linux, filesystems/ext4/journal: a transaction without its commit record is discarded, all "
    "up to the last one are replayed";
constexpr std::string_view kExt4Fsync =
    "ext4_fsync_journal commits the transaction of the file's last change (i_sync_tid), and with "
    "it all before";
constexpr std::string_view kExt4DirectorySync =
    "ext4_fsync_journal: not of a regular file, so the journal is committed as it stands (Linux "
    "6.4), before that as of a file; the less is taken";
constexpr std::string_view kExt4Datasync =
    "ext4_fsync_journal with datasync commits the transaction of its last change of length or "
    "blocks (i_datasync_tid)";
constexpr std::string_view kExt4InPlace =
    "Linux, admin-guide/ext4: data is not journalled but in data=journal; "
    "filesystems/ext4/journal: "
    "data blocks are in no certain state after a crash; a sector is taken to be written whole";
constexpr std::string_view kExt4Modes =
    "modes, owners, times and attributes lie in the inode, or in blocks that are journalled as it "
    "is (filesystems/ext4/journal)";
constexpr std::string_view kLinuxSyncfs =
    "sync(2): syncfs waits, and promises what fsync of every file of the file system would; "
    "fs/sync.c, sync_filesystem";
constexpr std::string_view kLinuxSync =
    "sync(2): Linux waits, and promises what fsync of every file would; fs/sync.c, sync";
constexpr std::string_view kExt4Unwritten =
    "ext4(5), dioread_nolock (the default since commit 244adf6426ee): a new block is unwritten, "
    "and "
    "reads as zero, until a later transaction says that its bytes are there; measured with --real "
    "ext4";
constexpr std::string_view kNoAutoDaAlloc = "noauto_da_alloc: only then nothing is forced";

constexpr std::array<RuleRow, kRuleCount> kExt4Ordered = {{
    {Rule::kTear, kSectors, kExt4InPlace},
    {Rule::kTearNew, kPages, kExt4Unwritten},
    {Rule::kNames, kJournal, kJbd2},
    {Rule::kRename, kWhole, "ext4_rename makes both changes under one handle, in one transaction"},
    {Rule::kGrowth, kFree, kExt4Unwritten},
    {Rule::kGrowthOrder, kInOrder,
     "mpage_map_and_submit_extent maps pages in ascending order, and i_disksize follows them"},
    {Rule::kFileSync, kOwnAndBefore, kExt4Fsync},
    {Rule::kDirectorySync, kOwnAndBefore, kExt4DirectorySync},
    {Rule::kDataSync, kOwnAndBefore, kExt4Datasync},
    {Rule::kReplaceRename, kNothing, kNoAutoDaAlloc},
    {Rule::kReplaceClose, kNothing, kNoAutoDaAlloc},
    {Rule::kModes, kJournal, kExt4Modes},
    {Rule::kFileSystemSync, kEverything, kLinuxSyncfs},
    {Rule::kSystemSync, kEverything, kLinuxSync},
}};

constexpr std::array<RuleRow, kRuleCount> WithAutoDaAlloc(std::array<RuleRow, kRuleCount> rows) {
  for (RuleRow& row : rows) {
    if (row.rule == Rule::kReplaceRename) {
      row = {
          row.rule, kLengthBefore,
          "ext4(5), auto_da_alloc; ext4_rename calls ext4_alloc_da_blocks where the new name was "
          "a file's; measured with --real ext4: never empty, but it may read as zeros"};
    }
    if (row.rule == Rule::kReplaceClose) {
      row = {row.rule, kLengthBefore,
             "ext4(5), auto_da_alloc; ext4_release_file calls ext4_alloc_da_blocks of a file that "
             "was cut (EXT4_STATE_DA_ALLOC_CLOSE)"};
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
    "Linux, filesystems/xfs/xfs-delayed-logging-design: where a change is seen after recovery, all "
    "metadata changes committed before it are";
constexpr std::string_view kXfsFsync =
    "xfs_fsync_flush_log forces the log up to the inode's last change, and with it all before";

constexpr std::array<RuleRow, kRuleCount> kXfs = {{
    {Rule::kTear, kSectors,
     "xfs-delayed-logging-design: what is logged is metadata; a sector is taken to be written "
     "whole"},
    {Rule::kTearNew, kPages,
     "new blocks are unwritten, and read as zero, until their bytes are there "
     "(xfs_end_ioend, xfs_iomap_write_unwritten)"},
    {Rule::kNames, kJournal, kXfsLog},
    {Rule::kRename, kWhole, "xfs_rename makes both changes in one transaction (tr_rename)"},
    {Rule::kGrowth, kAfterBytes,
     "xfs_setfilesize logs the length now that the bytes have been written (xfs_end_ioend)"},
    {Rule::kGrowthOrder, kUnordered,
     "writes complete in any order; what is between is unwritten, and reads as zero"},
    {Rule::kFileSync, kOwnAndBefore, kXfsFsync},
    {Rule::kDirectorySync, kOwnAndBefore, "xfs_dir_fsync: xfs_log_force_inode, the same"},
    {Rule::kDataSync, kOwnAndBefore, kXfsFsync},
    {Rule::kReplaceRename, kNothing, "xfs_rename flushes nothing"},
    {Rule::kReplaceClose, kNothing,
     "xfs_file_release starts to write a file that was cut (XFS_ITRUNCATED), and waits for "
     "nothing"},
    {Rule::kModes, kJournal, kXfsLog},
    {Rule::kFileSystemSync, kEverything, kLinuxSyncfs},
    {Rule::kSystemSync, kEverything, kLinuxSync},
}};

constexpr std::array<RuleRow, kRuleCount> kBtrfs = {{
    {Rule::kTear, kPages, "btrfs(5), datacow: only updates in place (nodatacow) may be partial"},
    {Rule::kTearNew, kPages, "btrfs(5), datacow: the same"},
    {Rule::kNames, kJournal,
     "btrfs(5), barrier and flushoncommit: the superblock is written after what it leads to, so "
     "that a commit is there whole; what fsync logs comes on top"},
    {Rule::kRename, kWhole, "btrfs_rename makes both changes in one transaction"},
    {Rule::kGrowth, kAfterBytes,
     "btrfs_finish_one_ordered writes extent and length when the bytes are on the disk"},
    {Rule::kGrowthOrder, kUnordered, "ordered extents finish in any order"},
    {Rule::kFileSync, kOwnAndNames,
     "btrfs(5), treelog: without a full sync; fs/btrfs/tree-log.c: the one inode, new names of "
     "what "
     "is in the log, and new directories above"},
    {Rule::kDirectorySync, kOwnAndNames,
     "fs/btrfs/tree-log.c: a directory is logged with its entries"},
    {Rule::kDataSync, kOwnAndNames, "btrfs_sync_file logs the inode in either case"},
    {Rule::kReplaceRename, kNothing,
     "btrfs_rename starts to write the file (filemap_flush); btrfs(5), flushoncommit: off, so the "
     "commit does not wait for it"},
    {Rule::kReplaceClose, kNothing,
     "btrfs_release_file starts to write a file that was cut (BTRFS_INODE_FLUSH_ON_CLOSE); the "
     "commit does not wait for it"},
    {Rule::kModes, kJournal, "btrfs_dirty_inode changes the inode in a transaction, as for names"},
    {Rule::kFileSystemSync, kEverything, kLinuxSyncfs},
    {Rule::kSystemSync, kEverything, kLinuxSync},
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
                                                               "close of a cut file",
                                                               "modes, owners, times change",
                                                               "syncfs",
                                                               "sync"};
  return kNames[static_cast<size_t>(rule)];
}

std::string_view SettingWords(Setting setting) {
  constexpr std::array<std::string_view, 16> kWords = {"at 512 bytes",
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
                                                       "the length comes before it",
                                                       "forces everything"};
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
