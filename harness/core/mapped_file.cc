#include "harness/core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace tearproof {

Result<MappedFile> MappedFile::Create(const std::string& path, size_t bytes) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return SystemError(errno, "cannot create " + path);
  int problem = EINTR;
  while (problem == EINTR) problem = posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes));
  if (problem != 0) {
    unlink(path.c_str());  // Created a line above, by O_EXCL.
    return SystemError(problem, "cannot allocate " + std::to_string(bytes) + " bytes for " + path,
                       "free some space and run again");
  }
  Result<MappedFile> file = Map(std::move(fd), path, bytes, /*writable=*/true);
  if (!file.ok()) unlink(path.c_str());
  return file;
}

Result<MappedFile> MappedFile::Open(const std::string& path, bool writable) {
  // O_NONBLOCK: a FIFO in the file's place must be an error, not a wait.
  const int access = writable ? O_RDWR : O_RDONLY;
  UniqueFd fd(open(path.c_str(), access | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, "cannot open " + path);
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return SystemError(errno, "cannot stat " + path);
  if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    return UsageError(path + " is empty or no regular file");
  }
  return Map(std::move(fd), path, static_cast<size_t>(status.st_size), writable);
}

Result<MappedFile> MappedFile::Map(UniqueFd fd, const std::string& path, size_t bytes,
                                   bool writable) {
  void* address =
      mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd.get(), 0);
  if (address == MAP_FAILED) return SystemError(errno, "cannot map " + path);
  MappedFile file;
  file.fd_ = std::move(fd);
  file.address_ = address;
  file.size_ = bytes;
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      address_(std::exchange(other.address_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this == &other) return *this;
  Unmap();
  fd_ = std::move(other.fd_);
  address_ = std::exchange(other.address_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

MappedFile::~MappedFile() { Unmap(); }

void MappedFile::Unmap() {
  if (address_ != nullptr) munmap(address_, size_);
  address_ = nullptr;
}

}  // namespace tearproof
