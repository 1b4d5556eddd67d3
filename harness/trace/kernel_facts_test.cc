// One small fact of the kernel, or of the table, a test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::Contains;
using testing::ElementsAre;

class KernelFactsTest : public SessionTest {
 protected:
  // The events of one line, run without decisions.
  std::vector<Event> EventsOf(size_t process, const std::string& line) {
    Tell(process, line);
    std::vector<Event> events;
    while (StandingOf(process) == Standing::kAtCall) {
      auto event = session_->Step(process);
      if (event) events.push_back(std::move(*event));
    }
    return events;
  }

  std::string Path(const std::string& name) { return directory_.path() + "/" + name; }
};

TEST_F(KernelFactsTest, LabelsSayWhatACallWasAskedFor) {
  WriteFile("f", "hello");
  StartSubjects({""});
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"stat \"f\" &", "stat(\"f\") → 0"},
      {"newfstatat AT_FDCWD \"f\" & 0", "newfstatat(\"f\") → 0"},
      {"statx AT_FDCWD \"f\" 0 2047 &", "statx(\"f\") → 0"},
      {"access \"g\" 4", "access(\"g\", R_OK) → ENOENT"},
      {"faccessat2 AT_FDCWD \"f\" 0 0", "faccessat2(\"f\", F_OK) → 0"},
      {"chmod \"f\" 420", "chmod(\"f\", 0644) → 0"},
      {"truncate \"f\" 3", "truncate(\"f\", 3) → 0"},
      {"symlink \"f\" \"l\"", "symlink(\"f\", \"l\") → 0"},
      {"readlink \"l\" & 9", "readlink(\"l\") → 1"},
      {"link \"f\" \"h\"", "link(\"f\", \"h\") → 0"},
      {"renameat2 AT_FDCWD \"f\" AT_FDCWD \"h\" 2", "renameat2(\"f\", \"h\", RENAME_EXCHANGE) → 0"},
      {"unlinkat AT_FDCWD \"h\" 0", "unlinkat(\"h\") → 0"},
      {"mkdir \"d\" 448", "mkdir(\"d\", 0700) → 0"},
      {"unlinkat AT_FDCWD \"d\" AT_REMOVEDIR", "unlinkat(\"d\", AT_REMOVEDIR) → 0"},
      {"utimensat AT_FDCWD \"f\" 0 0", "utimensat(\"f\") → 0"},
      {"mknod \"n\" 33188", "mknod(\"n\", 0100644) → 0"},
      {"chdir \".\"", "chdir(\".\") → 0"},
  };
  for (const auto& [line, label] : expected) EXPECT_THAT(Do(0, line), ElementsAre(label));
}

TEST_F(KernelFactsTest, LabelsOfDescriptorsNameTheFile) {
  WriteFile("f", "hello");
  StartSubjects({""});
  EXPECT_THAT(
      Do(0,
         "open \"f\" O_RDWR|O_APPEND|O_CLOEXEC; pread64 3 & 5 2; pwrite64 3 @a 2 0; "
         "lseek 3 0 SEEK_END; fstat 3 &; newfstatat 3 \"\" & AT_EMPTY_PATH; ftruncate 3 1; "
         "fallocate 3 0 0 9; fsync 3; fchmod 3 420; fcntl 3 F_GETFL; fcntl 3 F_DUPFD 10; dup 3; "
         "ioctl 3 0x5401 &; utimensat 3 0 0 0; close_range 4 100 0"),
      ElementsAre("open(\"f\", O_APPEND|O_RDWR) → 3", "pread(\"f\", 5, 2) → 3",
                  "pwrite(\"f\", 2, 0) → 2", "lseek(\"f\", 0, SEEK_END) → 7", "fstat(\"f\") → 0",
                  "newfstatat(\"f\", AT_EMPTY_PATH) → 0", "ftruncate(\"f\", 1) → 0",
                  "fallocate(\"f\", 0, 0, 9) → 0", "fsync(\"f\") → 0", "fchmod(\"f\", 0644) → 0",
                  testing::StartsWith("fcntl(\"f\", F_GETFL) → "), "fcntl(\"f\", F_DUPFD) → 10",
                  "dup(\"f\") → 4", "ioctl(\"f\", 0x5401) → ENOTTY", "utimensat(\"f\") → 0",
                  "close_range(4, 100, 0x0) → 0"));
}

TEST_F(KernelFactsTest, PathsReachTheCacheInManyWays) {
  WriteFile("f", "hello");
  mkdir(Path("d").c_str(), 0755);
  ASSERT_EQ(symlink("../f", Path("d/l").c_str()), 0);
  ASSERT_EQ(symlink(directory_.path().c_str(), Path("d/up").c_str()), 0);
  StartSubjects({""});
  const std::string name = directory_.path().substr(directory_.path().rfind('/') + 1);
  for (const std::string& path :
       {std::string("f"), std::string("./f"), std::string("d/../f"), std::string("d/l"),
        std::string("d/up/f"), "../" + name + "/f", Path("f"), Path("/f"),
        "/dev/./shm/../shm/" + name + "/f", std::string("/proc/self/cwd/f")}) {
    EXPECT_THAT(Do(0, "stat \"" + path + "\" &"), ElementsAre("stat(\"f\") → 0")) << path;
  }
  EXPECT_THAT(Do(0, "open \"d\" O_DIRECTORY; openat $0 \"../f\" O_RDONLY; close $1; close $0"),
              Contains("openat(\"f\", O_RDONLY) → 4"));
  EXPECT_THAT(Do(0, "chdir \"d\"; stat \"../f\" &; chdir \"..\""), Contains("stat(\"f\") → 0"));
  EXPECT_THAT(Do(0, "stat \"../outside\" &"), ElementsAre());
}

// Walking through a directory reads its entry: who renames it is in conflict.
TEST_F(KernelFactsTest, PathsReadEveryEntryTheyPass) {
  mkdir(Path("d").c_str(), 0755);
  WriteFile("d/f", "hello");
  StartSubjects({"", ""});
  Tell(0, "stat \"d/f\" &");
  Tell(1, "rename \"d\" \"e\"");
  EXPECT_TRUE(Conflict(session_->Pending(0).footprint, session_->Pending(1).footprint));
  session_->Step(1);
  EXPECT_EQ(session_->Step(0)->Outcome(), "→ ENOENT");
}

TEST_F(KernelFactsTest, NumbersAgreeInAllOrders) {
  StartSubjects({"", ""});
  const std::string line =
      "open \"a\" O_CREAT|O_WRONLY 420; write $0 @a 1; close $0; open \"b\" O_CREAT|O_WRONLY 420; "
      "close $3";
  std::vector<std::vector<Footprint>> seen;
  for (const bool other_first : {false, true}) {
    for (const char* name : {"a", "b", "x", "y"}) unlink(Path(name).c_str());
    ASSERT_TRUE(session_->BeginExecution(directory_.path()).ok());
    const std::string other = "creat \"x\" 420; creat \"y\" 420; close_range 3 100 0";
    if (other_first) Do(1, other);
    std::vector<Footprint> footprints;
    for (const Event& event : EventsOf(0, line)) footprints.push_back(event.footprint);
    if (!other_first) Do(1, other);
    EXPECT_EQ(footprints.size(), 5U);
    seen.push_back(std::move(footprints));
  }
  EXPECT_EQ(seen[0], seen[1]);
}

// tmpfs and ext4 give an inode number again: another file all the same.
TEST_F(KernelFactsTest, AFileMadeAnewIsAnotherFile) {
  StartSubjects({""});
  const auto events = EventsOf(0,
                               "creat \"a\" 420; write $0 @a 1; close $0; unlink \"a\"; "
                               "creat \"a\" 420; write $4 @a 1; close $4");
  ASSERT_EQ(events.size(), 7U);
  EXPECT_FALSE(Conflict(events[1].footprint, events[5].footprint));
}

TEST_F(KernelFactsTest, RandomNamesAreTemporary) {
  StartSubjects({"", ""});
  const std::string flags = " O_CREAT|O_EXCL|O_WRONLY 384; rename ";
  EXPECT_THAT(Do(0, "open \"k0.Xa81bQ\"" + flags + "\"k0.Xa81bQ\" \"k0\""),
              ElementsAre("open(\"temp#1\", O_CREAT|O_EXCL|O_WRONLY) → 3",
                          "rename(\"temp#1\", \"k0\") → 0"));
  EXPECT_THAT(Do(1, "open \"k0.lock\"" + flags + "\"k0.lock\" \"k0.lock\""),
              Contains("open(\"k0.lock\", O_CREAT|O_EXCL|O_WRONLY) → 3"));
  // The third by process 1's own count; made like the first, though it looks like a word.
  EXPECT_THAT(Do(1, "open \"k0.qwerty\"" + flags + "\"k0.qwerty\" \"k0\""),
              Contains("rename(\"temp#2\", \"k0\") → 0"));
  const std::string by_id = "k0." + std::to_string(session_->id(0));
  EXPECT_THAT(Do(0, "creat \"" + by_id + "\" 420"), ElementsAre("creat(\"temp#3\") → 4"));
}

TEST_F(KernelFactsTest, AFileWithoutANameGetsOne) {
  StartSubjects({""});
  const auto events =
      EventsOf(0,
               "open \".\" O_TMPFILE|O_WRONLY 384; write $0 @a 3; "
               "linkat AT_FDCWD \"/proc/self/fd/3\" AT_FDCWD \"k0\" AT_SYMLINK_FOLLOW; close $0");
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].label, "open(\".\", O_TMPFILE|O_WRONLY)");
  EXPECT_EQ(events[2].Outcome(), "→ 0");
  EXPECT_EQ(events[2].effect, "creates \"k0\"");
  EXPECT_EQ(ReadFile("k0"), "aaa");
}

TEST_F(KernelFactsTest, WhatAReplacedFileBecomesIsSaid) {
  WriteFile("a", "old");
  WriteFile("b", "new");
  StartSubjects({""});
  const auto events = EventsOf(0, "open \"a\" O_RDONLY; rename \"b\" \"a\"; read $0 & 9; close $0");
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[1].effect, "replaces \"a\"");
  EXPECT_EQ(events[2].effect, "the file that was \"a\", and has no name now");
  EXPECT_EQ(Answers(0), "3 0 3:old 0\n");
}

TEST_F(KernelFactsTest, MemoryIsUnseen) {
  WriteFile("f", "hello");
  StartSubjects({""});
  auto events = EventsOf(0, "open \"f\" O_RDWR; mmap 0 4096 PROT_READ MAP_PRIVATE $0 0");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].unseen, Unseen::kNothing);
  // Who changes in place what somebody reads through memory is not seen by the reader's events.
  events = EventsOf(0, "pwrite64 3 @a 1 0; mmap 0 4096 PROT_READ|PROT_WRITE MAP_SHARED 3 0");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].unseen, Unseen::kSharedMapping);
  EXPECT_EQ(events[1].unseen, Unseen::kSharedMapping);
}

TEST_F(KernelFactsTest, CallsThatNobodyDescribedAreReported) {
  WriteFile("f", "hello");
  StartSubjects({""});
  const auto events = EventsOf(0, "inotify_init; inotify_add_watch $0 \"f\" 2");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].unseen, Unseen::kUnmodelledCall);
}

TEST_F(KernelFactsTest, DuplicatesAndForksShareAPosition) {
  WriteFile("f", "hello");
  StartSubjects({""});
  const auto events =
      EventsOf(0, "open \"f\" O_RDONLY; dup $0; read 3 & 1; read 4 & 1; pread64 4 & 1 0");
  ASSERT_EQ(events.size(), 5U);
  const auto offset = [](const Event& event) {
    for (const Access& access : event.footprint) {
      if (access.object.kind == ObjectKind::kOffset) return access.object.number;
    }
    return uint64_t{0};
  };
  EXPECT_NE(offset(events[2]), 0U);
  EXPECT_EQ(offset(events[2]), offset(events[3]));
  EXPECT_EQ(offset(events[4]), 0U);
  EXPECT_EQ(Answers(0), "3 4 1:h 1:e 1:h\n");
}

TEST_F(KernelFactsTest, CloseTouchesNothing) {
  StartSubjects({""});
  const auto events = EventsOf(0, "creat \"a\" 420; close $0");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_THAT(events[1].footprint, ElementsAre());
}

}  // namespace
}  // namespace tearproof::trace
