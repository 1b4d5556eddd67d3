#include "harness/trace/open_files.h"

#include <utility>

namespace tearproof::trace {
namespace {

Access FreesLock(uint64_t file) { return {{ObjectKind::kLock, file}, AccessMode::kWrite}; }

}  // namespace

std::shared_ptr<Description> OpenFiles::Find(int descriptor) const {
  const auto found = slots_.find(descriptor);
  return found == slots_.end() ? nullptr : found->second.description;
}

void OpenFiles::Open(int descriptor, std::shared_ptr<Description> description, bool close_on_exec) {
  ++description->numbers;
  Slot& slot = slots_[descriptor];
  if (slot.description != nullptr) --slot.description->numbers;
  slot = {std::move(description), close_on_exec};
}

void OpenFiles::SetCloseOnExec(int descriptor, bool close_on_exec) {
  const auto found = slots_.find(descriptor);
  if (found != slots_.end()) found->second.close_on_exec = close_on_exec;
}

Footprint OpenFiles::FreedByClose(int descriptor) const {
  const auto found = slots_.find(descriptor);
  if (found == slots_.end()) return {};
  const Description& description = *found->second.description;
  const bool last = description.numbers == 1;
  if ((last && description.locked) || record_locked_.contains(description.file)) {
    return {FreesLock(description.file)};
  }
  return {};
}

Footprint OpenFiles::FreedByExit() const {
  std::set<uint64_t> files = record_locked_;
  std::map<const Description*, size_t> here;
  for (const auto& [descriptor, slot] : slots_) ++here[slot.description.get()];
  for (const auto& [descriptor, slot] : slots_) {
    if (slot.description->locked && slot.description->numbers == here[slot.description.get()]) {
      files.insert(slot.description->file);
    }
  }
  Footprint freed;
  for (const uint64_t file : files) freed.push_back(FreesLock(file));
  return freed;
}

void OpenFiles::Close(int descriptor) {
  const auto found = slots_.find(descriptor);
  if (found == slots_.end()) return;
  record_locked_.erase(found->second.description->file);
  --found->second.description->numbers;
  slots_.erase(found);
}

std::set<int> OpenFiles::Between(uint64_t first, uint64_t last) const {
  std::set<int> between;
  for (const auto& [descriptor, slot] : slots_) {
    const auto number = static_cast<uint64_t>(descriptor);
    if (number >= first && number <= last) between.insert(descriptor);
  }
  return between;
}

Footprint OpenFiles::Exec() {
  Footprint freed;
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    if (!slot->second.close_on_exec) {
      ++slot;
      continue;
    }
    const int descriptor = slot->first;
    const Footprint by_this = FreedByClose(descriptor);
    freed.insert(freed.end(), by_this.begin(), by_this.end());
    ++slot;
    Close(descriptor);
  }
  return freed;
}

void OpenFiles::Clear() {
  for (const auto& [descriptor, slot] : slots_) --slot.description->numbers;
  slots_.clear();
  record_locked_.clear();
}

std::shared_ptr<OpenFiles> OpenFiles::Forked() const {
  auto child = std::make_shared<OpenFiles>();
  child->slots_ = slots_;
  for (const auto& [descriptor, slot] : slots_) ++slot.description->numbers;
  return child;
}

}  // namespace tearproof::trace
