// The planted bug: an add that loses the race for link(2) returns without unlinking its temporary
// file.
#include <unistd.h>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::temp_left_behind {
namespace {

class TempLeftBehind : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void Add(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    Read(path, response);
    if (response.outcome == Outcome::kHit) return response.Is(Outcome::kRefused);
    if (response.outcome != Outcome::kMiss) return;
    UniqueFd fd;
    std::string temporary;
    int problem = CreateTemporary(fd, temporary);
    if (problem == 0) {
      problem = kit::WriteAll(fd.get(), EntryText(request.value, request.ttl_millis), kChunk);
    }
    if (problem != 0) return kit::FailWithErrno(response, problem, "write", temporary);
    if (link(temporary.c_str(), path.c_str()) != 0) return response.Is(Outcome::kRefused);
    unlink(temporary.c_str());
    response.Is(Outcome::kDone);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<TempLeftBehind>(setup));
}

}  // namespace tearproof::backends::broken::temp_left_behind
