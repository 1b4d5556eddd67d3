// A file mapped shared and writable: what is stored into it survives the process that stored it.
//
// Purpose: histories and the control block. The kernel keeps a shared mapping's pages when a
// process is killed, SIGKILL included (mmap(2), MAP_SHARED), so a store is a record.
// Thread and process safety: the mapping is shared memory; its users agree on who writes what.
// Ownership: owns mapping and descriptor. Errors: kEnvironment, with errno.
#ifndef TEARPROOF_HARNESS_CORE_MAPPED_FILE_H_
#define TEARPROOF_HARNESS_CORE_MAPPED_FILE_H_

#include <cstddef>
#include <string>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof {

class MappedFile {
 public:
  // Creates `path` (it must not exist), allocates `bytes` on disk and maps them. Allocation comes
  // first, so that a full disk is an error here and not a SIGBUS later.
  static Result<MappedFile> Create(const std::string& path, size_t bytes);
  // Maps an existing file whole. `writable` decides whether stores are allowed.
  static Result<MappedFile> Open(const std::string& path, bool writable);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  char* data() { return static_cast<char*>(address_); }
  const char* data() const { return static_cast<const char*>(address_); }
  size_t size() const { return size_; }

 private:
  static Result<MappedFile> Map(UniqueFd fd, const std::string& path, size_t bytes, bool writable);
  void Unmap();

  UniqueFd fd_;
  void* address_ = nullptr;
  size_t size_ = 0;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_MAPPED_FILE_H_
