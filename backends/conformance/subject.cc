#include "backends/conformance/subject.h"

#include <algorithm>

#include "harness/core/check.h"
#include "harness/history/value.h"

namespace tearproof {

void PrintTo(Outcome outcome, std::ostream* out) { *out << OutcomeName(outcome); }

void PrintTo(const RegisteredBackend* backend, std::ostream* out) { *out << backend->id; }

}  // namespace tearproof

namespace tearproof::backends::conformance {

Outcome Handle::Run(OpKind kind, std::string_view key, std::string_view value, uint32_t ttl_millis,
                    int64_t delta) {
  response_.outcome = Outcome::kOpen;
  response_.error.clear();
  response_.error_number = 0;
  backend_->Execute(Request{kind, key, value, ttl_millis, delta}, response_);
  EXPECT_NE(response_.outcome, Outcome::kOpen) << OpKindName(kind) << " set no outcome";
  if (response_.outcome == Outcome::kError) {
    EXPECT_NE(response_.error, "") << OpKindName(kind) << " failed without a word";
  }
  return response_.outcome;
}

Outcome Handle::RunAny(OpKind kind) {
  const bool writes = kind == OpKind::kSet || kind == OpKind::kAdd;
  return Run(kind, TakesKey(kind) ? "k0" : "", writes ? "0" : "");
}

Subject::Subject(const RegisteredBackend& backend,
                 const std::map<std::string, std::string>& options)
    : backend_(backend), description_(Describe(backend)) {
  Result<BackendOptions> resolved = ResolveOptions(description_, options);
  TEARPROOF_CHECK(resolved.ok(), resolved.error().Message());
  options_ = std::move(resolved).value();
  Result<OwnedDirectory> parent = OwnedDirectory::Create(testing::TempDir());
  TEARPROOF_CHECK(parent.ok(), parent.error().Message());
  parent_.emplace(std::move(parent).value());
}

Handle Subject::Open(uint16_t process, const std::string& directory) const {
  BackendSetup setup;
  setup.directory = directory.empty() ? this->directory() : directory;
  setup.process = process;
  setup.seed = 1;
  setup.options = options_;
  Result<std::unique_ptr<Backend>> backend = backend_.open(setup);
  TEARPROOF_CHECK(backend.ok(), backend.error().Message());
  return Handle(std::move(backend).value());
}

std::string ValueOf(size_t bytes, uint64_t version) {
  std::string value(bytes, '\0');
  FillValue({.process = 1, .sequence = version}, bytes, value.data());
  return value;
}

BackendDescription Describe(const RegisteredBackend& backend) {
  Result<BackendDescription> description = ParseBackendDescription(
      backend.description_toml, std::string(backend.id), std::string(backend.description_path));
  TEARPROOF_CHECK(description.ok(), description.error().Message());
  return std::move(description).value();
}

std::vector<Parameter> Backends(const std::function<bool(const BackendDescription&)>& condition) {
  std::vector<Parameter> chosen;
  for (const RegisteredBackend& backend : RegisteredBackends()) {
    if (condition(Describe(backend))) chosen.push_back(&backend);
  }
  return chosen;
}

std::vector<Parameter> SoundWith(const std::vector<OpKind>& kinds) {
  return Backends([&](const BackendDescription& description) {
    return !description.broken && std::all_of(kinds.begin(), kinds.end(), [&](OpKind kind) {
      return description.operations.contains(kind);
    });
  });
}

std::string ParameterName(const testing::TestParamInfo<Parameter>& info) {
  std::string name(info.param->id);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !isalnum(c); }, '_');
  return name;
}

}  // namespace tearproof::backends::conformance
