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

// What large memory is asked for and given back by.
inline constexpr uintptr_t kHugePageBytes = uintptr_t{2} << 20;

// Gives `advice` for the huge pages that lie wholly in [begin, end).
inline void AdviseLargeMemory(const void* begin, const void* end, int advice) {
  const uintptr_t first =
      (reinterpret_cast<uintptr_t>(begin) + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  const uintptr_t last = reinterpret_cast<uintptr_t>(end) / kHugePageBytes * kHugePageBytes;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, advice);
}

// As values.reserve(count); what was not touched before gets huge pages where the kernel has them.
template <typename Value>
void ReserveInHugePages(std::vector<Value>& values, size_t count) {
  values.reserve(count);
  AdviseLargeMemory(values.data(), values.data() + values.capacity(), MADV_HUGEPAGE);
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_LARGE_MEMORY_H_
