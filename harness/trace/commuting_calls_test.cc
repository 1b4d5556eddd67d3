// Two calls that are said to commute are made in both orders, against the real kernel: what they
// return and what they leave behind must be the same.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

// Beside what is opened before: 3 is f, 4 is g (to append), 5 the directory, 6 is d.
constexpr char kBefore[] =
    "open \"f\" O_RDWR; open \"g\" O_RDWR|O_APPEND; open \".\" O_DIRECTORY; open \"d\" O_DIRECTORY";
constexpr char kAfter[] = "lseek 3 0 SEEK_CUR; lseek 4 0 SEEK_CUR; close_range 3 100 0";

// At least one of each row that does something of its own to files.
const std::vector<std::string> kCallsToPair = {
    "open \"f\" O_RDONLY",
    "open \"n\" O_RDONLY",
    "open \"n\" O_WRONLY|O_CREAT 420",
    "open \"n\" O_WRONLY|O_CREAT|O_EXCL 420",
    "open \"f\" O_WRONLY|O_CREAT|O_EXCL 420",
    "open \"f\" O_WRONLY|O_TRUNC",
    "open \"l\" O_RDWR|O_TRUNC",
    "open \"d/n\" O_WRONLY|O_CREAT 420",
    "open \".\" O_WRONLY|O_TMPFILE 420",
    "creat \"m\" 420",
    "read 3 & 3",
    "pread64 3 & 3 2",
    "write 3 @w 9",
    "pwrite64 3 @p 2 1",
    "write 4 @x 3",
    "read 4 & 100",
    "lseek 3 2 SEEK_SET",
    "lseek 4 0 SEEK_END",
    "ftruncate 3 2",
    "truncate \"g\" 1",
    "fallocate 3 0 0 100",
    "copy_file_range 3 0 4 0 2",
    "sendfile 3 4 0 2",
    "fsync 3",
    "rename \"f\" \"n\"",
    "rename \"g\" \"f\"",
    "rename \"n\" \"f\"",
    "rename \"e\" \"d\"",
    "rename \"e/x\" \"d/x\"",
    "renameat2 AT_FDCWD \"f\" AT_FDCWD \"g\" 2",
    "renameat2 AT_FDCWD \"f\" AT_FDCWD \"n\" 1",
    "renameat2 AT_FDCWD \"f\" AT_FDCWD \"g\" 1",
    "link \"f\" \"n\"",
    "link \"f\" \"g\"",
    "unlink \"f\"",
    "unlink \"h\"",
    "unlink \"n\"",
    "unlink \"d\"",
    "unlink \"e/x\"",
    "unlinkat AT_FDCWD \"d\" AT_REMOVEDIR",
    "rmdir \"d\"",
    "rmdir \"e\"",
    "mkdir \"n\" 493",
    "mkdir \"d/n\" 493",
    "mkdirat 6 \"m\" 493",
    "mknod \"n\" 33188",
    "symlink \"g\" \"n\"",
    "readlink \"l\" & 100",
    "getdents64 5 & 4096",
    "getdents64 6 & 4096",
    "stat \"f\" &",
    "stat \"n\" &",
    "stat \"l\" &",
    "lstat \"l\" &",
    "stat \"d\" &",
    "stat \"e/x\" &",
    "stat \".\" &",
    "fstat 3 &",
    "newfstatat 4 \"\" & AT_EMPTY_PATH",
    "access \"f\" 0",
    "access \"e/x\" 0",
    "chmod \"f\" 256",
    "chmod \"d\" 448",
    "fchmod 3 384",
    "utimensat AT_FDCWD \"f\" 0 0",
    "flock 3 LOCK_SH|LOCK_NB",
    "flock 3 LOCK_EX|LOCK_NB",
    "fcntl 3 F_SETLK &wrlock",
    "fcntl 4 F_SETLK &rdlock",
    "dup 3",
    "close 3",
};

class CommutingCallsTest : public SessionTest {
 protected:
  struct Outcome {
    std::string results;
    std::string tree;
    bool conflicts = false;   // As predicted before either happened.
    bool conflicted = false;  // As it was then.
    friend bool operator==(const Outcome& a, const Outcome& b) {
      return a.results == b.results && a.tree == b.tree;
    }
  };

  void Furnish() {
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      std::filesystem::remove_all(entry.path());
    }
    WriteFile("f", "hello");
    WriteFile("g", "world!");
    const std::string at = directory_.path() + "/";
    mkdir((at + "d").c_str(), 0755);
    mkdir((at + "e").c_str(), 0755);
    WriteFile("e/x", "within");
    ASSERT_EQ(symlink("f", (at + "l").c_str()), 0);
    ASSERT_EQ(link((at + "g").c_str(), (at + "h").c_str()), 0);
  }

  std::string Tree() {
    std::map<std::string, std::string> lines;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      struct stat status;
      lstat(entry.path().c_str(), &status);
      const std::string name = entry.path().string().substr(directory_.path().size() + 1);
      const bool file = S_ISREG(status.st_mode);
      lines[name] = fmt::format("{} {:o} {} {}\n", name, status.st_mode, status.st_nlink,
                                file ? ReadFile(name) : "");
    }
    std::string tree;
    for (const auto& [name, line] : lines) tree += line;
    return tree;
  }

  void Freely(size_t process, const std::string& line) {
    const std::string text = line + "\n";
    ASSERT_EQ(write(session_->input(process), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    session_->RunFreely(process);
  }

  // Process 0 makes `a`, process 1 makes `b`; `first` of them goes first.
  Outcome Make(const std::string& a, const std::string& b, size_t first) {
    Furnish();
    EXPECT_TRUE(session_->BeginExecution(directory_.path()).ok());
    for (const size_t process : {0, 1}) {
      Freely(process, kBefore);
      Answers(process);
    }
    Tell(0, a);
    Tell(1, b);
    Outcome outcome;
    outcome.conflicts = Conflict(session_->Pending(0).footprint, session_->Pending(1).footprint);
    const auto one = session_->Step(first);
    const auto other = session_->Step(1 - first);
    EXPECT_TRUE(one && other) << a << " | " << b;
    if (one && other) outcome.conflicted = Conflict(one->footprint, other->footprint);
    outcome.tree = Tree();
    for (const size_t process : {0, 1}) {
      Freely(process, kAfter);
      outcome.results += fmt::format("process {}: {}", process, Answers(process));
    }
    return outcome;
  }
};

TEST_F(CommutingCallsTest, EveryPairThatIsSaidToCommuteDoes) {
  StartSubjects({"", ""});
  size_t commuting = 0;
  size_t differing = 0;
  for (size_t i = 0; i < kCallsToPair.size(); ++i) {
    for (size_t j = i; j < kCallsToPair.size(); ++j) {
      const std::string& a = kCallsToPair[i];
      const std::string& b = kCallsToPair[j];
      const Outcome forth = Make(a, b, 0);
      const Outcome back = Make(a, b, 1);
      if (!(forth == back)) ++differing;
      if (forth.conflicts && forth.conflicted && back.conflicted) continue;
      ++commuting;
      EXPECT_EQ(forth.results, back.results) << a << " | " << b;
      EXPECT_EQ(forth.tree, back.tree) << a << " | " << b;
    }
  }
  // Of 2,485 pairs: so that neither everything is said to conflict nor nothing is seen to differ.
  EXPECT_GT(commuting, 1500U);
  EXPECT_GT(differing, 200U);
  RecordProperty("commuting", static_cast<int>(commuting));
  RecordProperty("differing", static_cast<int>(differing));
}

}  // namespace
}  // namespace tearproof::trace
