// One process: a key is any bytes; none leaves the directory, none meets another.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "backends/conformance/subject.h"

namespace tearproof::backends::conformance {
namespace {

using std::string_literals::operator""s;

std::vector<std::string> OddKeys() {
  std::vector<std::string> keys = {
      "a/b"s,  "../x"s,     ".."s,      "."s,         "/"s,          "/x"s,
      "a\0b"s, "a"s,        "a\0"s,     "line\n"s,    "line"s,       "k0"s,
      "k0 "s,  " k0"s,      "K0"s,      "k0.entry"s,  "lock"s,       "cache.sqlite"s,
      "%2e"s,  "\xff\xfe"s, "\x1b[2J"s, "caf\u00e9"s, "cafe\u0301"s,
  };
  // Of different ends, so that a key cut to a file name's length would meet the other.
  keys.push_back(std::string(9'999, 'x') + "1");
  keys.push_back(std::string(9'999, 'x') + "2");
  keys.push_back(std::string(511, 'y'));
  keys.push_back(std::string(512, 'y'));
  return keys;
}

// All that lies under `directory`, as paths relative to it.
std::set<std::string> TreeOf(const std::string& directory) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    names.insert(std::filesystem::relative(entry.path(), directory).string());
  }
  return names;
}

class OddKeysTest : public testing::TestWithParam<Parameter> {};
INSTANTIATE_TEST_SUITE_P(Sound, OddKeysTest,
                         testing::ValuesIn(SoundWith({OpKind::kSet, OpKind::kGet})), ParameterName);

// A key that the cache refuses is no key of it; one that it takes has an entry of its own. It may
// fail on a key only if its description says so.
TEST_P(OddKeysTest, NeverMeetEachOther) {
  const Subject subject(*GetParam());
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone);
  const std::vector<std::string> keys = OddKeys();
  std::vector<bool> taken;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Outcome outcome = cache.Set(keys[i], ValueOf(100, i));
    taken.push_back(outcome == Outcome::kDone);
    const bool may_fail = subject.description().Expected("stress", "odd-keys", Promise::kNoError) !=
                          Expectation::kMustHold;
    EXPECT_TRUE(may_fail || outcome == Outcome::kDone || outcome == Outcome::kRefused)
        << "key " << i << ": " << cache.response().error.substr(0, 200);
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    SCOPED_TRACE(i);
    const Outcome outcome = cache.Get(keys[i]);
    if (!taken[i]) {
      EXPECT_NE(outcome, Outcome::kHit);
      continue;
    }
    ASSERT_EQ(outcome, Outcome::kHit) << cache.response().error;
    EXPECT_EQ(cache.value(), ValueOf(100, i));
  }
}

// A file of the test's own and all that the cache has made.
void ExpectConfined(const std::string& parent) {
  for (const std::string& name : TreeOf(parent)) {
    EXPECT_TRUE(name == "x" || name == "cache" || name.starts_with("cache/")) << name;
  }
  std::string kept;
  std::getline(std::ifstream(parent + "/x"), kept);
  EXPECT_EQ(kept, "not the cache's");
}

TEST_P(OddKeysTest, NeverLeaveTheDirectory) {
  const Subject subject(*GetParam());
  std::ofstream(subject.parent() + "/x") << "not the cache's";
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone);
  for (const std::string& key : OddKeys()) cache.Set(key, ValueOf(100));
  ExpectConfined(subject.parent());
  if (!subject.Supports(OpKind::kDelete)) return;
  for (const std::string& key : OddKeys()) cache.Delete(key);
  ExpectConfined(subject.parent());
}

}  // namespace
}  // namespace tearproof::backends::conformance
