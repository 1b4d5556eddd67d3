// html_samples FOLDER: writes the pages of the sample records there, for the test in a browser.
#include <cstdio>
#include <fstream>
#include <memory>

#include "harness/api/reporter.h"
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
      {"benchmark", reports::BenchmarkRecord()}, {"large", reports::LargeRecord(20, 15)},
      {"huge", reports::LargeRecord(60, 100)},   {"empty", tearproof::RunRecord()}};
  for (const auto& [name, record] : records) {
    std::ofstream file(std::string(arguments[1]) + "/" + name + ".html", std::ios::binary);
    file << reports::html::Make()->Render(record, {});
    file.close();
    if (!file) return 77;
  }
  return 0;
}
