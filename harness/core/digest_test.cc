#include "harness/core/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace tearproof {
namespace {

// The test suite of RFC 1321, appendix A.5.
TEST(DigestTest, AgreesWithTheStandard) {
  EXPECT_EQ(Md5Hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5Hex("a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(Md5Hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Md5Hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(Md5Hex("abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
  EXPECT_EQ(Md5Hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
            "d174ab98d277d9f5a5611c2c9f419d9f");
  EXPECT_EQ(
      Md5Hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
      "57edf4a22be3c955ac49da2e2107b67a");
}

// Every length around a block and around what is hashed at a time, from every alignment.
TEST(DigestTest, DoesNotDependOnWhereTheTextLies) {
  std::string text(3'000, '\0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i >> 3);
  std::set<std::string> digests;
  size_t lengths = 0;
  for (const size_t around : {64, 1'024, 2'048}) {
    for (size_t length = around - 2; length <= around + 2; ++length) {
      const std::string digest = Md5Hex(std::string_view(text).substr(0, length));
      for (size_t offset = 1; offset < 8; ++offset) {
        const std::string moved = std::string(offset, 'x') + text;
        EXPECT_EQ(Md5Hex(std::string_view(moved).substr(offset, length)), digest);
      }
      digests.insert(digest);
      ++lengths;
    }
  }
  EXPECT_EQ(digests.size(), lengths);
  EXPECT_EQ(Md5Hex(text.substr(0, 2'050)),
            "be4651b1a795ae94945d1dc2dcc31d11");  // As md5sum has it.
}

}  // namespace
}  // namespace tearproof
