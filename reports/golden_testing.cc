#include "reports/golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/core/text.h"

namespace tearproof::reports {

testing::AssertionResult MatchesGolden(std::string_view name, const std::string& text) {
  const std::string path =
      std::string(TEARPROOF_SOURCE_DIR "/reports/testdata/") + std::string(name) + ".golden";
  const char* update = std::getenv("TEARPROOF_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream golden;
  golden << file.rdbuf();
  if (golden.str() == text) return testing::AssertionSuccess();
  const std::vector<std::string> expected = Split(golden.str(), '\n');
  const std::vector<std::string> actual = Split(text, '\n');
  size_t line = 0;
  while (line < expected.size() && line < actual.size() && expected[line] == actual[line]) ++line;
  return testing::AssertionFailure()
         << path << ":" << line + 1
         << " differs\n  golden: " << (line < expected.size() ? expected[line] : "(end)")
         << "\n  report: " << (line < actual.size() ? actual[line] : "(end)")
         << "\nTEARPROOF_UPDATE_GOLDEN=1 rewrites the file.";
}

testing::AssertionResult IsSafeForTerminal(std::string_view text) {
  size_t number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ++number;
    if (EscapeForTerminal(line, SIZE_MAX) != line) {
      return testing::AssertionFailure() << "line " << number << ": " << EscapeForTerminal(line);
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace tearproof::reports
