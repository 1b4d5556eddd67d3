// What a disk may hold at each flush of a recorded run: images of it.
//
// Purpose: at each flush the disk holds all that was written before the flush before it, and any
// of what was written since (an epoch). Which of those are missing is drawn like the losses of a
// model: runs of neighbouring writes, the fewest runs first, and of one run the shortest beginning
// of the rest last. So the images of all epochs that lack one run come before those that lack two.
// Thread safety: pure functions. Units: bytes.
#ifndef TEARPROOF_HARNESS_CRASH_DISK_IMAGES_H_
#define TEARPROOF_HARNESS_CRASH_DISK_IMAGES_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tearproof::crash {

// A write of whole sectors, or a flush of all writes before.
struct DiskRecord {
  uint64_t offset = 0;
  std::string bytes;
  bool flush = false;
};

struct DiskImage {
  uint32_t calls = 0;             // So many had happened.
  std::vector<uint32_t> records;  // Those of the log that it has, in order.
};

struct ImageBudget {
  uint64_t images = 60;     // That differ in content, or in what had happened.
  uint64_t drawn = 20'000;  // Equal ones counted.
};

struct DiskImages {
  std::vector<DiskImage> images;
  uint64_t epochs = 0;
  uint64_t drawn = 0;
  uint64_t losses = 0;     // All that lack fewer runs of writes than this were drawn,
  bool exhausted = false;  // and there are no others.
};

// The images of all epochs that end at record `begin` or later. `calls_at`: how many calls had
// happened when so many records had been written.
DiskImages ImagesOf(const std::vector<DiskRecord>& records, size_t begin,
                    const std::function<uint32_t(size_t)>& calls_at, const ImageBudget& budget);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_DISK_IMAGES_H_
