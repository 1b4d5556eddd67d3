// A cache whose every operation runs under one lock of its directory.
//
// Purpose: the common body of flock, fcntl-lock and lockfile. Readers hold the lock shared, all
// others exclusive, so no operation ever sees another half done, and each may be written plainly:
// get then set is a correct incr, a look and then a write a correct add.
//
// Entries are written in place, yet a killed writer leaves no torn one: the header goes last, in
// one write of 24 bytes within one page, and an entry without a whole header is no entry. So after
// a kill within set a key is missing, never wrong.
//
// Entry file: EntryHeader, then the value. Name: <md5 of the key>.entry.
// Thread safety: none. Ownership: owns its lock.
#ifndef TEARPROOF_HARNESS_KIT_LOCKED_STORE_H_
#define TEARPROOF_HARNESS_KIT_LOCKED_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/random.h"
#include "harness/kit/directory_lock.h"
#include "harness/kit/operations.h"

namespace tearproof::kit {

class LockedStore : public Operations {
 public:
  // `setup.options` holds max_entries, a number; 0 is no limit. Error: kUsage if it is none.
  static Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup,
                                               std::unique_ptr<DirectoryLock> lock);

  LockedStore(const BackendSetup& setup, uint64_t max_entries, std::unique_ptr<DirectoryLock> lock);

 protected:
  void Init(const Request& request, Response& response) override;
  void Get(const Request& request, Response& response) override;
  void Has(const Request& request, Response& response) override;
  void Set(const Request& request, Response& response) override;
  void Add(const Request& request, Response& response) override;
  void Delete(const Request& request, Response& response) override;
  void Incr(const Request& request, Response& response) override;
  void Touch(const Request& request, Response& response) override;
  void Clear(const Request& request, Response& response) override;
  void Cull(const Request& request, Response& response) override;

 private:
  std::string PathOf(std::string_view key) const;
  // Runs `body` under the lock, unless the lock fails.
  template <typename Body>
  void Locked(LockMode mode, Response& response, Body body);

  // The rest REQUIRES the lock: the exclusive one where it changes anything.
  // Writes the entry, then evicts others if the limit is passed.
  void Store(const std::string& path, std::string_view value, int64_t deadline, Response& response);
  int ListEntries(std::vector<std::string>& paths) const;
  // Removes random entries, never `spared`, until `paths` is within the limit.
  int Evict(std::vector<std::string>& paths, const std::string& spared);

  std::string directory_;
  uint64_t max_entries_;
  std::unique_ptr<DirectoryLock> lock_;
  Random random_;
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_LOCKED_STORE_H_
