#include "harness/crash/real_crash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "harness/crash/crash_engine.h"

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
    real.run.log = WithoutTimes(std::move(real.run.log));
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
  DiskImages drawn = ImagesOf(records, begin, calls_at, setup.budget);
  for (const DiskImage& image : drawn.images) {
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
  drawn.images.clear();
  real.drawn = std::move(drawn);
  return real;
}

Strangers FindStrangers(const RealRun& real, const PersistenceModel& model, uint64_t most) {
  const Persistence persistence(real.run.log, model);
  std::map<uint32_t, std::set<Digest>> allowed;
  Strangers strangers;
  for (const RealState& state : real.states) {
    const auto [known, first] = allowed.try_emplace(state.calls);
    if (first) known->second = AllStatesAt(persistence, state.calls, most);
    if (known->second.contains(DigestOf(state.tree))) continue;
    // Of a set that was cut short nobody knows what is missing in it.
    if (known->second.size() >= most) {
      ++strangers.undecided;
    } else {
      strangers.states.push_back(&state);
    }
  }
  strangers.moments = allowed.size();
  return strangers;
}

}  // namespace tearproof::crash
