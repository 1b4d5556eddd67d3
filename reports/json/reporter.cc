// The run record as JSON, as run.json has it (docs/json-schema.md).

#include "harness/api/reporter.h"

#include "harness/api/run_record_json.h"
#include "harness/core/json.h"

namespace tearproof::reports::json {
namespace {

class JsonReporter : public Reporter {
 public:
  std::string_view name() const override { return "json"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    return DumpJson(ToJson(record));
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<JsonReporter>(); }

}  // namespace tearproof::reports::json
