#include "harness/crash/file_bytes.h"

#include <xxhash.h>

#include <algorithm>
#include <atomic>

#include "harness/core/check.h"

namespace tearproof::crash {
namespace {

constexpr uint64_t kBlockBytes = FileBytes::kBlock;
using Bytes = std::array<char, kBlockBytes>;

constexpr Bytes kZeros = {};

uint64_t BlocksOf(uint64_t size) { return (size + kBlockBytes - 1) / kBlockBytes; }

}  // namespace

Digest DigestOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

struct FileBytes::Block {
  Block() = default;
  Block(const Block& other) : bytes(other.bytes) {}

  Digest Identity() const {
    if (!known.load(std::memory_order_acquire)) {
      const Digest digest = DigestOf({bytes.data(), bytes.size()});
      // Two who share the block and come here at once store the same.
      low.store(digest[0], std::memory_order_relaxed);
      high.store(digest[1], std::memory_order_relaxed);
      known.store(true, std::memory_order_release);
    }
    return {low.load(std::memory_order_relaxed), high.load(std::memory_order_relaxed)};
  }

  Bytes bytes = {};
  mutable std::atomic<bool> known = false;
  mutable std::atomic<uint64_t> low = 0;
  mutable std::atomic<uint64_t> high = 0;
};

FileBytes::FileBytes(std::string_view bytes) {
  Resize(bytes.size());
  Replace(0, bytes);
}

FileBytes::FileBytes(const std::string& bytes) : FileBytes(std::string_view(bytes)) {}

FileBytes::FileBytes(const char* bytes) : FileBytes(std::string_view(bytes)) {}

FileBytes::Block& FileBytes::Own(size_t index) {
  std::shared_ptr<Block>& block = blocks_[index];
  if (block == nullptr) {
    block = std::make_shared<Block>();
  } else if (block.use_count() > 1) {
    block = std::make_shared<Block>(*block);
  }
  block->known.store(false, std::memory_order_relaxed);
  return *block;
}

void FileBytes::Resize(uint64_t size) {
  blocks_.resize(BlocksOf(size));
  const uint64_t within = size % kBlockBytes;
  if (size < size_ && within != 0 && blocks_.back() != nullptr) {
    Bytes& last = Own(blocks_.size() - 1).bytes;
    std::fill(last.begin() + static_cast<ptrdiff_t>(within), last.end(), '\0');
  }
  size_ = size;
}

void FileBytes::Replace(uint64_t offset, std::string_view bytes) {
  TEARPROOF_CHECK(offset <= size_ && bytes.size() <= size_ - offset, "bytes within the file");
  while (!bytes.empty()) {
    const uint64_t within = offset % kBlockBytes;
    const uint64_t length = std::min<uint64_t>(bytes.size(), kBlockBytes - within);
    Bytes& block = Own(offset / kBlockBytes).bytes;
    bytes.copy(block.data() + within, length);
    bytes.remove_prefix(length);
    offset += length;
  }
}

void FileBytes::Replace(uint64_t offset, const FileBytes& source, uint64_t begin, uint64_t end) {
  TEARPROOF_CHECK(offset <= size_ && end - begin <= size_ - offset, "bytes within the file");
  TEARPROOF_CHECK(end <= source.size_ && (offset - begin) % kBlockBytes == 0, "blocks that match");
  while (begin < end) {
    const uint64_t within = begin % kBlockBytes;
    const uint64_t length = std::min(end - begin, kBlockBytes - within);
    const std::shared_ptr<Block>& from = source.blocks_[begin / kBlockBytes];
    // The last one is as good as whole, if it is the last one in both.
    const bool last = offset + length == size_ && begin + length == source.size_;
    if (within == 0 && (length == kBlockBytes || last)) {
      blocks_[offset / kBlockBytes] = from;
    } else {
      const Bytes& bytes = from == nullptr ? kZeros : from->bytes;
      Replace(offset, {bytes.data() + within, length});
    }
    begin += length;
    offset += length;
  }
}

std::string FileBytes::ToString() const {
  std::string bytes;
  bytes.reserve(blocks_.size() * kBlockBytes);
  for (const std::shared_ptr<Block>& block : blocks_) {
    const Bytes& piece = block == nullptr ? kZeros : block->bytes;
    bytes.append(piece.data(), piece.size());
  }
  bytes.resize(size_);
  return bytes;
}

void FileBytes::AppendIdentity(std::vector<uint64_t>* numbers) const {
  static const Digest zeros = DigestOf({kZeros.data(), kZeros.size()});
  numbers->push_back(size_);
  for (const std::shared_ptr<Block>& block : blocks_) {
    const Digest digest = block == nullptr ? zeros : block->Identity();
    numbers->insert(numbers->end(), digest.begin(), digest.end());
  }
}

bool operator==(const FileBytes& a, const FileBytes& b) {
  std::vector<uint64_t> numbers[2];
  a.AppendIdentity(&numbers[0]);
  b.AppendIdentity(&numbers[1]);
  return numbers[0] == numbers[1];
}

}  // namespace tearproof::crash
