#include "harness/kit/canary_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/kit/expiry.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"
#include "harness/kit/python.h"

namespace tearproof::kit {

CanaryStore::CanaryStore(const BackendSetup& setup)
    : directory_(setup.directory), random_(DeriveSeed(setup.seed, setup.process)) {}

std::string CanaryStore::EntryText(std::string_view value, uint32_t ttl_millis) {
  const int64_t deadline = DeadlineAfter(ttl_millis);
  std::string text(sizeof(deadline), '\0');
  std::memcpy(text.data(), &deadline, sizeof(deadline));
  text += value;
  return text;
}

std::string CanaryStore::PathOf(std::string_view key) const {
  return (directory_ + "/").append(Md5Hex(key)).append(kSuffix);
}

UniqueFd CanaryStore::Lock(bool exclusive) const {
  UniqueFd lock(open((directory_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  while (lock.valid() && flock(lock.get(), exclusive ? LOCK_EX : LOCK_SH) != 0) {
    if (errno != EINTR) lock.Reset();
  }
  return lock;
}

int CanaryStore::CreateTemporary(UniqueFd& fd, std::string& path) {
  return MakeTemporaryFile(random_, directory_ + "/new", ".temp", fd, path);
}

int CanaryStore::WriteEntry(const std::string& path, const std::string& text, UniqueFd&) {
  UniqueFd fd;
  std::string temporary;
  int problem = CreateTemporary(fd, temporary);
  if (problem != 0) return problem;
  problem = FillTemporary(fd, text);
  fd.Reset();
  if (problem == 0 && rename(temporary.c_str(), path.c_str()) != 0) problem = errno;
  if (problem != 0) GiveUp(temporary);
  return problem;
}

int CanaryStore::FillTemporary(UniqueFd& fd, const std::string& text) {
  return WriteAll(fd.get(), text, kChunk);
}

void CanaryStore::GiveUp(const std::string& temporary) { RemoveForSure(temporary); }

bool CanaryStore::HasExpired(int64_t deadline) const { return kit::HasExpired(deadline); }

void CanaryStore::MeetExpired(const std::string&) {}

void CanaryStore::Read(const std::string& path, Response& response) {
  std::string& text = response.value;
  const int problem = ReadFile(path, text);
  if (problem == ENOENT) return response.Is(Outcome::kMiss);
  if (problem != 0) return FailWithErrno(response, problem, "read", path);
  int64_t deadline = 0;
  if (text.size() < sizeof(deadline)) return FailWithErrno(response, EIO, "no header in", path);
  std::memcpy(&deadline, text.data(), sizeof(deadline));
  if (HasExpired(deadline)) {
    MeetExpired(path);
    return response.Is(Outcome::kMiss);
  }
  text.erase(0, sizeof(deadline));
  response.Is(Outcome::kHit);
}

void CanaryStore::Store(const std::string& path, const std::string& text, UniqueFd& lock,
                        Response& response) {
  const int problem = WriteEntry(path, text, lock);
  if (problem != 0) return FailWithErrno(response, problem, "write", path);
  response.Is(Outcome::kDone);
}

int CanaryStore::ListEntries(std::vector<std::string>& paths) const {
  std::vector<std::string> names;
  const int problem = ListDirectory(directory_, names);
  for (const std::string& name : names) {
    if (name.ends_with(kSuffix)) paths.push_back(directory_ + "/" + name);
  }
  return problem;
}

bool CanaryStore::IsLocked(const UniqueFd& lock, Response& response) const {
  if (!lock.valid()) FailWithErrno(response, errno, "lock", directory_);
  return lock.valid();
}

void CanaryStore::Init(const Request&, Response& response) {
  const int problem = MakeDirectories(directory_, 0777);
  if (problem != 0) return FailWithErrno(response, problem, "mkdir", directory_);
  response.Is(Outcome::kDone);
}

void CanaryStore::Get(const Request& request, Response& response) {
  const UniqueFd lock = LockForReading();
  Read(PathOf(request.key), response);
}

void CanaryStore::Has(const Request& request, Response& response) { Get(request, response); }

void CanaryStore::Set(const Request& request, Response& response) {
  UniqueFd lock = LockForChange();
  if (!IsLocked(lock, response)) return;
  Store(PathOf(request.key), EntryText(request.value, request.ttl_millis), lock, response);
}

void CanaryStore::Add(const Request& request, Response& response) {
  UniqueFd lock = LockForChange();
  if (!IsLocked(lock, response)) return;
  const std::string path = PathOf(request.key);
  Read(path, response);
  if (response.outcome == Outcome::kHit) return response.Is(Outcome::kRefused);
  if (response.outcome != Outcome::kMiss) return;
  Store(path, EntryText(request.value, request.ttl_millis), lock, response);
}

void CanaryStore::Delete(const Request& request, Response& response) {
  const UniqueFd lock = LockForChange();
  if (!IsLocked(lock, response)) return;
  const std::string path = PathOf(request.key);
  if (unlink(path.c_str()) == 0) return response.Is(Outcome::kDone);
  if (errno == ENOENT) return response.Is(Outcome::kRefused);
  FailWithErrno(response, errno, "unlink", path);
}

void CanaryStore::Incr(const Request& request, Response& response) {
  UniqueFd lock = LockForChange();
  if (!IsLocked(lock, response)) return;
  const std::string path = PathOf(request.key);
  Read(path, response);
  if (response.outcome == Outcome::kMiss) return response.Is(Outcome::kRefused);
  if (response.outcome != Outcome::kHit) return;
  std::string sum = response.value;
  if (!AddToNumber(sum, request.delta)) return response.Fail(0, "the value is no number");
  Store(path, EntryText(sum, kNoTtl), lock, response);
  response.value = sum;
}

void CanaryStore::Clear(const Request&, Response& response) {
  const UniqueFd lock = LockForChange();
  if (!IsLocked(lock, response)) return;
  std::vector<std::string> paths;
  int problem = ListEntries(paths);
  for (const std::string& path : paths) {
    if (problem == 0) problem = RemoveFile(path);
  }
  if (problem != 0) return FailWithErrno(response, problem, "clear", directory_);
  response.Is(Outcome::kDone);
}

void CanaryStore::Cull(const Request&, Response& response) {
  const UniqueFd lock = LockForChange();
  if (!IsLocked(lock, response)) return;
  std::vector<std::string> paths;
  const int problem = ListEntries(paths);
  for (const std::string& path : paths) {
    Response found;
    Read(path, found);
    if (found.outcome == Outcome::kMiss) RemoveFile(path);
  }
  if (problem != 0) return FailWithErrno(response, problem, "cull", directory_);
  response.Is(Outcome::kDone);
}

}  // namespace tearproof::kit
