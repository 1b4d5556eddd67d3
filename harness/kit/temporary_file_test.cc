#include "harness/kit/temporary_file.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <string>

#include "harness/core/owned_directory.h"
#include "harness/kit/file_io.h"

namespace tearproof::kit {
namespace {

class TemporaryFileTest : public testing::Test {
 protected:
  std::set<std::string> Files() const {
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      names.insert(file.path().filename().string());
    }
    return names;
  }

  std::string Content() const {
    std::string bytes;
    EXPECT_EQ(ReadFile(target_, bytes), 0);
    return bytes;
  }

  OwnedDirectory directory_ = OwnedDirectory::Create(testing::TempDir()).value();
  std::string target_ = directory_.path() + "/target";
};

TEST_F(TemporaryFileTest, GoesUnlessPublished) {
  {
    TemporaryFile temporary(directory_.path());
    ASSERT_TRUE(temporary.Create() && temporary.Write("bytes"));
    EXPECT_EQ(Files().size(), 1u);
  }
  EXPECT_EQ(Files(), std::set<std::string>{});
}

TEST_F(TemporaryFileTest, RenameReplacesAndLeavesNoTemporaryName) {
  for (const char* bytes : {"old bytes", "new"}) {
    TemporaryFile temporary(directory_.path());
    ASSERT_TRUE(temporary.Create() && temporary.Write(bytes) && temporary.Sync() &&
                temporary.Close() && temporary.RenameTo(target_));
    EXPECT_EQ(Content(), bytes);
  }
  EXPECT_EQ(Files(), std::set<std::string>{"target"});
}

TEST_F(TemporaryFileTest, LinkNeverReplacesAndLeavesNoTemporaryName) {
  {
    TemporaryFile temporary(directory_.path());
    ASSERT_TRUE(temporary.Create() && temporary.Write("first") && temporary.LinkTo(target_));
    EXPECT_EQ(Files(), std::set<std::string>{"target"});
  }
  {
    TemporaryFile temporary(directory_.path());
    ASSERT_TRUE(temporary.Create() && temporary.Write("second"));
    EXPECT_FALSE(temporary.LinkTo(target_));
    EXPECT_EQ(temporary.problem(), EEXIST);
  }
  EXPECT_EQ(Content(), "first");
  EXPECT_EQ(Files(), std::set<std::string>{"target"});
}

TEST_F(TemporaryFileTest, SaysWhichCallFailedOnWhat) {
  TemporaryFile temporary(directory_.path() + "/absent");
  ASSERT_FALSE(temporary.Create());
  Response response;
  temporary.Report(response);
  EXPECT_EQ(response.outcome, Outcome::kError);
  EXPECT_EQ(response.error_number, ENOENT);
  EXPECT_EQ(response.error, "mkstemp " + directory_.path() + "/absent: No such file or directory");
}

}  // namespace
}  // namespace tearproof::kit
