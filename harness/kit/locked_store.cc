#include "harness/kit/locked_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "harness/core/text.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/expiry.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"

namespace tearproof::kit {
namespace {

constexpr std::string_view kEntrySuffix = ".entry";
constexpr uint64_t kWhole = 0x6c6f72746e6f632eULL;

// `whole` comes last, so that a header cut short lacks it.
struct EntryHeader {
  int64_t deadline = kNoDeadline;
  uint64_t length = 0;
  uint64_t whole = kWhole;
};
static_assert(sizeof(EntryHeader) == 24);

// An entry as found on the disk. `problem` 0: the file is open and its header is whole; ENOENT:
// there is none, or none that a writer finished; else the errno.
struct FoundEntry {
  UniqueFd fd;
  EntryHeader header;
  int problem = 0;

  bool missing() const {
    return problem == ENOENT || (problem == 0 && HasExpired(header.deadline));
  }
};

FoundEntry Find(const std::string& path, int flags) {
  FoundEntry found;
  found.fd.Reset(open(path.c_str(), flags | O_CLOEXEC));
  if (!found.fd.valid()) {
    found.problem = errno;
    return found;
  }
  size_t used = 0;
  while (used < sizeof(EntryHeader)) {
    const ssize_t got = read(found.fd.get(), reinterpret_cast<char*>(&found.header) + used,
                             sizeof(EntryHeader) - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) found.problem = errno;
    if (got <= 0) break;
    used += static_cast<size_t>(got);
  }
  const bool whole = used == sizeof(EntryHeader) && found.header.whole == kWhole;
  if (found.problem == 0 && !whole) found.problem = ENOENT;
  return found;
}

// Reads the value that follows the header. A file shorter than its header says is EIO.
int ReadValue(const FoundEntry& found, std::string& value) {
  value.resize(found.header.length);
  size_t used = 0;
  while (used < value.size()) {
    const ssize_t got = read(found.fd.get(), value.data() + used, value.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? errno : EIO;
    used += static_cast<size_t>(got);
  }
  return 0;
}

// A failure after O_TRUNC has cost the old value: what is left is no entry and goes.
int WriteEntry(const std::string& path, std::string_view value, int64_t deadline) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.valid()) return errno;
  const EntryHeader header{deadline, value.size(), kWhole};
  int problem = lseek(fd.get(), sizeof(header), SEEK_SET) < 0 ? errno : 0;
  if (problem == 0) problem = WriteAll(fd.get(), value);
  if (problem == 0) {
    problem = WriteAllAt(fd.get(), {reinterpret_cast<const char*>(&header), sizeof(header)}, 0);
  }
  if (problem != 0) RemoveFile(path);
  return problem;
}

}  // namespace

Result<std::unique_ptr<Backend>> LockedStore::Open(const BackendSetup& setup,
                                                   std::unique_ptr<DirectoryLock> lock) {
  const std::string& text = setup.options.at("max_entries");
  const std::optional<int64_t> limit = ParseNumber(text);
  if (!limit || *limit < 0) {
    return UsageError("max_entries=" + EscapeForTerminal(text) + " is no number of entries",
                      "give a whole number; 0 is no limit");
  }
  return std::unique_ptr<Backend>(
      std::make_unique<LockedStore>(setup, static_cast<uint64_t>(*limit), std::move(lock)));
}

LockedStore::LockedStore(const BackendSetup& setup, uint64_t max_entries,
                         std::unique_ptr<DirectoryLock> lock)
    : directory_(setup.directory),
      max_entries_(max_entries),
      lock_(std::move(lock)),
      random_(DeriveSeed(setup.seed, setup.process)) {}

std::string LockedStore::PathOf(std::string_view key) const {
  return directory_ + "/" + Md5Hex(key) + std::string(kEntrySuffix);
}

template <typename Body>
void LockedStore::Locked(LockMode mode, Response& response, Body body) {
  const int problem = lock_->Acquire(mode);
  if (problem != 0) return FailWithErrno(response, problem, "lock", directory_);
  body();
  const int left = lock_->Release();
  if (left != 0) FailWithErrno(response, left, "unlock", directory_);
}

void LockedStore::Init(const Request&, Response& response) {
  int problem = MakeDirectories(directory_, 0777);
  if (problem != 0) return FailWithErrno(response, problem, "mkdir", directory_);
  problem = lock_->Open(directory_);
  if (problem != 0) return FailWithErrno(response, problem, "open the lock of", directory_);
  response.Is(Outcome::kDone);
}

void LockedStore::Get(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kShared, response, [&] {
    const FoundEntry found = Find(path, O_RDONLY);
    if (found.missing()) return response.Is(Outcome::kMiss);
    if (found.problem != 0) return FailWithErrno(response, found.problem, "read", path);
    const int problem = ReadValue(found, response.value);
    if (problem != 0) return FailWithErrno(response, problem, "read", path);
    response.Is(Outcome::kHit);
  });
}

void LockedStore::Has(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kShared, response, [&] {
    const FoundEntry found = Find(path, O_RDONLY);
    if (found.missing()) return response.Is(Outcome::kMiss);
    if (found.problem != 0) return FailWithErrno(response, found.problem, "read", path);
    response.Is(Outcome::kHit);
  });
}

void LockedStore::Set(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kExclusive, response,
         [&] { Store(path, request.value, DeadlineAfter(request.ttl_millis), response); });
}

void LockedStore::Add(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kExclusive, response, [&] {
    const FoundEntry found = Find(path, O_RDONLY);
    if (found.missing()) {
      return Store(path, request.value, DeadlineAfter(request.ttl_millis), response);
    }
    if (found.problem != 0) return FailWithErrno(response, found.problem, "read", path);
    response.Is(Outcome::kRefused);
  });
}

// An entry that has expired, or was never finished, is removed and was not there.
void LockedStore::Delete(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kExclusive, response, [&] {
    const bool missing = Find(path, O_RDONLY).missing();
    const int problem = RemoveFile(path);
    if (problem != 0) return FailWithErrno(response, problem, "unlink", path);
    response.Is(missing ? Outcome::kRefused : Outcome::kDone);
  });
}

void LockedStore::Incr(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kExclusive, response, [&] {
    const FoundEntry found = Find(path, O_RDONLY);
    if (found.missing()) return response.Is(Outcome::kRefused);
    int problem = found.problem;
    if (problem == 0) problem = ReadValue(found, response.value);
    if (problem != 0) return FailWithErrno(response, problem, "read", path);
    if (!AddToNumber(response.value, request.delta)) return response.Is(Outcome::kRefused);
    Store(path, response.value, found.header.deadline, response);
  });
}

void LockedStore::Touch(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  Locked(LockMode::kExclusive, response, [&] {
    const FoundEntry found = Find(path, O_RDWR);
    if (found.missing()) return response.Is(Outcome::kRefused);
    if (found.problem != 0) return FailWithErrno(response, found.problem, "open", path);
    const int64_t deadline = DeadlineAfter(request.ttl_millis);
    const int problem =
        WriteAllAt(found.fd.get(), {reinterpret_cast<const char*>(&deadline), sizeof(deadline)},
                   offsetof(EntryHeader, deadline));
    if (problem != 0) return FailWithErrno(response, problem, "write", path);
    response.Is(Outcome::kDone);
  });
}

void LockedStore::Clear(const Request&, Response& response) {
  Locked(LockMode::kExclusive, response, [&] {
    std::vector<std::string> paths;
    int problem = ListEntries(paths);
    for (const std::string& path : paths) {
      if (problem == 0) problem = RemoveFile(path);
    }
    if (problem != 0) return FailWithErrno(response, problem, "clear", directory_);
    response.Is(Outcome::kDone);
  });
}

void LockedStore::Cull(const Request&, Response& response) {
  Locked(LockMode::kExclusive, response, [&] {
    std::vector<std::string> paths;
    int problem = ListEntries(paths);
    std::vector<std::string> living;
    for (std::string& path : paths) {
      if (problem != 0) break;
      if (Find(path, O_RDONLY).missing()) {
        problem = RemoveFile(path);
      } else {
        living.push_back(std::move(path));
      }
    }
    if (problem == 0) problem = Evict(living, "");
    if (problem != 0) return FailWithErrno(response, problem, "cull", directory_);
    response.Is(Outcome::kDone);
  });
}

void LockedStore::Store(const std::string& path, std::string_view value, int64_t deadline,
                        Response& response) {
  int problem = WriteEntry(path, value, deadline);
  if (problem != 0) return FailWithErrno(response, problem, "write", path);
  response.Is(Outcome::kDone);
  if (max_entries_ == 0) return;
  std::vector<std::string> paths;
  problem = ListEntries(paths);
  if (problem == 0) problem = Evict(paths, path);
  if (problem != 0) FailWithErrno(response, problem, "cull", directory_);
}

int LockedStore::ListEntries(std::vector<std::string>& paths) const {
  const int problem = ListDirectory(directory_, paths);
  std::erase_if(paths, [](const std::string& name) { return !name.ends_with(kEntrySuffix); });
  for (std::string& path : paths) path = directory_ + "/" + path;
  return problem;
}

int LockedStore::Evict(std::vector<std::string>& paths, const std::string& spared) {
  if (max_entries_ == 0) return 0;
  const auto kept = std::find(paths.begin(), paths.end(), spared);
  const bool spares = kept != paths.end();
  if (spares) paths.erase(kept);
  const uint64_t room = max_entries_ - (spares ? 1 : 0);
  while (paths.size() > room) {
    std::swap(paths[random_.Below(paths.size())], paths.back());
    const int problem = RemoveFile(paths.back());
    if (problem != 0) return problem;
    paths.pop_back();
  }
  return 0;
}

}  // namespace tearproof::kit
