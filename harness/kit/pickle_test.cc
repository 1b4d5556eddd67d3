#include "harness/kit/pickle.h"

#include <gtest/gtest.h>

#include "harness/kit/stored_zlib.h"

namespace tearproof::kit {
namespace {

PythonException Load(std::string text, PickleObject& object, std::string& copy) {
  BufferedReader reader(text);
  const PythonException exception = LoadPickle(reader, object);
  copy = std::string(object.bytes);
  object.bytes = {};
  return exception;
}

TEST(PickleTest, WritesWhatPythonWrites) {
  using std::string_literals::operator""s;
  EXPECT_EQ(PickleBytes("ab"), "\x80\x03\x42\x02\0\0\0abq\0."s);
  EXPECT_EQ(PickleExpiry(1.5), "\x80\x03G\x3f\xf8\0\0\0\0\0\0."s);
  EXPECT_EQ(PickleExpiry(std::nullopt), "\x80\x03N."s);
}

TEST(PickleTest, ReadsBackWhatItWrote) {
  PickleObject object;
  std::string bytes;
  const std::string value(100'000, 'x');
  EXPECT_FALSE(Load(PickleBytes(value), object, bytes).raised());
  EXPECT_EQ(object.kind, PickleObject::Kind::kBytes);
  EXPECT_EQ(bytes, value);
  EXPECT_FALSE(Load(PickleExpiry(12.25), object, bytes).raised());
  EXPECT_EQ(object.kind, PickleObject::Kind::kFloat);
  EXPECT_EQ(object.number, 12.25);
  EXPECT_FALSE(Load(PickleInteger(-77), object, bytes).raised());
  EXPECT_EQ(object.kind, PickleObject::Kind::kInteger);
  EXPECT_EQ(object.number, -77);
  EXPECT_FALSE(Load(PickleExpiry(std::nullopt), object, bytes).raised());
  EXPECT_EQ(object.kind, PickleObject::Kind::kNone);
}

TEST(PickleTest, EveryTruncationIsAnEofOrPickleError) {
  PickleObject object;
  std::string bytes;
  const std::string whole = PickleBytes("some value");
  EXPECT_EQ(Load("", object, bytes).kind, PythonKind::kEofError);
  for (size_t size = 1; size < whole.size(); ++size) {
    const PythonKind kind = Load(whole.substr(0, size), object, bytes).kind;
    EXPECT_TRUE(kind == PythonKind::kEofError || kind == PythonKind::kPickleError) << size;
  }
}

TEST(PickleTest, MixedBytesWithinARecordAreNoError) {
  PickleObject object;
  std::string bytes;
  std::string text = PickleBytes("aaaabbbb");
  text.replace(text.find("bbbb"), 4, "ZZZZ");
  EXPECT_FALSE(Load(text, object, bytes).raised());
  EXPECT_EQ(bytes, "aaaaZZZZ");
}

TEST(PickleTest, TextWhereAnOpcodeShouldStandRaisesOtherErrors) {
  PickleObject object;
  std::string bytes;
  EXPECT_EQ(Load("I2x", object, bytes).kind, PythonKind::kOther);
  EXPECT_EQ(Load("h2x", object, bytes).kind, PythonKind::kOther);
  EXPECT_EQ(Load(std::string(8, '\0'), object, bytes).kind, PythonKind::kPickleError);
  EXPECT_EQ(Load(".", object, bytes).kind, PythonKind::kPickleError);
}

TEST(StoredZlibTest, RoundTripsAcrossBlocks) {
  for (const size_t size : {0, 1, 65535, 65536, 200'000}) {
    const std::string value(size, 'v');
    std::string back;
    EXPECT_FALSE(ZlibLoad(ZlibStore(value), back).raised()) << size;
    EXPECT_EQ(back, value);
    EXPECT_FALSE(ZlibLoad(ZlibStore(value) + "stale tail", back).raised()) << size;
  }
  EXPECT_EQ(Adler32("Wikipedia"), 0x11E60398u);
}

TEST(StoredZlibTest, EveryDamageIsAnError) {
  const std::string whole = ZlibStore("a value of some bytes");
  std::string back;
  for (size_t at = 0; at < whole.size(); ++at) {
    EXPECT_TRUE(ZlibLoad(whole.substr(0, at), back).raised()) << at;
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    EXPECT_TRUE(ZlibLoad(flipped, back).raised()) << at;
  }
}

}  // namespace
}  // namespace tearproof::kit
