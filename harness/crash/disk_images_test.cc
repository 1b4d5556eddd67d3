#include "harness/crash/disk_images.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace tearproof::crash {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;

DiskRecord WriteAt(uint64_t sector, char letter) {
  return {sector * 512, std::string(512, letter), false};
}

DiskRecord FlushAll() { return {0, "", true}; }

// As the images are drawn: "3: 0 1 2", the calls and the records of each.
std::vector<std::string> ImagesIn(const std::vector<DiskRecord>& records, size_t begin = 0,
                                  const ImageBudget& budget = {}) {
  std::vector<std::string> images;
  const auto calls_at = [](size_t written) { return static_cast<uint32_t>(written); };
  for (const DiskImage& image : ImagesOf(records, begin, calls_at, budget).images) {
    std::string text = std::to_string(image.calls) + ":";
    for (const uint32_t record : image.records) text += " " + std::to_string(record);
    images.push_back(text);
  }
  return images;
}

TEST(DiskImagesTest, AnySubsetOfTheLastEpochTheNearestFirst) {
  const std::vector<DiskRecord> records = {WriteAt(0, 'a'), WriteAt(1, 'b'), WriteAt(2, 'c')};
  // All; then what lacks one run, beginnings first; then what lacks two.
  EXPECT_THAT(ImagesIn(records),
              ElementsAre("3: 0 1 2", "3: 0 1", "3: 0", "3:", "3: 0 2", "3: 2", "3: 1 2", "3: 1"));
}

TEST(DiskImagesTest, WhatWasFlushedIsInEveryImageAfterIt) {
  const std::vector<DiskRecord> records = {WriteAt(0, 'a'), WriteAt(1, 'b'), FlushAll(),
                                           WriteAt(2, 'c')};
  EXPECT_THAT(ImagesIn(records),
              ElementsAre("2: 0 1", "3: 0 1", "4: 0 1 3", "2: 0", "4: 0 1", "2:", "2: 1"));
}

TEST(DiskImagesTest, OnlyEpochsThatEndAfterTheBeginningAreDrawn) {
  const std::vector<DiskRecord> records = {WriteAt(0, 'a'), FlushAll(), WriteAt(1, 'b'),
                                           FlushAll()};
  EXPECT_THAT(ImagesIn(records, 2), ElementsAre("2: 0", "3: 0 2", "4: 0 2", "3: 0"));
}

TEST(DiskImagesTest, EqualContentsOfOneMomentAreOneImage) {
  // The last of three writes to a sector decides; zeros are what was there.
  const std::vector<DiskRecord> same = {WriteAt(5, 'a'), WriteAt(5, 'a'), WriteAt(5, 'a')};
  EXPECT_THAT(ImagesIn(same), ElementsAre("3: 0 1 2", "3:"));
  const std::vector<DiskRecord> zeros = {WriteAt(5, '\0')};
  EXPECT_THAT(ImagesIn(zeros), ElementsAre("1: 0"));
  const std::vector<DiskRecord> twice = {WriteAt(5, 'a'), WriteAt(5, 'b')};
  EXPECT_THAT(ImagesIn(twice), ElementsAre("2: 0 1", "2: 0", "2:"));
  // The same bytes elsewhere are not the same.
  const std::vector<DiskRecord> moved = {WriteAt(5, 'a'), WriteAt(6, 'a')};
  EXPECT_EQ(ImagesIn(moved).size(), 4u);
}

TEST(DiskImagesTest, ABackWriteOfOldBytesIsNoDifference) {
  const std::vector<DiskRecord> records = {WriteAt(0, 'a'), FlushAll(), WriteAt(0, 'a'),
                                           WriteAt(1, 'b')};
  EXPECT_THAT(ImagesIn(records, 2), ElementsAre("2: 0", "4: 0 2 3", "4: 0 2"));
}

TEST(DiskImagesTest, EverySubsetOnceAndTheBoundIsTold) {
  std::vector<DiskRecord> records;
  for (uint64_t sector = 0; sector < 10; ++sector) records.push_back(WriteAt(sector, 'x'));
  const auto none = [](size_t) { return 0u; };
  const DiskImages all = ImagesOf(records, 0, none, {5000, 5000});
  EXPECT_TRUE(all.exhausted);
  EXPECT_EQ(all.images.size(), 1024u);
  EXPECT_EQ(all.drawn, 1024u);
  EXPECT_EQ(all.epochs, 1u);
  std::set<std::vector<uint32_t>> distinct;
  for (const DiskImage& image : all.images) distinct.insert(image.records);
  EXPECT_EQ(distinct.size(), 1024u);
  // One whole, and the 55 runs of ten that may be missing: the next has two.
  const DiskImages some = ImagesOf(records, 0, none, {60, 5000});
  EXPECT_FALSE(some.exhausted);
  EXPECT_EQ(some.losses, 2u);
  EXPECT_EQ(some.images.size(), 60u);
  const DiskImages exact = ImagesOf(records, 0, none, {1024, 5000});
  EXPECT_TRUE(exact.exhausted);
  const DiskImages drawn = ImagesOf(records, 0, none, {5000, 30});
  EXPECT_FALSE(drawn.exhausted);
  EXPECT_EQ(drawn.losses, 1u);
  EXPECT_EQ(drawn.drawn, 30u);
}

TEST(DiskImagesTest, ASmallBudgetIsSpentOnAllEpochsAlike) {
  std::vector<DiskRecord> records;
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (uint64_t sector = 0; sector < 8; ++sector) {
      records.push_back(WriteAt(sector, static_cast<char>('a' + epoch)));
    }
    records.push_back(FlushAll());
  }
  std::set<uint32_t> moments;
  const auto calls_at = [](size_t written) { return static_cast<uint32_t>(written); };
  for (const DiskImage& image : ImagesOf(records, 0, calls_at, {13, 5000}).images) {
    if (image.records.size() % 8 != 0) moments.insert(image.calls);
  }
  EXPECT_THAT(moments, IsSupersetOf({8u, 17u, 26u}));
}

}  // namespace
}  // namespace tearproof::crash
