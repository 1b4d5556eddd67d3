// html_samples FOLDER: writes the pages of the sample records there, for the test in a browser, and
// the record of the large one, for who measures how long its page takes.
#include <cstdio>
#include <fstream>
#include <memory>

#include "harness/api/reporter.h"
#include "harness/api/run_record_json.h"
#include "reports/sample_records.h"

namespace tearproof::reports::html {
std::unique_ptr<Reporter> Make();
}  // namespace tearproof::reports::html

int main(int argument_count, char** arguments) {
  namespace reports = tearproof::reports;
  if (argument_count != 2) return 64;
  const std::map<std::string, tearproof::RunRecord> records = {
      {"realistic", reports::RealisticRecord()}, {"hostile", reports::HostileRecord()},
      {"wide", reports::WideRecord()},           {"explored", reports::ExploredRecord()},
      {"benchmark", reports::BenchmarkRecord()}, {"sweep", reports::SweepRecord()},
      {"large", reports::LargeRecord(20, 15)},   {"huge", reports::LargeRecord(60, 100)},
      {"empty", tearproof::RunRecord()}};
  for (const auto& [name, record] : records) {
    std::ofstream file(std::string(arguments[1]) + "/" + name + ".html", std::ios::binary);
    file << reports::html::Make()->Render(record, {});
    file.close();
    if (!file) return 77;
  }
  std::ofstream json(std::string(arguments[1]) + "/large.json", std::ios::binary);
  json << tearproof::ToJson(records.at("large")).value();
  json.close();
  return json ? 0 : 77;
}
