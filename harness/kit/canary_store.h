// A small sound cache whose steps can be replaced, one at a time, by wrong ones.
//
// Purpose: each backend of backends/broken/ is this store with one planted bug, so that what a
// checker finds there is that bug and nothing else. As it stands the store is sound: whoever
// changes anything holds flock(LOCK_EX) on DIR/lock; an entry is written to a temporary file and
// renamed; a reader needs no lock; nobody removes an expired entry but cull, under the lock.
//
// Entry: <md5 of the key>.entry, 8 bytes of deadline (nanoseconds since the epoch), then the value.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_KIT_CANARY_STORE_H_
#define TEARPROOF_HARNESS_KIT_CANARY_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/random.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/operations.h"

namespace tearproof::kit {

class CanaryStore : public Operations {
 public:
  explicit CanaryStore(const BackendSetup& setup);

 protected:
  void Init(const Request& request, Response& response) override;
  void Get(const Request& request, Response& response) override;
  void Has(const Request& request, Response& response) override;
  void Set(const Request& request, Response& response) override;
  void Add(const Request& request, Response& response) override;
  void Delete(const Request& request, Response& response) override;
  void Incr(const Request& request, Response& response) override;
  void Clear(const Request& request, Response& response) override;
  void Cull(const Request& request, Response& response) override;

  // The steps. Locks are held until the descriptor is closed; an invalid one holds nothing, and
  // without one nothing is changed.
  virtual UniqueFd LockForChange() { return Lock(/*exclusive=*/true); }
  virtual UniqueFd LockForReading() { return {}; }
  // Replaces the entry; 0 or an errno. `lock` is held.
  virtual int WriteEntry(const std::string& path, const std::string& text, UniqueFd& lock);
  // Its steps: fills the new temporary file, 0 or an errno; and what becomes of it after an error.
  virtual int FillTemporary(UniqueFd& fd, const std::string& text);
  virtual void GiveUp(const std::string& temporary);
  virtual bool HasExpired(int64_t deadline) const;
  // A reader has met an expired entry, without the lock.
  virtual void MeetExpired(const std::string& path);

  // What the steps are made of.
  static constexpr size_t kChunk = 512;  // Several calls a value: what is torn shows.
  static constexpr std::string_view kSuffix = ".entry";
  static std::string EntryText(std::string_view value, uint32_t ttl_millis);
  const std::string& directory() const { return directory_; }
  std::string PathOf(std::string_view key) const;
  UniqueFd Lock(bool exclusive) const;
  // Makes a temporary file with O_EXCL: 0 or an errno.
  int CreateTemporary(UniqueFd& fd, std::string& path);
  // The entry's value, unless it is absent or has expired. Sets a hit, a miss or an error.
  void Read(const std::string& path, Response& response);
  // Writes and sets done or an error.
  void Store(const std::string& path, const std::string& text, UniqueFd& lock, Response& response);
  // Adds the paths of all entries: 0 or an errno.
  int ListEntries(std::vector<std::string>& paths) const;
  // Else it sets an error.
  bool IsLocked(const UniqueFd& lock, Response& response) const;
  Random& random() { return random_; }

 private:
  std::string directory_;
  Random random_;
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_CANARY_STORE_H_
