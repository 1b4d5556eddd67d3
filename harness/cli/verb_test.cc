#include "harness/cli/verb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/cli/commands.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A program with a verb for each thing that a table can say.
class VerbTest : public testing::Test {
 protected:
  VerbTest() {
    Verb race;
    race.name = "race";
    race.description = "Races.";
    race.options = {{.name = "track",
                     .placeholder = "",
                     .description = "where",
                     .value = &tracks_,
                     .required = true},
                    {"--car", "NAME", "with what", &cars_},
                    {"--speed", "RATE", "how fast", &speed_},
                    {.name = "--limit",
                     .placeholder = "RATE",
                     .description = "how fast at most",
                     .value = &limit_,
                     .excludes = "--speed"},
                    {.name = "--weather",
                     .placeholder = "",
                     .description = "what falls",
                     .value = &weather_,
                     .choices = {"rain", "snow"}},
                    {"--loud", "", "with noise", &loud_}};
    race.run = [this]() -> Result<int> {
      ran_ = "race";
      return 3;
    };
    Verb tune;
    tune.name = "tune";
    tune.description = "Tunes.";
    tune.rest = &rest_;
    tune.run = [this]() -> Result<int> {
      ran_ = "garage tune";
      return 0;
    };
    Verb garage;
    garage.name = "garage";
    garage.description = "Where cars stand.";
    garage.verbs = {tune};
    program_.name = "cars";
    program_.description = "Cars.";
    program_.verbs = {race, garage};
  }

  Result<int> Run(const std::vector<std::string>& words) { return RunVerb(program_, words); }
  // What is said of `words`, which must not run.
  std::string Complaint(const std::vector<std::string>& words) {
    const Result<int> result = Run(words);
    EXPECT_THAT(ran_, IsEmpty());
    if (result.ok()) return "no error";
    EXPECT_EQ(result.error().ExitCode(), 64);
    return result.error().Message();
  }

  Verb program_;
  std::string ran_;
  std::vector<std::string> tracks_;
  std::vector<std::string> cars_;
  std::string speed_ = "10";
  std::string limit_;
  std::string weather_ = "rain";
  bool loud_ = false;
  std::vector<std::string> rest_;
};

TEST_F(VerbTest, LeavesEachValueWhereTheTableSays) {
  const Result<int> result = Run({"race", "--car", "red", "here", "--car=blue", "there", "--loud",
                                  "--weather", "snow", "--speed", "5", "--speed", "6"});
  ASSERT_TRUE(result.ok()) << result.error().Message();
  EXPECT_EQ(result.value(), 3);
  EXPECT_EQ(ran_, "race");
  EXPECT_THAT(tracks_, ElementsAre("here", "there"));
  EXPECT_THAT(cars_, ElementsAre("red", "blue"));
  EXPECT_EQ(speed_, "6") << "the last one counts";
  EXPECT_EQ(weather_, "snow");
  EXPECT_TRUE(loud_);
}

TEST_F(VerbTest, TakesEverythingBehindTwoDashesAsItIs) {
  ASSERT_TRUE(Run({"race", "--", "--loud"}).ok());
  EXPECT_THAT(tracks_, ElementsAre("--loud"));
  EXPECT_FALSE(loud_);
}

TEST_F(VerbTest, HandsOnWhatItDoesNotKnowOnlyWhereTheTableSays) {
  ASSERT_TRUE(Run({"garage", "tune", "--what=ever", "it"}).ok());
  EXPECT_EQ(ran_, "garage tune");
  EXPECT_THAT(rest_, ElementsAre("--what=ever", "it"));
}

TEST_F(VerbTest, SaysWhatIsWrongAndWhatToType) {
  EXPECT_EQ(Complaint({"race", "here", "--speed"}),
            "--speed lacks its value; write --speed RATE: how fast");
  EXPECT_EQ(Complaint({"race", "here", "--weather", "--loud"}),
            "--weather lacks its value; write --weather rain|snow: what falls");
  EXPECT_EQ(Complaint({"race"}), "`cars race` needs a track; where");
  EXPECT_EQ(Complaint({"race", "here", "--limit", "1", "--speed", "1"}),
            "--limit and --speed cannot both be given; leave one of them out");
  EXPECT_EQ(Complaint({"race", "here", "--laud"}),
            "unknown option '--laud'; did you mean '--loud'?");
  EXPECT_EQ(Complaint({"race", "here", "--qqqqqqqq=1"}),
            "unknown option '--qqqqqqqq'; `cars race --help` lists the options");
  EXPECT_EQ(Complaint({"race", "here", "--loud=x"}),
            "--loud takes no value; `cars race --help` lists the options");
  EXPECT_THAT(
      Complaint({"race", "here", "--weather", "sno"}),
      AllOf(HasSubstr("unknown value of --weather 'sno'"), HasSubstr("did you mean 'snow'")));
  EXPECT_THAT(Complaint({"rce"}), HasSubstr("unknown verb 'rce'; did you mean 'race'?"));
  EXPECT_THAT(Complaint({"garage", "tun"}), HasSubstr("did you mean 'tune'?"));
}

TEST_F(VerbTest, HelpNamesEverythingInColumnsThatFit) {
  const std::string help = HelpText(program_.verbs[0], "cars race", 80);
  EXPECT_EQ(help, R"(Races.

Usage: cars race [OPTION...] track...

  track...              where

Options:
  --car NAME            with what
  --speed RATE          how fast; 10 unless given
  --limit RATE          how fast at most; not with --speed
  --weather rain|snow   what falls; rain unless given
  --loud                with noise
  -h, --help            this text
)");
  EXPECT_EQ(Run({"race", "--help"}).value(), 0);
  EXPECT_EQ(Run({"help", "garage", "tune"}).value(), 0);
  EXPECT_THAT(ran_, IsEmpty());
}

// What is true of every verb of the program, those to come included.
void CheckVerb(const Verb& verb, const std::string& path) {
  EXPECT_THAT(verb.description, testing::EndsWith(".")) << path;
  EXPECT_TRUE(verb.run != nullptr || !verb.verbs.empty()) << path;
  std::set<std::string> names;
  for (const Option& option : verb.options) {
    EXPECT_TRUE(names.insert(option.name).second) << path << " " << option.name;
    EXPECT_FALSE(option.description.empty()) << path << " " << option.name;
    const bool takes_words = !option.IsFlag() && !option.IsPositional() && option.choices.empty();
    EXPECT_EQ(takes_words, !option.placeholder.empty()) << path << " " << option.name;
  }
  for (const Option& option : verb.options) {
    EXPECT_TRUE(option.excludes.empty() || names.contains(option.excludes)) << option.name;
  }
  for (const size_t columns : {60, 80}) {
    for (const std::string& line : Split(HelpText(verb, path, columns), '\n')) {
      if (line.starts_with("  tearproof ")) continue;  // To be copied.
      EXPECT_LE(DisplayWidth(line), columns) << path << ": " << line;
    }
  }
  for (const Example& example : verb.examples) {
    EXPECT_THAT(example.line, testing::StartsWith("tearproof")) << path;
    EXPECT_LE(DisplayWidth(example.line), 78u) << path;
  }
  for (const Verb& each : verb.verbs) CheckVerb(each, path + " " + each.name);
}

TEST(ProgramVerbsTest, AreCompleteAndTheirHelpFits) {
  const Session session{{"tearproof"}};
  CheckVerb(Program(session), "tearproof");
}

}  // namespace
}  // namespace tearproof::cli
