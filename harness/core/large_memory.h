// Vectors of hundreds of megabytes: room that is quick to read here and there, and given back
// early.
//
// Purpose: with pages of 4 KiB a read far away costs a walk through the page tables besides the
// cache miss, and filling them a fault a page. madvise(2): hints, never errors.
// Thread safety: as the vectors'.
#ifndef TEARPROOF_HARNESS_CORE_LARGE_MEMORY_H_
#define TEARPROOF_HARNESS_CORE_LARGE_MEMORY_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tearproof {

// What large memory is asked for by, and given back by.
inline constexpr uintptr_t kHugePageBytes = uintptr_t{2} << 20;
inline constexpr uintptr_t kPageBytes = uintptr_t{4} << 10;

// Gives `advice` for the pages of that size that lie wholly in [begin, end).
inline void AdviseLargeMemory(void* begin, void* end, int advice, uintptr_t page_bytes) {
  const size_t bytes = static_cast<size_t>(static_cast<char*>(end) - static_cast<char*>(begin));
  const size_t skipped = (0 - reinterpret_cast<uintptr_t>(begin)) % page_bytes;
  if (bytes < skipped + page_bytes) return;
  const size_t whole = (bytes - skipped) / page_bytes * page_bytes;
  madvise(static_cast<char*>(begin) + skipped, whole, advice);
}

// As values.reserve(count); what was not touched before gets huge pages where the kernel has them.
template <typename Value>
void ReserveInHugePages(std::vector<Value>& values, size_t count) {
  values.reserve(count);
  AdviseLargeMemory(values.data(), values.data() + values.capacity(), MADV_HUGEPAGE,
                    kHugePageBytes);
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_LARGE_MEMORY_H_
