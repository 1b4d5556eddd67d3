// File primitives for backends in C++: nothing hidden, one system call where one is named.
//
// Purpose: backends differ in *which* calls they make in which order; how a whole buffer is written
// or read is the same everywhere. Functions return 0 or an errno; nothing throws.
// Thread and process safety: as the system calls'.
#ifndef TEARPROOF_HARNESS_KIT_FILE_IO_H_
#define TEARPROOF_HARNESS_KIT_FILE_IO_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/api/backend.h"
#include "harness/core/digest.h"

namespace tearproof::kit {

// write(2) until all is written, at most `chunk` bytes a call (a buffered writer's block).
int WriteAll(int fd, std::string_view bytes, size_t chunk = SIZE_MAX);
// read(2) until the end of the file; replaces `bytes`. Reads `block` bytes a call, at most
// 64 KiB.
int ReadAll(int fd, std::string& bytes, size_t block = 65536);
// open(O_RDONLY), ReadAll, close.
int ReadFile(const std::string& path, std::string& bytes, size_t block = 65536);

// mkdir(2) of `path` and of every missing parent, as mkdir -p. An existing directory is fine.
int MakeDirectories(const std::string& path, unsigned mode);

// Names in a directory, without "." and "..", sorted if asked.
int ListDirectory(const std::string& path, std::vector<std::string>& names, bool sorted = true);
// pwrite(2) until all is written.
int WriteAllAt(int fd, std::string_view bytes, int64_t offset);
// unlink(2); a file that is not there counts as removed.
int RemoveFile(const std::string& path);
// The same, of what nobody else would ever remove: where it fails it is tried again, a few times.
int RemoveForSure(const std::string& path);

// The MD5 of `text` in 32 lower-case hexadecimal digits (as caches name their files by).
using tearproof::Md5Hex;

// "set of k0 failed: open /dir/x: Permission denied" as a kError response.
void FailWithErrno(Response& response, int number, std::string_view call, std::string_view path);

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_FILE_IO_H_
