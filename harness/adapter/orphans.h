// Whatever a dead process has left running.
//
// Purpose: the guard of a killed worker's adapter (guarded_process.h) and all that it ends must be
// gone before the worker's last operation counts as over. While an OrphanKeeper lives, the kernel
// gives what loses its parent among our descendants to this process (prctl(2),
// PR_SET_CHILD_SUBREAPER), where it is found and ended, whatever process group or session it has
// made for itself. Thread safety: none, and no other thread may start processes meanwhile. Process
// safety: children that this process had before are left alone.
#ifndef TEARPROOF_HARNESS_ADAPTER_ORPHANS_H_
#define TEARPROOF_HARNESS_ADAPTER_ORPHANS_H_

#include <sys/types.h>

#include <set>

namespace tearproof::adapter {

class OrphanKeeper {
 public:
  OrphanKeeper();
  ~OrphanKeeper();  // Leaves all children as they are.
  OrphanKeeper(const OrphanKeeper&) = delete;
  OrphanKeeper& operator=(const OrphanKeeper&) = delete;

  // Kills and reaps the children that are neither `own` nor older than this object, and what those
  // leave in turn. Waits until they are gone, 10 s at most for each.
  void End(const std::set<pid_t>& own) const;

 private:
  std::set<pid_t> older_;
  int former_ = 0;
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_ORPHANS_H_
