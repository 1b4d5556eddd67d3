// A file system that soon runs full. For tests only.
//
// Thread safety: none; forks. Ownership: the file system goes with the child that it was made for.
#ifndef TEARPROOF_HARNESS_CORE_SMALL_DISK_FOR_TESTS_H_
#define TEARPROOF_HARNESS_CORE_SMALL_DISK_FOR_TESTS_H_

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>

namespace tearproof {

inline bool MountSmallDisk(const std::string& directory, const std::string& options) {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return mount("tearproof", directory.c_str(), "tmpfs", 0, ("mode=0777," + options).c_str()) == 0;
}

// The wait status of a child that ran `body` in a mount namespace of its own with a tmpfs(5) of
// these options ("size=2m") over `disk`, which is made; 0 where this machine lets us mount nothing.
inline int OnSmallDisk(const std::string& disk, const std::string& options,
                       const std::function<void()>& body) {
  mkdir(disk.c_str(), 0777);
  const pid_t child = fork();
  if (child == 0) {
    if (MountSmallDisk(disk, options)) body();
    std::fflush(stdout);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_SMALL_DISK_FOR_TESTS_H_
