// docs/adapters.md against the code: what it shows is what is sent, read and said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "harness/adapter/conformance.h"
#include "harness/adapter/protocol.h"
#include "harness/core/json.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

using ::testing::HasSubstr;

std::string Document() {
  const auto text = ReadTextFile(TEARPROOF_SOURCE_DIR "/docs/adapters.md");
  TEARPROOF_CHECK(text.ok(), text.error().Message());
  return text.value();
}

std::string Between(const std::string& text, std::string_view begin, std::string_view end) {
  const size_t from = text.find(begin);
  TEARPROOF_CHECK(from != std::string::npos, begin);
  const size_t to = text.find(end, from + begin.size());
  TEARPROOF_CHECK(to != std::string::npos, end);
  return text.substr(from + begin.size(), to - from - begin.size());
}

// The two first cells of each row of the table, without what marks code.
std::vector<std::pair<std::string, std::string>> Rows(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const std::string& line : Split(text, '\n')) {
    const std::vector<std::string> cells = Split(line, '|');
    if (cells.size() < 4 || cells[1].find('`') == std::string::npos) continue;
    std::string first = cells[1].substr(cells[1].find('`') + 1);
    first = first.substr(0, first.rfind('`'));
    rows.emplace_back(first, cells[2].substr(1, cells[2].size() - 2));
  }
  return rows;
}

TEST(AdapterDocumentationTest, ItsTalkIsWhatIsSentAndTaken) {
  DecodedRequest request;
  Manner manner;
  std::set<OpKind> asked;
  size_t answers = 0;
  for (const std::string& line : Split(Document(), '\n')) {
    if (line.starts_with("    → ")) {
      const std::string text = line.substr(std::string("    → ").size());
      ASSERT_TRUE(DecodeRequest(text, &request).ok()) << text;
      EXPECT_EQ(EncodeRequest(request.id, request.request, request.setup, manner), text + "\n");
      asked.insert(request.request.kind);
    } else if (line.starts_with("    ← ")) {
      ++answers;
      const std::string text = line.substr(std::string("    ← ").size());
      Response response;
      const Result<void> taken =
          DecodeResponse(text, request.id, request.request.kind, &manner, &response);
      EXPECT_TRUE(taken.ok()) << taken.error().Message();
      if (request.request.kind == OpKind::kInit) {
        EXPECT_TRUE(DecodeIntroduction(text).ok()) << text;
      }
    }
  }
  EXPECT_EQ(asked.size(), kOpKindCount);
  EXPECT_EQ(answers, kOpKindCount);
}

TEST(AdapterDocumentationTest, WhatItSaysOfWrongAnswersIsSaid) {
  const std::string of_get =
      Between(Document(), "Of answers to `{\"id\":2", "and of answers to `init`");
  ASSERT_GT(Rows(of_get).size(), 5u);
  Manner manner;
  Response response;
  for (const auto& [answer, said] : Rows(of_get)) {
    const auto taken = DecodeResponse(answer, 2, OpKind::kGet, &manner, &response);
    ASSERT_FALSE(taken.ok()) << answer;
    EXPECT_THAT(taken.error().what, HasSubstr(said));
  }
  const std::string of_init =
      Between(Document(), "and of answers to `init`", "\n- When it does not answer");
  ASSERT_GT(Rows(of_init).size(), 3u);
  for (const auto& [answer, said] : Rows(of_init)) {
    const auto taken = DecodeResponse(answer, 2, OpKind::kInit, &manner, &response);
    const std::string what =
        taken.ok() ? DecodeIntroduction(answer).error().what : taken.error().what;
    EXPECT_THAT(what, HasSubstr(said));
  }
}

TEST(AdapterDocumentationTest, ListsTheRulesThatAreTried) {
  std::set<std::string> listed;
  for (const auto& [rule, meaning] :
       Rows(Between(Document(), "| rule | broken when |", "A rule about"))) {
    listed.insert(rule);
  }
  std::set<std::string> tried;
  for (const ConformanceRule& rule : ConformanceRules()) tried.emplace(rule.name);
  EXPECT_EQ(listed, tried);
}

TEST(AdapterDocumentationTest, ItsExampleKeepsEveryRule) {
  auto directory = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(directory.ok());
  const std::string path = directory.value().path() + "/sessions_adapter.py";
  std::ofstream(path) << Between(Document(), "```python\n", "```");
  ConformanceSubject subject;
  subject.command = {"python3", path};
  subject.operations = {OpKind::kInit, OpKind::kGet, OpKind::kSet};
  subject.parent_directory = testing::TempDir();
  for (const ConformanceRule& rule : ConformanceRules()) {
    const Result<RuleOutcome> outcome = TestRule(rule, subject);
    ASSERT_TRUE(outcome.ok()) << outcome.error().Message();
    EXPECT_NE(outcome.value().kept, Kept::kNo) << rule.name << ": " << outcome.value().what;
  }
}

}  // namespace
}  // namespace tearproof::adapter
