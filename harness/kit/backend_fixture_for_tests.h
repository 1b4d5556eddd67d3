// What the tests of a backend of files stand on: a directory of its own and handles on it.
//
// Thread safety: none. Ownership: removes the directory.
#ifndef TEARPROOF_HARNESS_KIT_BACKEND_FIXTURE_FOR_TESTS_H_
#define TEARPROOF_HARNESS_KIT_BACKEND_FIXTURE_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/core/owned_directory.h"
#include "harness/kit/backend_driver.h"
#include "harness/kit/file_io.h"
#include "harness/kit/python.h"

namespace tearproof::kit {

class BackendFixture : public testing::Test {
 protected:
  // A new handle, initialised.
  BackendDriver Start(OpenBackend open, BackendOptions options) {
    BackendDriver driver(open, directory_, std::move(options));
    EXPECT_EQ(driver.Init(), Outcome::kDone);
    return driver;
  }

  // The entries of the directory itself.
  size_t CountEntries() const {
    std::vector<std::string> names;
    EXPECT_EQ(ListDirectory(directory_, names), 0);
    return names.size();
  }

  // Where a cache of two levels of buckets keeps `key`.
  std::string BucketPathOf(const std::string& key) const {
    const std::string hash = Md5Hex(":1:" + key);
    return directory_ + "/" + hash.substr(0, 2) + "/" + hash.substr(2, 2) + "/" + hash.substr(4);
  }

  OwnedDirectory owned_ = std::move(OwnedDirectory::Create(testing::TempDir()).value());
  std::string directory_ = owned_.path() + "/cache";
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_BACKEND_FIXTURE_FOR_TESTS_H_
