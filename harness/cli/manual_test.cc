#include "harness/cli/manual.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "harness/cli/commands.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

using testing::HasSubstr;

class ManualTest : public testing::Test {
 protected:
  // Each option and verb that people may type.
  void ForEach(const Verb& verb, const std::function<void(const Verb&)>& look) {
    look(verb);
    for (const Verb& each : verb.verbs) {
      if (!each.hidden) ForEach(each, look);
    }
  }

  const Session session_{{"tearproof"}};
  const Verb program_ = Program(session_);
};

TEST_F(ManualTest, ThePageAndTheCompletionsKnowEveryVerbAndOption) {
  std::string page = ManualPage(program_, "1.0");
  for (size_t at; (at = page.find("\\-")) != std::string::npos;) page.replace(at, 2, "-");
  const std::string bash = BashCompletion(program_);
  const std::string zsh = ZshCompletion(program_);
  const std::string fish = FishCompletion(program_);
  ForEach(program_, [&](const Verb& verb) {
    for (const Option& option : verb.options) {
      EXPECT_THAT(page, HasSubstr(option.name)) << verb.name;
      if (option.IsPositional()) continue;
      EXPECT_THAT(bash, HasSubstr(option.name)) << verb.name;
      EXPECT_THAT(zsh, HasSubstr(option.name + "[")) << verb.name;
      EXPECT_THAT(fish, HasSubstr("-l " + option.name.substr(2))) << verb.name;
    }
    for (const Verb& each : verb.verbs) {
      if (each.hidden) continue;
      EXPECT_THAT(page, HasSubstr(each.name + "\"")) << each.name;
      EXPECT_THAT(bash, HasSubstr(each.name)) << each.name;
      EXPECT_THAT(zsh, HasSubstr("'" + each.name + ":")) << each.name;
      EXPECT_THAT(fish, HasSubstr("-a " + each.name + " ")) << each.name;
    }
  });
}

TEST_F(ManualTest, HiddenVerbsAreNowhere) {
  for (const std::string& text : {ManualPage(program_, "1.0"), BashCompletion(program_),
                                  ZshCompletion(program_), FishCompletion(program_)}) {
    EXPECT_EQ(text.find("A worker process of the stress engine"), std::string::npos);
  }
}

TEST_F(ManualTest, WhatIsInstalledIsWhatTheTablesSay) {
  const std::string folder = TEARPROOF_MANUAL_FOLDER;
  const std::map<std::string, std::string> files = {
      {"tearproof.1", ManualPage(program_, TEARPROOF_VERSION)},
      {"tearproof.bash", BashCompletion(program_)},
      {"_tearproof", ZshCompletion(program_)},
      {"tearproof.fish", FishCompletion(program_)}};
  for (const auto& [name, text] : files) {
    const Result<std::string> installed = ReadTextFile(folder + "/" + name);
    ASSERT_TRUE(installed.ok()) << installed.error().Message();
    EXPECT_EQ(installed.value(), text) << name;
  }
}

// What a shell prints that runs this, the program on its path.
std::string Printed(const std::string& command) {
  FILE* pipe = popen(("PATH=$(dirname " TEARPROOF_PROGRAM "):$PATH " + command).c_str(), "r");
  std::string text;
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) text.append(buffer, size);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

// What must be among what is offered after what was typed.
const std::vector<std::pair<std::string, std::string>> kOffered = {
    {"tearproof str", "stress"},
    {"tearproof stress --until", "--until-rate"},
    {"tearproof show --format m", "markdown"},
    {"tearproof bench s", "self"},
    {"tearproof bench explore --rac", "--races"},
    {"tearproof stress get-", "get-set"},
    {"tearproof stress --backend temp", "temp-rename-fsync"}};

TEST_F(ManualTest, BashOffersVerbsOptionsChoicesAndNames) {
  for (const auto& [typed, offered] : kOffered) {
    const std::string script =
        "source " TEARPROOF_MANUAL_FOLDER "/tearproof.bash; COMP_WORDS=(" + typed +
        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tearproof; echo \"${COMPREPLY[*]}\"";
    EXPECT_THAT(Printed("bash -c " + ShellQuote(script)), HasSubstr(offered)) << typed;
  }
}

TEST_F(ManualTest, FishOffersTheSame) {
  const auto offers = [](const std::string& typed) {
    return Printed("fish --no-config -c " + ShellQuote("source " TEARPROOF_MANUAL_FOLDER
                                                       "/tearproof.fish; complete -C '" +
                                                       typed + "'"));
  };
  for (const auto& [typed, offered] : kOffered) {
    EXPECT_THAT(offers(typed), HasSubstr(offered)) << typed;
  }
  EXPECT_THAT(offers("tearproof bench self --"), testing::Not(HasSubstr("--value-size")));
  EXPECT_THAT(offers("tearproof bench explore --"), testing::Not(HasSubstr("--strategy")));
}

// As installed, loaded when it is first needed.
TEST_F(ManualTest, ZshOffersTheSame) {
  std::string command =
      "zsh -f " TEARPROOF_SOURCE_DIR "/harness/cli/zsh_offers.zsh " TEARPROOF_MANUAL_FOLDER;
  for (const auto& [typed, offered] : kOffered) command += " " + ShellQuote(typed);
  const std::string printed = Printed(command);
  for (const auto& [typed, offered] : kOffered) {
    const size_t begin = printed.find("after " + typed + "\n");
    ASSERT_NE(begin, std::string::npos) << printed;
    const std::string after = printed.substr(begin, printed.find("after ", begin + 1) - begin);
    EXPECT_THAT(after, HasSubstr("\n" + offered + "\n")) << typed;
  }
}

}  // namespace
}  // namespace tearproof::cli
