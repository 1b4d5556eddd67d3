#include "harness/api/backend_description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tearproof {
namespace {

using testing::HasSubstr;

constexpr const char* kHead = "title = 't'\nsummary = 's'\n";
constexpr const char* kComplete = R"(title = "Django's FileBasedCache after the fix"
summary = "One sentence."
model = true
operations = ["init", "get", "set", "add", "delete", "cull"]
promises = ["present", "bounded", "expires"]
ttl = true
evicts = true
max_entries = 300
max_entries_option = "max_entries"
ttl_resolution = "1s"
miss_after_kill = true
[opted_out]
intact = "It says so."
[[options]]
name = "max_entries"
default = 300
help = "The limit."
[[options]]
name = "sync"
default = "none"
choices = ["none", "full"]
help = "fsync."
[expect."*"]
stress = { present = "may-break", no-error = "must-break" }
[expect."regressions/django-15825"]
stress = { present = "must-break" }
explore = { bounded = "must-hold" }
)";

const std::string kWithAdapter = std::string(kHead) + R"(operations = ["init", "get", "set"]
[[options]]
name = "python"
default = "/usr/bin/python3"
help = "The interpreter."
[[options]]
name = "path"
default = ""
help = "Where to import from."
[adapter]
command = ["{python}", "{folder}/adapter.py", "--path={path}:{path}", "{", "a}"]
needs = ["{python}", "-c", "import django"]
install = "apt-get install python3-django"
)";

TEST(BackendDescriptionTest, ReadsAnAdapterAndFillsItsWordsIn) {
  const auto result = ParseBackendDescription(kWithAdapter, "django", "b.toml");
  ASSERT_TRUE(result.ok()) << result.error().Message();
  ASSERT_TRUE(result.value().adapter.has_value());
  const ShippedAdapter& adapter = *result.value().adapter;
  EXPECT_EQ(adapter.install, "apt-get install python3-django");
  // What an option says is no placeholder again.
  const BackendOptions options = {{"python", "py thon"}, {"path", "{folder}"}};
  EXPECT_THAT(
      FillIn(adapter.command, "/a b", options),
      testing::ElementsAre("py thon", "/a b/adapter.py", "--path={folder}:{folder}", "{", "a}"));
}

TEST(BackendDescriptionTest, AnAdapterNamesWhatThereIs) {
  const auto refusal = [](const std::string& from, const std::string& to) {
    std::string text = kWithAdapter;
    text.replace(text.find(from), from.size(), to);
    const auto result = ParseBackendDescription(text, "django", "b.toml");
    return result.ok() ? "" : result.error().Message();
  };
  EXPECT_THAT(refusal("{path}:", "{pathh}:"), HasSubstr("{pathh} is neither folder nor an option"));
  EXPECT_THAT(refusal("install =", "instal ="), HasSubstr("instal"));
  EXPECT_THAT(refusal("\"{python}\", \"-c\", \"import django\"", ""),
              HasSubstr("names no program"));
  EXPECT_THAT(refusal("\"-c\"", "\"\""), HasSubstr("an argument is empty"));
}

TEST(BackendDescriptionTest, ReadsEveryField) {
  const auto result = ParseBackendDescription(kComplete, "django-v1", "b.toml");
  ASSERT_TRUE(result.ok()) << result.error().Message();
  const BackendDescription& description = result.value();
  EXPECT_EQ(description.DisplayName(), "django-v1 (model)");
  EXPECT_FALSE(description.broken);
  EXPECT_EQ(description.operations.size(), 6u);
  EXPECT_THAT(description.promises,
              testing::ElementsAre(Promise::kNoError, Promise::kPresent, Promise::kExpires,
                                   Promise::kBounded, Promise::kConfined, Promise::kReturns));
  EXPECT_EQ(description.opted_out.at(Promise::kIntact), "It says so.");
  EXPECT_TRUE(description.ttl && description.evicts && description.miss_after_kill);
  EXPECT_EQ(description.max_entries, 300u);
  EXPECT_EQ(description.ttl_resolution, 1'000'000'000);
  EXPECT_EQ(description.options.at(0).default_value, "300");
}

TEST(BackendDescriptionTest, TheScenarioComesBeforeTheStarBeforeThePromise) {
  const auto description = ParseBackendDescription(kComplete, "django-v1", "b.toml").value();
  const auto expected = [&](std::string_view engine, std::string_view scenario, Promise promise) {
    return ExpectationName(description.Expected(engine, scenario, promise));
  };
  const char* ticket = "regressions/django-15825";
  EXPECT_EQ(expected("stress", ticket, Promise::kPresent), "must-break");
  EXPECT_EQ(expected("stress", ticket, Promise::kNoError), "must-break");  // From "*".
  EXPECT_EQ(expected("stress", "get-set", Promise::kPresent), "may-break");
  EXPECT_EQ(expected("explore", "get-set", Promise::kPresent), "must-hold");  // Promised.
  EXPECT_EQ(expected("stress", "get-set", Promise::kTidy), "may-break");      // Not promised.
  EXPECT_EQ(expected("explore", ticket, Promise::kBounded), "must-hold");
}

TEST(BackendDescriptionTest, ResolvesOptions) {
  const auto description = ParseBackendDescription(kComplete, "django-v1", "b.toml").value();
  EXPECT_EQ(ResolveOptions(description, {{"sync", "full"}}).value(),
            (BackendOptions{{"max_entries", "300"}, {"sync", "full"}}));
  EXPECT_THAT(ResolveOptions(description, {{"sinc", "full"}}).error().Message(),
              HasSubstr("unknown option of django-v1 'sinc'; did you mean 'sync'?"));
  EXPECT_THAT(ResolveOptions(description, {{"sync", "ful"}}).error().Message(),
              HasSubstr("unknown value of option sync 'ful'; did you mean 'full'?"));
  const auto plain =
      ParseBackendDescription(std::string(kHead) + "operations = ['init']\n", "plain", "b.toml")
          .value();
  EXPECT_THAT(ResolveOptions(plain, {{"x", "1"}}).error().Message(),
              HasSubstr("plain has no options"));
}

struct BadDescription {
  std::string text;
  const char* message;
};

TEST(BackendDescriptionTest, RejectsWhatMakesNoSense) {
  const std::string head = std::string(kHead) + "operations = ['init', 'get', 'set']\n";
  const BadDescription bad[] = {
      {"summary = 's'\noperations = ['init']\n", "b.toml:1:1: title: missing"},
      {"title = ' '\nsummary = 's'\noperations = ['init']\n", "title: must not be empty"},
      {kHead, "operations: missing"},
      {std::string(kHead) + "operations = ['get']\n", "operations: lacks init"},
      {std::string(kHead) + "operations = ['init', 'gte']\n",
       "b.toml:3:23: operations: unknown operation 'gte'"},
      {std::string(kHead) + "operations = ['init', 'init']\n", "'init' is listed twice"},
      {head + "promise = []\n", "unknown key 'promise'; did you mean 'promises'?"},
      {head + "promises = ['presnt']\n", "unknown promise 'presnt'; did you mean 'present'?"},
      {head + "promises = ['present', 'present']\n", "'present' is listed twice"},
      {head + "promises = ['add-once']\n", "'add-once' means nothing without the operation add"},
      {head + "promises = ['expires']\n", "'expires' means nothing without ttl = true"},
      {head + "promises = ['bounded']\n", "'bounded' means nothing without max_entries"},
      {head + "ttl = 'yes'\n", "ttl: expected true or false, found a string"},
      {head + "ttl_resolution = '1s'\n", "say ttl = true"},
      {head + "max_entries = -1\n", "-1 is out of bounds"},
      {head + "max_entries_option = 'max'\n", "is none of the options"},
      {head + "opted_out = { present = 'r' }\n", "is promised only by those that declare it"},
      {head + "opted_out = { intact = '' }\n", "opted_out.intact: must not be empty"},
      {head + "opted_out = { intact = 'r' }\npromises = ['intact']\n", "opted out of, too"},
      {head + "bug = 'b'\n", "only a backend of backends/broken/"},
      {head + "[expect.get-set]\nstres = {}\n", "unknown engine 'stres'; did you mean 'stress'?"},
      {head + "[expect.get-set]\nstress = { intact = 'must' }\n", "unknown expectation 'must'"},
      {head + "[expect.get-set]\nstress = { intct = 'must-hold' }\n", "did you mean 'intact'?"},
      {head + "[[options]]\nname = 'a'\nhelp = 'h'\n", "options.default: missing"},
      {head + "[[options]]\nname = 'a'\nhelp = 'h'\ndefault = 'x'\nchoices = ['y']\n",
       "is not among the choices"},
      {head + "[[options]]\nname = 'A B'\nhelp = 'h'\ndefault = 'x'\n", "is no good name"},
  };
  for (const BadDescription& each : bad) {
    const auto result = ParseBackendDescription(each.text, "x", "b.toml");
    ASSERT_FALSE(result.ok()) << each.text;
    EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(result.error().Message(), HasSubstr(each.message));
  }
}

TEST(BackendDescriptionTest, ABrokenOneNamesItsBug) {
  const std::string text = std::string(kHead) + "operations = ['init']\n";
  EXPECT_FALSE(ParseBackendDescription(text, "broken-no-truncate", "b.toml").ok());
  const std::string named = text + "bug = 'It forgets.'\n";
  const auto parse = [&](const std::string& rest) {
    return ParseBackendDescription(named + rest, "broken-no-truncate", "b.toml");
  };
  EXPECT_FALSE(parse("").ok());
  EXPECT_FALSE(parse("anomalies = ['torn-reed']\n").ok());
  const auto broken = parse("anomalies = ['torn-read']\n");
  ASSERT_TRUE(broken.ok());
  EXPECT_TRUE(broken.value().broken);
  EXPECT_THAT(broken.value().anomalies, testing::ElementsAre("torn-read"));
}

TEST(BackendDescriptionTest, ANumberStaysANumber) {
  const std::string text = std::string(kHead) +
                           "operations = ['init']\n"
                           "[[options]]\nname = 'limit'\nhelp = 'h'\ndefault = '300'\n"
                           "[[options]]\nname = 'word'\nhelp = 'h'\ndefault = 'x'\n";
  const auto description = ParseBackendDescription(text, "x", "b.toml");
  ASSERT_TRUE(description.ok()) << description.error().Message();
  EXPECT_TRUE(ResolveOptions(description.value(), {{"limit", "0"}, {"word", "abc"}}).ok());
  for (const std::string value : {"abc", "", "-1", "1.5", "3x", "99999999999999999999"}) {
    EXPECT_FALSE(ResolveOptions(description.value(), {{"limit", value}}).ok()) << value;
  }
}

}  // namespace
}  // namespace tearproof
