// The bytes of a file, in blocks that copies share until one of them changes.
//
// Purpose: thousands of states of a disk differ in a few blocks. A copy costs a pointer a block,
// and the digest of a block is computed once, whoever shares it. A block of zeros takes no room.
// Thread safety: as plain data; copies may be used by several threads at once.
#ifndef TEARPROOF_HARNESS_CRASH_FILE_BYTES_H_
#define TEARPROOF_HARNESS_CRASH_FILE_BYTES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tearproof::crash {

using Digest = std::array<uint64_t, 2>;

// Of any bytes, by XXH3.
Digest DigestOf(std::string_view bytes);

class FileBytes {
 public:
  FileBytes() = default;
  FileBytes(std::string_view bytes);    // NOLINT(google-explicit-constructor): the same bytes.
  FileBytes(const std::string& bytes);  // NOLINT(google-explicit-constructor)
  FileBytes(const char* bytes);         // NOLINT(google-explicit-constructor)

  uint64_t size() const { return size_; }
  // What is new is zero.
  void Resize(uint64_t size);
  // REQUIRES: offset + bytes.size() <= size().
  void Replace(uint64_t offset, std::string_view bytes);
  // The same of what `source` has from `begin` up to `end`, whose whole blocks are shared.
  // REQUIRES: also, end <= source.size(); begin is as far behind the beginning of a block as
  // offset.
  void Replace(uint64_t offset, const FileBytes& source, uint64_t begin, uint64_t end);

  std::string ToString() const;
  // Appends length and digests of the blocks: the same for the same bytes, and for no others.
  void AppendIdentity(std::vector<uint64_t>* numbers) const;

  // The smallest piece in which a disk writes.
  static constexpr uint64_t kBlock = 512;

  friend bool operator==(const FileBytes& a, const FileBytes& b);

 private:
  struct Block;

  // The block, ours alone, to be changed.
  Block& Own(size_t index);

  uint64_t size_ = 0;
  // nullptr: zeros. What lies behind the end of the file is zero in its block.
  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_FILE_BYTES_H_
