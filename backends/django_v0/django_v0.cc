// Django's file cache before the fix of ticket #20536: entries are truncated and written in place.
#include <fcntl.h>
#include <unistd.h>

#include "harness/core/unique_fd.h"
#include "harness/kit/django_buckets.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::django_v0 {
namespace {

constexpr size_t kBlock = 4096;

class DjangoV0 : public kit::DjangoBuckets {
 public:
  using DjangoBuckets::DjangoBuckets;

 protected:
  void WriteEntry(const std::string& path, const std::string& text) override {
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (fd.valid()) kit::WriteAll(fd.get(), text, kBlock);
  }
  bool CullsInSet() const override { return true; }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  TEARPROOF_ASSIGN_OR_RETURN(const kit::DjangoOptions options,
                             kit::ParseDjangoOptions(setup.options));
  return std::unique_ptr<Backend>(std::make_unique<DjangoV0>(setup, options));
}

}  // namespace tearproof::backends::django_v0
