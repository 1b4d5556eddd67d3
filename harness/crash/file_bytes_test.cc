#include "harness/crash/file_bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace tearproof::crash {
namespace {

std::vector<uint64_t> IdentityOf(const FileBytes& bytes) {
  std::vector<uint64_t> numbers;
  bytes.AppendIdentity(&numbers);
  return numbers;
}

TEST(FileBytesTest, ACopyKeepsWhatTheOriginalLoses) {
  FileBytes original(std::string(10000, 'a'));
  const FileBytes copy = original;
  original.Replace(4090, "bbbbbbbbbbbb");
  original.Resize(5000);
  EXPECT_EQ(copy.ToString(), std::string(10000, 'a'));
  EXPECT_EQ(original.ToString(),
            std::string(4090, 'a') + std::string(12, 'b') + std::string(5000 - 4102, 'a'));
}

TEST(FileBytesTest, AChangeAfterADigestGivesAnotherOne) {
  FileBytes bytes("aaaa");
  const auto before = IdentityOf(bytes);
  bytes.Replace(1, "b");
  EXPECT_NE(IdentityOf(bytes), before);
  bytes.Replace(1, "a");
  EXPECT_EQ(IdentityOf(bytes), before);
}

TEST(FileBytesTest, WhatWasCutOffDoesNotComeBack) {
  FileBytes bytes(std::string(6000, 'x'));
  bytes.Resize(5000);
  bytes.Resize(6000);
  EXPECT_EQ(bytes.ToString(), std::string(5000, 'x') + std::string(1000, '\0'));
}

// Whether a block of zeros was written or never was.
TEST(FileBytesTest, ZerosAreZeros) {
  FileBytes hole;
  hole.Resize(9000);
  EXPECT_EQ(hole, FileBytes(std::string(9000, '\0')));
  EXPECT_NE(hole, FileBytes(std::string(9001, '\0')));
}

TEST(FileBytesTest, WhatIsSharedIsNotChangedInTheSource) {
  const FileBytes source(std::string(2000, 's'));
  FileBytes bytes(std::string(3000, 'b'));
  bytes.Replace(1024 + 100, source, 100, 1800);
  bytes.Replace(1600, "xyz");
  EXPECT_EQ(bytes.ToString(), std::string(1124, 'b') + std::string(476, 's') + "xyz" +
                                  std::string(1024 + 1800 - 1603, 's') +
                                  std::string(3000 - 2824, 'b'));
  EXPECT_EQ(source.ToString(), std::string(2000, 's'));
}

TEST(FileBytesDeathTest, NobodyWritesBehindTheEnd) {
  FileBytes bytes("abc");
  EXPECT_DEATH(bytes.Replace(2, "xy"), "within the file");
}

// Against a string: any cuts, growths and writes, with copies taken and digests asked for between.
RC_GTEST_PROP(FileBytesPropertyTest, BehavesAsAString, ()) {
  FileBytes bytes;
  std::string model;
  std::vector<std::pair<FileBytes, std::string>> copies;
  const int steps = *rc::gen::inRange(1, 30);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 5)) {
      case 0: {
        const auto size = *rc::gen::inRange<size_t>(0, 3000);
        bytes.Resize(size);
        model.resize(size, '\0');
        break;
      }
      case 1:
      case 2: {
        const auto offset = *rc::gen::inRange<size_t>(0, model.size() + 1);
        const auto length = *rc::gen::inRange<size_t>(0, model.size() - offset + 1);
        const std::string written(length, *rc::gen::element('\0', 'a', 'b'));
        bytes.Replace(offset, written);
        model.replace(offset, length, written);
        break;
      }
      case 3: {  // From one of the copies, from and to the same place within a block.
        if (copies.empty()) break;
        const auto& [source, text] = copies[*rc::gen::inRange<size_t>(0, copies.size())];
        const auto begin = *rc::gen::inRange<size_t>(0, text.size() + 1);
        const size_t first = begin % FileBytes::kBlock;
        if (first > model.size()) break;
        const size_t blocks = (model.size() - first) / FileBytes::kBlock;
        const size_t offset = first + FileBytes::kBlock * *rc::gen::inRange<size_t>(0, blocks + 1);
        const size_t most = std::min(text.size() - begin, model.size() - offset);
        const auto length = *rc::gen::weightedOneOf<size_t>(
            {{3, rc::gen::inRange<size_t>(0, most + 1)}, {1, rc::gen::just(most)}});
        bytes.Replace(offset, source, begin, begin + length);
        model.replace(offset, length, text, begin, length);
        break;
      }
      default:
        IdentityOf(bytes);
        copies.emplace_back(bytes, model);
    }
  }
  copies.emplace_back(bytes, model);
  for (const auto& [copy, expected] : copies) {
    RC_ASSERT(copy.ToString() == expected);
    RC_ASSERT(IdentityOf(copy) == IdentityOf(FileBytes(expected)));
  }
  for (const auto& [a, text_a] : copies) {
    for (const auto& [b, text_b] : copies) RC_ASSERT((a == b) == (text_a == text_b));
  }
}

}  // namespace
}  // namespace tearproof::crash
