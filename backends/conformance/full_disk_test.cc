// One process on a file system that is really full: a tmpfs of two megabytes in a mount namespace
// of the test's own (user_namespaces(7)). Where the machine does not let us mount, the limit on
// the size of files in failures_test.cc is all that stands for it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>

#include "backends/conformance/subject.h"

namespace tearproof::backends::conformance {
namespace {

constexpr size_t kDiskBytes = 2 << 20;

// Mounts an empty file system over `directory`, seen by this process only.
bool MountSmallDisk(const std::string& directory) {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const std::string options = "mode=0777,size=" + std::to_string(kDiskBytes);
  return mount("tearproof", directory.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

// Whether a child that ran `body` came to its end and returned true.
bool InChild(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

std::vector<Parameter> KeepsValuesWholeWhereWeMayMount() {
  Result<OwnedDirectory> directory = OwnedDirectory::Create(testing::TempDir());
  if (!directory.ok() || !InChild([&] { return MountSmallDisk(directory.value().path()); })) {
    return {};
  }
  return Backends([](const BackendDescription& description) {
    return !description.broken &&
           description.Expected("stress", "*", Promise::kIntact) == Expectation::kMustHold;
  });
}

class SmallDiskTest : public testing::TestWithParam<Parameter> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SmallDiskTest);
INSTANTIATE_TEST_SUITE_P(Intact, SmallDiskTest,
                         testing::ValuesIn(KeepsValuesWholeWhereWeMayMount()), ParameterName);

bool Fails(const std::string& what, const std::string& more) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), more.c_str());
  return false;
}

bool KeepsTheOldValueOrTheNewOneOrNone(const Subject& subject) {
  if (!MountSmallDisk(subject.parent())) return Fails("mount", "it had worked before");
  Handle cache = subject.Open();
  const std::string old_value = ValueOf(600, 1);
  const std::string new_value = ValueOf(kDiskBytes + kDiskBytes / 2, 2);
  if (cache.Init() != Outcome::kDone) return Fails("init", cache.response().error);
  if (cache.Set("k0", old_value) != Outcome::kDone) return Fails("set", cache.response().error);
  if (cache.Set("k0", new_value) == Outcome::kDone && cache.Get("k0") == Outcome::kHit &&
      cache.value() == new_value) {
    return Fails("set", "more fits on the disk than it has room for");
  }
  const Outcome outcome = cache.Get("k0");
  if (outcome == Outcome::kHit) {
    return cache.value() == old_value ||
           Fails("get", std::to_string(cache.value().size()) + " bytes that nobody set");
  }
  return outcome == Outcome::kMiss || Fails("get", cache.response().error);
}

TEST_P(SmallDiskTest, LeavesTheOldValueOrNone) {
  const Subject subject(*GetParam());
  EXPECT_TRUE(InChild([&] { return KeepsTheOldValueOrTheNewOneOrNone(subject); }));
}

}  // namespace
}  // namespace tearproof::backends::conformance
