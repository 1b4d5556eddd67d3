// What the conformance tests run on: one registered backend and a directory of its own.
//
// Purpose: the tests are parameterised over RegisteredBackends(). Each names what a backend must
// have for the test to mean anything, and is instantiated for those only; nothing is skipped.
// Thread safety: none. Ownership: a Subject owns its directory; a Handle owns its Backend.
#ifndef TEARPROOF_BACKENDS_CONFORMANCE_SUBJECT_H_
#define TEARPROOF_BACKENDS_CONFORMANCE_SUBJECT_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/registry.h"
#include "harness/core/owned_directory.h"

namespace tearproof {

void PrintTo(Outcome outcome, std::ostream* out);

}  // namespace tearproof

namespace tearproof::backends::conformance {

// One process's use of the backend.
class Handle {
 public:
  explicit Handle(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}

  Outcome Init() { return Run(OpKind::kInit); }
  Outcome Get(std::string_view key) { return Run(OpKind::kGet, key); }
  Outcome Has(std::string_view key) { return Run(OpKind::kHas, key); }
  Outcome Set(std::string_view key, std::string_view value, uint32_t ttl_millis = kNoTtl) {
    return Run(OpKind::kSet, key, value, ttl_millis);
  }
  Outcome Add(std::string_view key, std::string_view value, uint32_t ttl_millis = kNoTtl) {
    return Run(OpKind::kAdd, key, value, ttl_millis);
  }
  Outcome Delete(std::string_view key) { return Run(OpKind::kDelete, key); }
  Outcome Incr(std::string_view key, int64_t delta) {
    return Run(OpKind::kIncr, key, "", kNoTtl, delta);
  }
  Outcome Touch(std::string_view key, uint32_t ttl_millis) {
    return Run(OpKind::kTouch, key, "", ttl_millis);
  }
  Outcome Clear() { return Run(OpKind::kClear); }
  Outcome Cull() { return Run(OpKind::kCull); }
  // One of that kind, on k0 and with a number for a value where it takes them.
  Outcome RunAny(OpKind kind);

  Outcome Run(OpKind kind, std::string_view key = "", std::string_view value = "",
              uint32_t ttl_millis = kNoTtl, int64_t delta = 1);
  // Of the operation last run.
  const Response& response() const { return response_; }
  const std::string& value() const { return response_.value; }

 private:
  std::unique_ptr<Backend> backend_;
  Response response_;
};

class Subject {
 public:
  explicit Subject(const RegisteredBackend& backend,
                   const std::map<std::string, std::string>& options = {});

  const BackendDescription& description() const { return description_; }
  bool Supports(OpKind kind) const { return description_.operations.contains(kind); }
  // An existing directory, in which the cache's own does not exist yet.
  const std::string& parent() const { return parent_->path(); }
  std::string directory() const { return parent() + "/cache"; }

  // A handle on `directory`, by default the subject's; init has not run.
  Handle Open(uint16_t process = 1, const std::string& directory = "") const;

 private:
  const RegisteredBackend& backend_;
  BackendDescription description_;
  BackendOptions options_;
  std::optional<OwnedDirectory> parent_;
};

// A value of that many printable bytes; different for each `version`.
std::string ValueOf(size_t bytes, uint64_t version = 0);

// The description of a backend of this repository. A mistake in its backend.toml ends the program.
BackendDescription Describe(const RegisteredBackend& backend);

// The parameters of a suite: the backends for which `condition` holds.
using Parameter = const RegisteredBackend*;
std::vector<Parameter> Backends(const std::function<bool(const BackendDescription&)>& condition);
// The sound ones that have all these operations.
std::vector<Parameter> SoundWith(const std::vector<OpKind>& kinds);
std::string ParameterName(const testing::TestParamInfo<Parameter>& info);

}  // namespace tearproof::backends::conformance

namespace tearproof {

void PrintTo(const RegisteredBackend* backend, std::ostream* out);

}  // namespace tearproof

#endif  // TEARPROOF_BACKENDS_CONFORMANCE_SUBJECT_H_
