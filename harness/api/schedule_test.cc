#include "harness/api/schedule.h"

#include <gtest/gtest.h>

#include "harness/core/random.h"

namespace tearproof {
namespace {

Schedule Parse(std::string_view text) {
  auto schedule = Schedule::Parse(text);
  TEARPROOF_CHECK(schedule.ok(), schedule.error().Message());
  return std::move(schedule).value();
}

TEST(ScheduleTest, PrintsOneLineThatCanBePasted) {
  const Schedule schedule{"get-set", 0x2a, "temp-rename:sync=full", {0, 0, 0, 1, 2, 2, 0}, {}};
  EXPECT_EQ(schedule.Print(), "TP1:get-set:000000000000002a:temp-rename%3async=full:0*3.1.2*2.0");
  EXPECT_EQ(Parse(schedule.Print()), schedule);
}

TEST(ScheduleTest, NamesTheCallsWhereTheyAreKnown) {
  const Schedule schedule{"a", 1, "b", {0, 0, 0, 1}, {"open", "write", "write", "rename"}};
  EXPECT_EQ(schedule.Print(), "TP1:a:0000000000000001:b:0*3.1:open.write*2.rename");
  EXPECT_EQ(Parse(schedule.Print()), schedule);
}

TEST(ScheduleTest, AnEmptyScheduleIsReadBack) {
  const Schedule schedule;
  EXPECT_EQ(schedule.Print(), "TP1::0000000000000000::");
  EXPECT_EQ(Parse(schedule.Print()), schedule);
}

TEST(ScheduleTest, AnyScheduleIsReadBack) {
  Random random(23);
  for (int i = 0; i < 2000; ++i) {
    Schedule schedule;
    schedule.program_hash = random.Next();
    for (std::string* name : {&schedule.scenario, &schedule.backend}) {
      name->resize(random.Below(12));
      for (char& c : *name) c = static_cast<char>(random.Below(256));
    }
    schedule.choices.resize(random.Below(40));
    for (uint32_t& choice : schedule.choices) {
      choice = static_cast<uint32_t>(random.Next() >> (32 + random.Below(32)));
    }
    const std::string text = schedule.Print();
    for (const char c : text) EXPECT_TRUE(c > ' ' && c <= '~') << text;
    EXPECT_EQ(Parse(text), schedule);
  }
}

TEST(ScheduleTest, RefusesWhatIsDamaged) {
  for (const char* text : {"",
                           "TP2:a:0:b:",
                           "TP1",
                           "TP1:a:0:b",
                           "TP1:a:0:b:1:Open",
                           "TP1:a:0:b:1:open*2",
                           "TP1:a:0:b:1:",
                           "TP1:a:0:b:1:open:",
                           "TP1:a:x:b:",
                           "TP1:a::b:",
                           "TP1:%4:0:b:",
                           "TP1:%zz:0:b:",
                           "TP1:a:0:b:.",
                           "TP1:a:0:b:1..2",
                           "TP1:a:0:b:1*",
                           "TP1:a:0:b:1*0",
                           "TP1:a:0:b:1*2*3",
                           "TP1:a:0:b:-1",
                           "TP1:a:0:b:4294967296",
                           "TP1:a:0:b:1*4294967295",
                           "TP1:a:0:b:1*1000000.1*1000000",
                           "TP1:a:10000000000000000:b:"}) {
    const auto schedule = Schedule::Parse(text);
    ASSERT_FALSE(schedule.ok()) << text;
    EXPECT_EQ(schedule.error().kind, ErrorKind::kUsage);
  }
}

TEST(ScheduleTest, SurvivesHostileText) {
  const std::string whole =
      Schedule{"get-set", 7, "flock:x=1", {1, 1, 0}, {"open", "read", "read"}}.Print();
  Random random(29);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole;
    for (uint64_t edit = random.Below(6); edit > 0; --edit) {
      const size_t at = random.Below(text.size());
      switch (random.Below(3)) {
        case 0:
          text[at] = static_cast<char>(random.Below(256));
          break;
        case 1:
          text.insert(at, 1, "TP1:*.%09af"[random.Below(11)]);
          break;
        default:
          text.erase(at, 1 + random.Below(3));
          text += '0';
      }
    }
    const auto schedule = Schedule::Parse(text);
    if (schedule.ok()) {
      EXPECT_EQ(Parse(schedule.value().Print()), schedule.value());
    } else {
      for (const char c : schedule.error().Message()) EXPECT_NE(c, '\x1b');
    }
  }
}

}  // namespace
}  // namespace tearproof
