#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <memory>

#include "harness/api/run_record_json.h"
#include "reports/golden.h"
#include "reports/sample_records.h"

namespace tearproof::reports::json {

std::unique_ptr<Reporter> Make();

namespace {

TEST(JsonReporterTest, RendersAHostileRunThatCanBeReadAgain) {
  const std::string json = Make()->Render(HostileRecord(), {});
  EXPECT_TRUE(MatchesGolden("hostile.json", json));
  Result<RunRecord> read = FromJson(json, "hostile.json");
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(Make()->Render(read.value(), {}), json);
}

}  // namespace
}  // namespace tearproof::reports::json
