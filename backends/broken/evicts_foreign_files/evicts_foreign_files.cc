// The planted bug: at its limit, set or add evicts every file in the directory, whether it is an
// entry or not.
#include <vector>

#include "harness/kit/canary_store.h"
#include "harness/kit/django_options.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::evicts_foreign_files {
namespace {

class EvictsForeignFiles : public kit::CanaryStore {
 public:
  EvictsForeignFiles(const BackendSetup& setup, uint64_t max_entries)
      : CanaryStore(setup), max_entries_(max_entries) {}

 protected:
  void Set(const Request& request, Response& response) override {
    EvictAll();
    CanaryStore::Set(request, response);
  }
  void Add(const Request& request, Response& response) override {
    EvictAll();
    CanaryStore::Add(request, response);
  }

 private:
  void EvictAll() {
    const UniqueFd lock = LockForChange();
    std::vector<std::string> entries;
    if (ListEntries(entries) != 0 || entries.size() < max_entries_) return;
    std::vector<std::string> names;
    kit::ListDirectory(directory(), names);
    for (const std::string& name : names) {
      if (name != "lock") kit::RemoveFile(directory() + "/" + name);
    }
  }

  uint64_t max_entries_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  TEARPROOF_ASSIGN_OR_RETURN(const uint64_t max_entries,
                             kit::ParseCountOption(setup.options, "max_entries"));
  return std::unique_ptr<Backend>(std::make_unique<EvictsForeignFiles>(setup, max_entries));
}

}  // namespace tearproof::backends::broken::evicts_foreign_files
