// The planted bug: all writers of an entry write to one temporary name, opened without O_EXCL.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::shared_temp_name {
namespace {

class SharedTempName : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  // rename needs no lock, so this would be sound but for the name.
  void Set(const Request& request, Response& response) override {
    UniqueFd none;
    Store(PathOf(request.key), EntryText(request.value, request.ttl_millis), none, response);
  }

  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    const std::string temporary = path + ".temp";
    UniqueFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd.valid()) return errno;
    const int problem = kit::WriteAll(fd.get(), text, kChunk);
    fd.Reset();
    if (problem != 0) return problem;
    return rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<SharedTempName>(setup));
}

}  // namespace tearproof::backends::broken::shared_temp_name
