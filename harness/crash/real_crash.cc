#include "harness/crash/real_crash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace tearproof::crash {
namespace {

// An image file with the records, in a directory of its own beside the place where it is mounted.
class ImageMaker {
 public:
  static Result<ImageMaker> Start(const RealSetup& setup) {
    TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory home,
                               OwnedDirectory::Create(setup.cache.parent_directory));
    ImageMaker maker(std::move(home));
    if (mkdir(maker.mounted().c_str(), 0700) != 0) {
      return SystemError(errno, "cannot make " + maker.mounted());
    }
    return maker;
  }

  Result<void> Make(const std::vector<DiskRecord>& records, const DiskImage& image, uint64_t size) {
    unlink(file().c_str());
    const UniqueFd made(open(file().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made.valid() || ftruncate(made.get(), static_cast<off_t>(size)) != 0) {
      return SystemError(errno, "cannot make an image");
    }
    for (const uint32_t index : image.records) {
      const DiskRecord& record = records[index];
      const ssize_t written = pwrite(made.get(), record.bytes.data(), record.bytes.size(),
                                     static_cast<off_t>(record.offset));
      if (written != static_cast<ssize_t>(record.bytes.size())) {
        return SystemError(errno, "cannot write an image");
      }
    }
    return {};
  }

  std::string file() const { return home_.path() + "/image"; }
  std::string mounted() const { return home_.path() + "/mounted"; }

 private:
  explicit ImageMaker(OwnedDirectory home) : home_(std::move(home)) {}
  OwnedDirectory home_;
};

}  // namespace

std::vector<DiskImage> ImagesOf(const std::vector<DiskRecord>& records, size_t begin,
                                const std::function<uint32_t(size_t)>& calls_at, size_t most) {
  std::vector<DiskImage> images;
  std::set<std::pair<uint32_t, std::vector<uint32_t>>> seen;
  std::vector<uint32_t> flushed;
  std::vector<uint32_t> since;
  const auto add = [&](size_t written, const std::vector<uint32_t>& kept) {
    DiskImage image = {calls_at(written), flushed};
    image.records.insert(image.records.end(), kept.begin(), kept.end());
    if (images.size() < most && seen.emplace(image.calls, image.records).second) {
      images.push_back(std::move(image));
    }
  };
  for (uint32_t i = 0; i <= records.size(); ++i) {
    const bool ends = i == records.size() || records[i].flush;
    if (i >= begin && ends) {
      // The moment before the flush: any of them may be there.
      for (size_t length = 0; length <= since.size(); ++length) {
        add(i, {since.begin(), since.begin() + static_cast<int64_t>(length)});
      }
      for (size_t lost = 0; lost < since.size(); ++lost) {
        std::vector<uint32_t> kept = since;
        kept.erase(kept.begin() + static_cast<int64_t>(lost));
        add(i, kept);
      }
    }
    if (i == records.size()) break;
    if (!records[i].flush) {
      since.push_back(i);
      continue;
    }
    flushed.insert(flushed.end(), since.begin(), since.end());
    since.clear();
    if (i >= begin) add(i + 1, {});
  }
  return images;
}

Result<RealRun> CrashForReal(const RealSetup& setup, uint32_t commit_after) {
  RealRun real;
  std::vector<DiskRecord> records;
  std::vector<size_t> written_at;  // How many records there were after each call.
  size_t begin = 0;
  std::filesystem::path cache;
  {
    TEARPROOF_ASSIGN_OR_RETURN(const auto disk,
                               RecordedDisk::Start(setup.system, setup.cache.parent_directory));
    explore::CacheSetup traced = setup.cache;
    traced.parent_directory = disk->directory();
    TEARPROOF_ASSIGN_OR_RETURN(const auto subject,
                               CrashSubject::Start(std::move(traced), setup.forgotten));
    subject->AfterEachStep([&](size_t calls) {
      if (calls == 0) {
        disk->Sync();
        begin = disk->recorded();
        written_at.clear();
      }
      written_at.resize(calls + 1, disk->recorded());
      if (calls == commit_after) disk->Sync();
    });
    TEARPROOF_ASSIGN_OR_RETURN(real.run, TraceOneRun(*subject, {}));
    cache = std::filesystem::path(subject->cache().LoggedDirectory())
                .lexically_relative(disk->directory());
    disk->Sync();
    records = disk->Records();
  }
  const auto calls_at = [&](size_t written) {
    const auto after = std::upper_bound(written_at.begin(), written_at.end(), written);
    return static_cast<uint32_t>(std::max<int64_t>(after - written_at.begin() - 1, 0));
  };
  TEARPROOF_ASSIGN_OR_RETURN(ImageMaker maker, ImageMaker::Start(setup));
  for (const DiskImage& image : ImagesOf(records, begin, calls_at, setup.images)) {
    TEARPROOF_RETURN_IF_ERROR(maker.Make(records, image, setup.system.size));
    ++real.images;
    const auto mounted =
        MountedImage::Mount(maker.file(), setup.system.format, false, maker.mounted());
    if (!mounted.ok()) {
      ++real.unmountable;
      continue;
    }
    std::unordered_map<ino_t, NodeId> inodes;
    TEARPROOF_ASSIGN_OR_RETURN(Tree tree,
                               ReadTree(maker.mounted() + "/" + cache.string(), &inodes));
    Forget(setup.forgotten, &tree);
    real.states.push_back({image.calls, std::move(tree)});
  }
  return real;
}

}  // namespace tearproof::crash
