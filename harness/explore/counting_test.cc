#include "harness/explore/counting.h"

#include <gtest/gtest.h>

#include <functional>

#include "harness/core/random.h"

namespace tearproof::explore {
namespace {

constexpr size_t kNoLimit = size_t{1} << 20;

// Reads and writes of three objects by three processes.
HappensBefore RandomOrder(Random& random, size_t events) {
  HappensBefore order(3);
  for (size_t i = 0; i < events; ++i) {
    Event event;
    event.process = static_cast<ProcessId>(random.Below(3));
    event.footprint = {
        {{trace::ObjectKind::kData, random.Below(3)},
         random.Below(2) == 0 ? trace::AccessMode::kRead : trace::AccessMode::kWrite}};
    order.Append(event);
  }
  return order;
}

// All executions of the class, one after the other.
void ForEachExtension(const HappensBefore& order,
                      const std::function<void(const std::vector<ProcessId>&)>& visit) {
  std::vector<bool> done(order.size());
  std::vector<ProcessId> choices;
  const std::function<void()> extend = [&] {
    if (choices.size() == order.size()) return visit(choices);
    for (size_t i = 0; i < order.size(); ++i) {
      bool next = !done[i];
      for (size_t before = 0; before < i && next; ++before) {
        next = done[before] || !order.Before(before, i);
      }
      if (!next) continue;
      done[i] = true;
      choices.push_back(order.event(i).process);
      extend();
      choices.pop_back();
      done[i] = false;
    }
  };
  extend();
}

TEST(CountingTest, AgreesWithGoingThroughThemAll) {
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    const HappensBefore order = RandomOrder(random, 1 + random.Below(9));
    uint64_t extensions = 0;
    size_t fewest = order.size();
    ForEachExtension(order, [&](const std::vector<ProcessId>& choices) {
      ++extensions;
      fewest = std::min(fewest, CountSwitches(choices));
    });
    EXPECT_EQ(LinearExtensions(order, kNoLimit), BigCount(extensions));
    const auto calm = FewestSwitches(order, kNoLimit);
    ASSERT_TRUE(calm);
    EXPECT_EQ(CountSwitches(*calm), fewest);
    bool found = false;
    ForEachExtension(
        order, [&](const std::vector<ProcessId>& choices) { found = found || choices == *calm; });
    EXPECT_TRUE(found);
  }
}

TEST(CountingTest, GivesUpBeyondItsLimit) {
  Random random(4);
  const HappensBefore order = RandomOrder(random, 30);
  EXPECT_FALSE(LinearExtensions(order, 100));
  EXPECT_FALSE(FewestSwitches(order, 100));
}

TEST(CountingTest, MultinomialsAreExact) {
  EXPECT_EQ(Multinomial(std::vector<size_t>{4, 4}).Print(), "70");
  EXPECT_EQ(Multinomial(std::vector<size_t>{5, 5, 4}).Print(), "252,252");
  EXPECT_EQ(Multinomial(std::vector<size_t>{10, 10, 10}).Print(), "5,550,996,791,340");
  EXPECT_EQ(Multinomial(std::vector<size_t>{0, 3, 0}).Print(), "1");
  EXPECT_EQ(Multinomial(std::vector<size_t>{60, 60, 60}).Print(), "more than 3.4e38");
}

TEST(CountingTest, NumbersArePrintedAndRead) {
  EXPECT_EQ(BigCount(0).Print(), "0");
  EXPECT_EQ(BigCount(999).Print(), "999");
  EXPECT_EQ(BigCount(1000).Print(), "1,000");
  EXPECT_EQ(BigCount(1234567).Print(), "1,234,567");
  BigCount large(~uint64_t{0});
  large *= large;
  EXPECT_EQ(BigCount::Parse(large.Digits()), large);
  EXPECT_EQ(large.Digits(), "340282366920938463426481119284349108225");
  large *= BigCount(2);
  EXPECT_TRUE(large.saturated());
  large += BigCount(1);
  EXPECT_TRUE(large.saturated());
  EXPECT_EQ(BigCount::Parse(large.Digits()), large);
  EXPECT_FALSE(BigCount::Parse(""));
  EXPECT_FALSE(BigCount::Parse("12a"));
}

}  // namespace
}  // namespace tearproof::explore
