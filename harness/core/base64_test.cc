#include "harness/core/base64.h"

#include <gtest/gtest.h>

namespace tearproof {
namespace {

// RFC 4648, section 10.
TEST(Base64Test, EncodesTheExamplesOfItsStandard) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
}

TEST(Base64Test, ReadsBackAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    bytes += static_cast<char>(i * 7);
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
  }
}

TEST(Base64Test, TakesNothingElse) {
  for (const char* text : {"Z", "Zg", "Zg=", "Z===", "====", "=",
                           "Zg==Zg==", "Zh==", "Zm9=", "Zm 9", "Zm-v", "Zm9v\n"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tearproof
