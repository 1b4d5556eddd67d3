#include "harness/crash/disk_images.h"

#include <xxhash.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "harness/core/check.h"
#include "harness/crash/crash_choices.h"

namespace tearproof::crash {
namespace {

constexpr uint64_t kDiskSector = 512;

// The hash of each sector that is not all zero: what was never written reads as zero.
using Sectors = std::unordered_map<uint64_t, uint64_t>;

struct HashedSector {
  uint64_t sector;
  uint64_t hash;
};

std::vector<HashedSector> HashesOf(const DiskRecord& record) {
  TEARPROOF_CHECK(record.offset % kDiskSector == 0 && record.bytes.size() % kDiskSector == 0,
                  "a disk is written in whole sectors");
  std::vector<HashedSector> hashes;
  for (uint64_t at = 0; at < record.bytes.size(); at += kDiskSector) {
    const char* begin = record.bytes.data() + at;
    const bool zero = std::all_of(begin, begin + kDiskSector, [](char c) { return c == '\0'; });
    const uint64_t sector = (record.offset + at) / kDiskSector;
    hashes.push_back({sector, zero ? 0 : XXH3_64bits_withSeed(begin, kDiskSector, sector)});
  }
  return hashes;
}

uint64_t HashAt(const Sectors& sectors, uint64_t sector) {
  const auto found = sectors.find(sector);
  return found == sectors.end() ? 0 : found->second;
}

// One moment: what is on the disk for sure, and what may be.
struct Epoch {
  uint32_t calls = 0;
  std::vector<uint32_t> flushed;
  std::vector<uint32_t> since;
  Sectors content;    // Of what is flushed.
  uint64_t sum = 0;   // Of the hashes in it: a digest.
  CrashPoint losses;  // Of `since`, counted from its end.
};

// All runs of `count` writes that may be missing, the last write being number 0: the runs that
// leave a beginning come first.
CrashPoint LossesOf(size_t count) {
  CrashPoint point;
  const auto end = static_cast<uint32_t>(count);
  for (uint32_t first = 0; first < end; ++first) {
    for (uint32_t last = first; last < end; ++last) point.losses.push_back({0, first, last});
  }
  return point;
}

class ImageMakerOfEpochs {
 public:
  ImageMakerOfEpochs(const std::vector<DiskRecord>& records, const ImageBudget& budget)
      : records_(records), budget_(budget) {
    for (const DiskRecord& record : records) hashes_.push_back(HashesOf(record));
  }

  void FindEpochs(size_t begin, const std::function<uint32_t(size_t)>& calls_at) {
    Epoch now;
    const auto add = [&](size_t written) {
      if (written < begin) return;
      epochs_.push_back(now);
      epochs_.back().calls = calls_at(written);
      epochs_.back().losses = LossesOf(now.since.size());
    };
    for (uint32_t i = 0; i < records_.size(); ++i) {
      if (!records_[i].flush) {
        now.since.push_back(i);
        continue;
      }
      add(i);
      for (const uint32_t index : now.since) Flush(index, &now);
      now.since.clear();
      add(i + 1);
    }
    add(records_.size());
  }

  DiskImages Draw() {
    found_.epochs = epochs_.size();
    for (bool any = true; any; ++found_.losses) {
      const std::optional<bool> drawn = DrawLevel(found_.losses);
      if (!drawn) return std::move(found_);
      any = *drawn;
    }
    found_.exhausted = true;
    return std::move(found_);
  }

 private:
  void Flush(uint32_t index, Epoch* epoch) const {
    epoch->flushed.push_back(index);
    for (const auto& [sector, hash] : hashes_[index]) {
      uint64_t& known = epoch->content[sector];
      epoch->sum += hash - known;
      known = hash;
    }
  }

  // One of each epoch in turn. Whether there was any; nothing where the budget ended it.
  std::optional<bool> DrawLevel(uint64_t losses) {
    std::vector<ExhaustiveChoices> choices(epochs_.size());
    std::vector<bool> done(epochs_.size(), false);
    bool any = false;
    while (std::find(done.begin(), done.end(), false) != done.end()) {
      for (size_t i = 0; i < epochs_.size(); ++i) {
        if (done[i]) continue;
        const auto drawn = DrawLosses(epochs_[i].losses, losses, choices[i]);
        if (drawn) {
          any = true;
          if (found_.images.size() >= budget_.images || found_.drawn >= budget_.drawn) return {};
          Add(epochs_[i], *drawn);
        }
        done[i] = !choices[i].Advance();
      }
    }
    return any;
  }

  void Add(const Epoch& epoch, const std::vector<Loss>& losses) {
    ++found_.drawn;
    std::vector<bool> lost(epoch.since.size(), false);
    for (const Loss& loss : losses) {
      for (uint32_t i = loss.first; i <= loss.last; ++i) lost[lost.size() - 1 - i] = true;
    }
    DiskImage image = {epoch.calls, epoch.flushed};
    Sectors changed;
    for (size_t i = 0; i < lost.size(); ++i) {
      if (lost[i]) continue;
      image.records.push_back(epoch.since[i]);
      for (const auto& [sector, hash] : hashes_[epoch.since[i]]) changed[sector] = hash;
    }
    uint64_t sum = epoch.sum;
    for (const auto& [sector, hash] : changed) sum += hash - HashAt(epoch.content, sector);
    if (seen_.emplace(epoch.calls, sum).second) found_.images.push_back(std::move(image));
  }

  const std::vector<DiskRecord>& records_;
  const ImageBudget& budget_;
  std::vector<std::vector<HashedSector>> hashes_;
  std::vector<Epoch> epochs_;
  std::set<std::pair<uint32_t, uint64_t>> seen_;
  DiskImages found_;
};

}  // namespace

DiskImages ImagesOf(const std::vector<DiskRecord>& records, size_t begin,
                    const std::function<uint32_t(size_t)>& calls_at, const ImageBudget& budget) {
  ImageMakerOfEpochs maker(records, budget);
  maker.FindEpochs(begin, calls_at);
  return maker.Draw();
}

}  // namespace tearproof::crash
