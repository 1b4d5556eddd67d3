// The run record as JSON, as run.json has it (docs/json-schema.md).

#include "harness/api/reporter.h"

#include "harness/api/run_record_json.h"

namespace tearproof::reports::json {
namespace {

class JsonReporter : public Reporter {
 public:
  std::string_view name() const override { return "json"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    Result<std::string> json = ToJson(record);
    // What fails is memory alone, since ToJson replaces what JSON cannot carry.
    TEARPROOF_CHECK(json.ok(), json.error().what);
    return std::move(json).value();
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<JsonReporter>(); }

}  // namespace tearproof::reports::json
