// Drives one backend by hand, for tests.
//
// Purpose: a backend's tests read as a list of operations and their outcomes. A driver is one
// process's handle; two drivers on one directory are two processes whose operations alternate.
// Thread safety: none. Ownership: owns the backend, borrows the directory.
#ifndef TEARPROOF_HARNESS_KIT_BACKEND_DRIVER_H_
#define TEARPROOF_HARNESS_KIT_BACKEND_DRIVER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "harness/api/backend.h"

namespace tearproof::kit {

// "k7", as scenarios name their keys.
inline std::string NumberedKey(int number) {
  return std::string("k").append(std::to_string(number));
}

class BackendDriver {
 public:
  // REQUIRES: `open` accepts the options.
  BackendDriver(OpenBackend open, std::string directory, BackendOptions options = {},
                uint16_t process = 0)
      : backend_(
            std::move(open({std::move(directory), process, 20536, std::move(options)}).value())) {}

  Outcome Init() { return Run({OpKind::kInit, {}, {}}); }
  Outcome Get(std::string_view key) { return Run({OpKind::kGet, key, {}}); }
  Outcome Has(std::string_view key) { return Run({OpKind::kHas, key, {}}); }
  Outcome Set(std::string_view key, std::string_view value, uint32_t ttl_millis = kNoTtl) {
    return Run({OpKind::kSet, key, value, ttl_millis});
  }
  Outcome Add(std::string_view key, std::string_view value) {
    return Run({OpKind::kAdd, key, value});
  }
  Outcome Delete(std::string_view key) { return Run({OpKind::kDelete, key, {}}); }
  Outcome Incr(std::string_view key, int64_t delta = 1) {
    return Run({OpKind::kIncr, key, {}, kNoTtl, delta});
  }
  Outcome Clear() { return Run({OpKind::kClear, {}, {}}); }
  Outcome Cull() { return Run({OpKind::kCull, {}, {}}); }

  // Of the last operation.
  const std::string& value() const { return response_.value; }
  const std::string& error() const { return response_.error; }

 private:
  Outcome Run(const Request& request) {
    response_.value.clear();
    response_.error.clear();
    backend_->Execute(request, response_);
    return response_.outcome;
  }

  std::unique_ptr<Backend> backend_;
  Response response_;
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_BACKEND_DRIVER_H_
