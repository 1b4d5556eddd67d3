#include "harness/trace/open_files.h"

#include <algorithm>
#include <utility>

#include "harness/trace/event.h"

namespace tearproof::trace {
namespace {

void AddFreed(std::optional<bool> exclusive, uint64_t file, Footprint* freed) {
  if (!exclusive) return;
  Add({{ObjectKind::kLock, file}, *exclusive ? AccessMode::kWrite : AccessMode::kUpdate}, freed);
}

}  // namespace

void Openings::Note(const std::shared_ptr<Description>& description) {
  std::erase_if(descriptions_, [](const auto& known) { return known.expired(); });
  descriptions_.push_back(description);
}

bool Openings::IsOpen(uint64_t file) const {
  return std::any_of(descriptions_.begin(), descriptions_.end(), [&](const auto& known) {
    const std::shared_ptr<Description> description = known.lock();
    return description != nullptr && description->file == file && description->numbers > 0;
  });
}

std::shared_ptr<Description> OpenFiles::Find(int descriptor) const {
  const auto found = slots_.find(descriptor);
  return found == slots_.end() ? nullptr : found->second.description;
}

void OpenFiles::Open(int descriptor, std::shared_ptr<Description> description, bool close_on_exec) {
  Close(descriptor);
  ++description->numbers;
  slots_[descriptor] = {std::move(description), close_on_exec};
}

void OpenFiles::SetCloseOnExec(int descriptor, bool close_on_exec) {
  const auto found = slots_.find(descriptor);
  if (found != slots_.end()) found->second.close_on_exec = close_on_exec;
}

Footprint OpenFiles::FreedByClose(int descriptor) const {
  const auto found = slots_.find(descriptor);
  if (found == slots_.end()) return {};
  const Description& description = *found->second.description;
  Footprint freed;
  if (description.numbers == 1) {
    AddFreed(locks_.Holds(description.number, description.file), description.file, &freed);
  }
  AddFreed(locks_.Holds(owner_, description.file), description.file, &freed);
  return freed;
}

Footprint OpenFiles::FreedByExit() const {
  Footprint freed;
  for (const uint64_t file : locks_.FilesOf(owner_)) {
    AddFreed(locks_.Holds(owner_, file), file, &freed);
  }
  std::map<const Description*, size_t> here;
  for (const auto& [descriptor, slot] : slots_) ++here[slot.description.get()];
  for (const auto& [description, count] : here) {
    if (description->numbers != count) continue;
    AddFreed(locks_.Holds(description->number, description->file), description->file, &freed);
  }
  // Not in the order of addresses.
  std::sort(freed.begin(), freed.end());
  return freed;
}

Footprint OpenFiles::OpeningsEndedByClose(int descriptor) const {
  const auto found = slots_.find(descriptor);
  if (found == slots_.end() || found->second.description->numbers > 1) return {};
  return {{{ObjectKind::kOpening, found->second.description->file}, AccessMode::kUpdate}};
}

Footprint OpenFiles::OpeningsEndedByExit() const {
  Footprint ended;
  for (const auto& [descriptor, slot] : slots_) {
    Add({{ObjectKind::kOpening, slot.description->file}, AccessMode::kUpdate}, &ended);
  }
  return ended;
}

std::vector<std::string> OpenFiles::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [descriptor, slot] : slots_) paths.push_back(slot.description->path);
  return paths;
}

void OpenFiles::Close(int descriptor) {
  const auto found = slots_.find(descriptor);
  if (found == slots_.end()) return;
  Description& description = *found->second.description;
  locks_.FreeAll(owner_, description.file);
  if (--description.numbers == 0) locks_.FreeAll(description.number, description.file);
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
  while (!slots_.empty()) Close(slots_.begin()->first);
}

std::shared_ptr<OpenFiles> OpenFiles::Forked() const {
  auto child = std::make_shared<OpenFiles>(&locks_);
  child->slots_ = slots_;
  for (const auto& [descriptor, slot] : slots_) ++slot.description->numbers;
  return child;
}

}  // namespace tearproof::trace
