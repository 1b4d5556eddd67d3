// The planted bug: the write loop takes an interrupted, short write for success and publishes a
// truncated entry.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::short_write_ignored {
namespace {

class ShortWriteIgnored : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd;
    std::string temporary;
    const int problem = CreateTemporary(fd, temporary);
    if (problem != 0) return problem;
    WriteUntilInterrupted(fd.get(), text);
    fd.Reset();
    return rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  }

 private:
  // Signals are rare and tmpfs knows no short writes by itself: about one value in 50 meets one.
  void WriteUntilInterrupted(int fd, std::string_view text) {
    const bool interrupted = random().Below(50) == 0;
    const size_t most = interrupted ? std::max(kChunk, text.size() / 2) : text.size();
    (void)kit::WriteAll(fd, text.substr(0, most), kChunk);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<ShortWriteIgnored>(setup));
}

}  // namespace tearproof::backends::broken::short_write_ignored
