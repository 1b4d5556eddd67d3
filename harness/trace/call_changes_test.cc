// What calls did to files, with the bytes, whichever call it was.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CallChangesTest : public SessionTest {
 protected:
  // "write f 0 aaaa": of each change of one line.
  std::vector<std::string> ChangesOf(const std::string& line) {
    if (session_ == nullptr) {
      records_changes_ = true;
      StartSubjects({""});
    }
    Tell(0, line);
    std::vector<std::string> changes;
    while (StandingOf(0) == Standing::kAtCall) {
      const auto event = session_->Step(0);
      if (!event) continue;
      for (const Change& change : event->changes) changes.push_back(Print(change));
    }
    return changes;
  }

  static std::string Print(const Change& change) {
    switch (change.kind) {
      case ChangeKind::kCreate:
        return fmt::format("create {} {:o}", change.path, change.mode);
      case ChangeKind::kMakeDirectory:
        return "mkdir " + change.path;
      case ChangeKind::kSymlink:
        return fmt::format("symlink {} {}", change.path, change.bytes);
      case ChangeKind::kLink:
        return "link " + change.path;
      case ChangeKind::kRemove:
        return "remove " + change.path;
      case ChangeKind::kRename:
        return fmt::format("rename {} {}", change.path, change.to);
      case ChangeKind::kExchange:
        return fmt::format("exchange {} {}", change.path, change.to);
      case ChangeKind::kWrite:
        return fmt::format("write {} {} {}", change.shown, change.offset, change.bytes);
      case ChangeKind::kResize:
        return fmt::format("resize {} {}", change.shown, change.offset);
      case ChangeKind::kMode:
        return fmt::format("mode {} {:o}", change.shown, change.mode);
      case ChangeKind::kAttribute:
        return fmt::format("set {} {} {}", change.shown, change.attribute, change.bytes);
      case ChangeKind::kNoAttribute:
        return fmt::format("unset {} {}", change.shown, change.attribute);
      case ChangeKind::kSyncSystem:
        return "syncsystem";
      case ChangeKind::kClose:
        return "close " + change.shown;
      case ChangeKind::kSync:
        return "sync " + change.shown;
      case ChangeKind::kSyncData:
        return "datasync " + change.shown;
      case ChangeKind::kSyncRange:
        return "syncrange " + change.shown;
      case ChangeKind::kSyncAll:
        return "syncall";
      case ChangeKind::kMap:
        return "map " + change.shown;
      case ChangeKind::kUnknown:
        return "unknown";
    }
    return "";
  }
};

TEST_F(CallChangesTest, WritesAreReadBackFromTheFile) {
  EXPECT_THAT(ChangesOf("open \"f\" O_CREAT|O_RDWR 384; write $0 @a 4; write $0 @b 2; "
                        "pwrite64 $0 @c 3 1; lseek $0 0 SEEK_SET; write $0 @d 1; close $0"),
              ElementsAre("create f 600", "write f 0 aaaa", "write f 4 bb", "write f 1 ccc",
                          "write f 0 d", "close f"));
}

TEST_F(CallChangesTest, AnAppendIsWhereItLanded) {
  WriteFile("f", "12345");
  EXPECT_THAT(ChangesOf("open \"f\" O_APPEND|O_WRONLY 0; write $0 @a 2; pwrite64 $0 @b 1 0"),
              ElementsAre("write f 5 aa", "write f 7 b"));
}

TEST_F(CallChangesTest, ACopyHasItsBytes) {
  WriteFile("f", "hello");
  EXPECT_THAT(ChangesOf("open \"f\" O_RDONLY 0; open \"g\" O_CREAT|O_RDWR 384; "
                        "copy_file_range $0 0 $1 0 5 0; sendfile $1 $0 &1 3"),
              ElementsAre("create g 600", "write g 0 hello", "write g 5 ell"));
}

TEST_F(CallChangesTest, SizesAreThoseAfterTheCall) {
  WriteFile("f", "hello");
  EXPECT_THAT(ChangesOf("open \"f\" O_RDWR 0; ftruncate $0 3; truncate \"f\" 9; "
                        "fallocate $0 0 0 20; open \"f\" O_RDWR|O_TRUNC 0"),
              ElementsAre("resize f 3", "resize f 9", "resize f 20", "resize f 0"));
}

TEST_F(CallChangesTest, NamesComeAndGo) {
  WriteFile("f", "x");
  EXPECT_THAT(
      ChangesOf("mkdir \"d\" 448; link \"f\" \"g\"; rename \"g\" \"d/h\"; symlink \"f\" \"s\"; "
                "renameat2 AT_FDCWD \"f\" AT_FDCWD \"d/h\" 2; unlink \"s\"; chmod \"f\" 256; "
                "unlink \"d/h\"; rmdir \"d\""),
      ElementsAre("mkdir d", "link g", "rename g d/h", "symlink s f", "exchange f d/h", "remove s",
                  "mode f 400", "remove d/h", "remove d"));
}

TEST_F(CallChangesTest, SyncsNameTheirFile) {
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("open \"f\" O_RDWR 0; fsync $0; fdatasync $0; open \".\" O_DIRECTORY 0; "
                        "fsync $3; syncfs $0; sync_file_range $0 0 1 2"),
              ElementsAre("sync f", "datasync f", "sync .", "syncall", "syncrange f"));
}

TEST_F(CallChangesTest, SyncConcernsAllFilesWithoutNamingOne) {
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("sync; stat \"f\" &; sync"), ElementsAre("syncsystem", "syncsystem"));
}

TEST_F(CallChangesTest, ModesByAnyCall) {
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("open \"f\" O_RDWR 0; fchmod $0 256; chmod \"f\" 384"),
              ElementsAre("mode f 400", "mode f 600"));
  // Linux has it since 6.6.
  EXPECT_THAT(ChangesOf("fchmodat2 AT_FDCWD \"f\" 0 0"),
              testing::AnyOf(IsEmpty(), ElementsAre("mode f 0")));
}

TEST_F(CallChangesTest, TimesThatAProcessChoosesAndNotThoseOfNow) {
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("open \"f\" O_RDWR 0; utimensat AT_FDCWD \"f\" & 0; utimes \"f\" &; "
                        "utimensat $0 0 & 0; utimensat AT_FDCWD \"f\" 0 0; utimes \"f\" 0; "
                        "utimensat $0 0 0 0"),
              ElementsAre("set f mtime 0", "set f mtime 0", "set f mtime 0", "unset f mtime",
                          "unset f mtime", "unset f mtime"));
}

TEST_F(CallChangesTest, OwnersWhoAreNotOurs) {
  if (geteuid() != 0) return;  // Only root gives files away.
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("chown \"f\" 12 34; fchownat AT_FDCWD \"f\" 0 0 0"),
              ElementsAre("set f owner 12:34", "unset f owner"));
}

TEST_F(CallChangesTest, AttributesOfUsersAndNotThoseThatDecideAboutAccess) {
  WriteFile("f", "x");
  const std::vector<std::string> changes = ChangesOf(
      "setxattr \"f\" \"user.a\" @v 3 0; open \"f\" O_RDWR 0; "
      "fsetxattr $1 \"user.b\" @w 0 0; removexattr \"f\" \"user.a\"");
  if (changes.empty()) return;  // This file system has none.
  EXPECT_THAT(changes, ElementsAre("set f user.a vvv", "set f user.b ", "unset f user.a"));
  if (geteuid() != 0) return;
  EXPECT_THAT(ChangesOf("setxattr \"f\" \"trusted.a\" @v 3 0"), ElementsAre("unknown"));
}

// What is not described must not look like nothing.
TEST_F(CallChangesTest, AnIoctlThatMayChangeAFileIsUnknown) {
  WriteFile("f", "x");
  // FS_IOC_SETFLAGS without a flag; FS_IOC_GETFLAGS.
  EXPECT_THAT(ChangesOf("open \"f\" O_RDWR 0; ioctl $0 0x40086602 &; ioctl $0 0x80086601 &"),
              testing::AnyOf(IsEmpty(), ElementsAre("unknown")));
}

TEST_F(CallChangesTest, WritesOfASynchronousDescriptorAreSynced) {
  EXPECT_THAT(ChangesOf("open \"f\" O_CREAT|O_WRONLY|O_SYNC 384; write $0 @a 1; "
                        "open \"f\" O_WRONLY|O_DSYNC 0; write $2 @b 1"),
              ElementsAre("create f 600", "write f 0 a", "sync f", "write f 0 b", "datasync f"));
}

// RWF_DSYNC is 2, RWF_SYNC 4, RWF_APPEND 16.
TEST_F(CallChangesTest, AWriteMayBeSyncedOrAppendedByItself) {
  WriteFile("f", "12345");
  EXPECT_THAT(ChangesOf("open \"f\" O_WRONLY 0; pwritev2 $0 &iovec+a2 1 0 0 2; "
                        "pwritev2 $0 &iovec+b1 1 -1 -1 4; pwritev2 $0 &iovec+c1 1 0 0 16; "
                        "pwritev2 $0 &iovec+d1 1 -1 -1 0"),
              ElementsAre("write f 0 aa", "datasync f", "write f 0 b", "sync f", "write f 5 c",
                          "write f 1 d"));
}

TEST_F(CallChangesTest, WhatFailedOrOnlyReadChangedNothing) {
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("rename \"g\" \"h\"; unlink \"g\"; open \"f\" O_RDONLY 0; read $2 & 1; "
                        "stat \"f\" &; mkdir \"f\" 448"),
              IsEmpty());
}

TEST_F(CallChangesTest, AMappingThatWritesIsTold) {
  WriteFile("f", "x");
  EXPECT_THAT(ChangesOf("open \"f\" O_RDWR 0; mmap 0 4096 PROT_READ|PROT_WRITE MAP_SHARED $0 0"),
              ElementsAre("map f"));
}

}  // namespace
}  // namespace tearproof::trace
