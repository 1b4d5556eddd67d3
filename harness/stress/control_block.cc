#include "harness/stress/control_block.h"

#include <new>
#include <utility>

#include "harness/core/check.h"

namespace tearproof::stress {
namespace {

constexpr uint64_t kMagic = 0x3631'7072'6f66'5450;
constexpr size_t kSlotsAt = 256;
static_assert(sizeof(ControlHeader) <= kSlotsAt);

}  // namespace

Result<ControlBlock> ControlBlock::Create(const std::string& path, uint32_t slots) {
  ControlBlock block;
  TEARPROOF_ASSIGN_OR_RETURN(block.file_,
                             MappedFile::Create(path, kSlotsAt + slots * sizeof(WorkerSlot)));
  auto* header = new (block.file_.data()) ControlHeader;
  header->slot_count = slots;
  for (uint32_t i = 0; i < slots; ++i) {
    new (block.file_.data() + kSlotsAt + i * sizeof(WorkerSlot)) WorkerSlot;
  }
  header->magic = kMagic;
  return block;
}

Result<ControlBlock> ControlBlock::Open(const std::string& path) {
  ControlBlock block;
  TEARPROOF_ASSIGN_OR_RETURN(block.file_, MappedFile::Open(path, /*writable=*/true));
  if (block.file_.size() < kSlotsAt || block.header().magic != kMagic ||
      block.file_.size() < kSlotsAt + block.header().slot_count * sizeof(WorkerSlot)) {
    return UsageError(path + " is no control block of this version");
  }
  return block;
}

WorkerSlot& ControlBlock::slot(uint32_t index) const {
  TEARPROOF_CHECK(index < header().slot_count, "slot " + std::to_string(index));
  return *reinterpret_cast<WorkerSlot*>(Base() + kSlotsAt + index * sizeof(WorkerSlot));
}

}  // namespace tearproof::stress
