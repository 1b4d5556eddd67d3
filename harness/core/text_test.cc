#include "harness/core/text.h"

#include <gtest/gtest.h>

namespace tearproof {
namespace {

TEST(TextTest, ParsesSizes) {
  EXPECT_EQ(ParseSize("512").value(), 512u);
  EXPECT_EQ(ParseSize("512B").value(), 512u);
  EXPECT_EQ(ParseSize("4KiB").value(), 4096u);
  EXPECT_EQ(ParseSize("4 KB").value(), 4096u);
  EXPECT_EQ(ParseSize("1.5K").value(), 1536u);
  EXPECT_EQ(ParseSize("16MiB").value(), 16u << 20);
  EXPECT_EQ(ParseSize("1G").value(), 1u << 30);
  EXPECT_EQ(ParseSize("4k").value(), 4096u);
  EXPECT_EQ(ParseSize("4kib").value(), 4096u);
  for (const char* text :
       {"", "K", "-1", "0.3", "1e99", "1e308GiB", "inf", "nan", "4 K x", "0x10", "4KiB ", "1,5K"}) {
    EXPECT_FALSE(ParseSize(text).ok()) << text;
  }
  EXPECT_EQ(ParseSize("x\x1b[2J").error().what, "'x\\x1b[2J' is no size");
}

TEST(TextTest, FormatsSizes) {
  EXPECT_EQ(FormatSize(0), "0 B");
  EXPECT_EQ(FormatSize(100), "100 B");
  EXPECT_EQ(FormatSize(4096), "4 KiB");
  EXPECT_EQ(FormatSize(4097), "4097 B");
  EXPECT_EQ(FormatSize(16 << 20), "16 MiB");
  EXPECT_EQ(FormatSize(uint64_t{5} << 40), "5120 GiB");
}

TEST(TextTest, ParsesDurations) {
  EXPECT_EQ(ParseDuration("5s").value(), 5'000'000'000);
  EXPECT_EQ(ParseDuration("1.5s").value(), 1'500'000'000);
  EXPECT_EQ(ParseDuration("200ms").value(), 200'000'000);
  EXPECT_EQ(ParseDuration("250us").value(), 250'000);
  EXPECT_EQ(ParseDuration("250µs").value(), 250'000);
  EXPECT_EQ(ParseDuration("10m").value(), 600'000'000'000);
  EXPECT_EQ(ParseDuration("10min").value(), 600'000'000'000);
  EXPECT_EQ(ParseDuration("8h").value(), 28'800'000'000'000);
  EXPECT_EQ(ParseDuration("5").error().Message(), "'5' has no unit; write 5s or 5min");
  for (const char* text : {"", "5", "s", "-1s", "5 sec", "1e30h", "infs", "5s5s"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(TextTest, FormatsDurationsWithThreeDigits) {
  EXPECT_EQ(FormatDuration(0), "0 ns");
  EXPECT_EQ(FormatDuration(999), "999 ns");
  EXPECT_EQ(FormatDuration(37'000), "37 µs");
  EXPECT_EQ(FormatDuration(999'499), "999 µs");
  EXPECT_EQ(FormatDuration(999'999), "1 ms");
  EXPECT_EQ(FormatDuration(999'999'999), "1 s");
  EXPECT_EQ(FormatDuration(1'500'000'000), "1.5 s");
  EXPECT_EQ(FormatDuration(119'999'999'999), "2 min");
  EXPECT_EQ(FormatDuration(7'199'999'999'999), "2 h");
  EXPECT_EQ(FormatDuration(INT64_MAX), "2562048 h");
}

TEST(TextTest, CountsNouns) {
  EXPECT_EQ(Counted(0, "keys"), "0 keys");
  EXPECT_EQ(Counted(1, "keys"), "1 key");
  EXPECT_EQ(Counted(1, "processes"), "1 process");
  EXPECT_EQ(Counted(2000, "processes"), "2,000 processes");
  EXPECT_EQ(Counted(1, "hits that met sets"), "1 hit that met sets");
  EXPECT_EQ(Counted(1, "distinct keys set"), "1 distinct key set");
  EXPECT_EQ(Singular("entries left"), "entry left");
  EXPECT_EQ(Singular("switches between processes"), "switch between processes");
  EXPECT_EQ(Singular("caches"), "cache");
  EXPECT_EQ(Singular(""), "");
}

TEST(TextTest, FormatsCounts) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1'000), "1,000");
  EXPECT_EQ(FormatCount(1'234'567), "1,234,567");
  EXPECT_EQ(FormatCount(UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(FormatRounded(950), "950");
  EXPECT_EQ(FormatRounded(999.7), "1.0 k");
  EXPECT_EQ(FormatRounded(99'990), "100 k");
  EXPECT_EQ(FormatRounded(999'900), "1.0 M");
  EXPECT_EQ(FormatRounded(1'234'567), "1.2 M");
  EXPECT_EQ(FormatRounded(999.99e6), "1.0 G");
}

TEST(EscapeForTerminalTest, LeavesTextAlone) {
  EXPECT_EQ(EscapeForTerminal("plain, ünïcödé, 漢字, 🙂"),
            "plain, ünïcödé, 漢字, 🙂");
}

TEST(EscapeForTerminalTest, EscapesWhatATerminalObeys) {
  EXPECT_EQ(EscapeForTerminal("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(EscapeForTerminal(std::string_view("a\0b\n\t\r\x7f", 7)), "a\\x00b\\n\\t\\r\\x7f");
  EXPECT_EQ(EscapeForTerminal("\xc2\x9b"
                              "31m"),
            "\\xc2\\x9b31m")
      << "a C1 control character";
}

TEST(EscapeForTerminalTest, EscapesIllFormedUtf8) {
  EXPECT_EQ(EscapeForTerminal("\xff"), "\\xff");
  EXPECT_EQ(EscapeForTerminal("\xe2\x82"), "\\xe2\\x82") << "cut short";
  EXPECT_EQ(EscapeForTerminal("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(EscapeForTerminal("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(EscapeForTerminal("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
}

TEST(EscapeForTerminalTest, EscapesWhatDeceives) {
  // NOLINTNEXTLINE(misc-misleading-bidirectional): it is meant to mislead.
  EXPECT_EQ(EscapeForTerminal("a\u202eb"), "a\\xe2\\x80\\xaeb");
  // NOLINTNEXTLINE(misc-misleading-bidirectional)
  EXPECT_EQ(EscapeForTerminal("a\u2066b"), "a\\xe2\\x81\\xa6b");
  EXPECT_EQ(EscapeForTerminal("a\u200bb"), "a\\xe2\\x80\\x8bb");
  EXPECT_EQ(EscapeForTerminal("a\ufeffb"), "a\\xef\\xbb\\xbfb");
  EXPECT_EQ(EscapeForTerminal("a\U000e0041b"), "a\\xf3\\xa0\\x81\\x81b");
  EXPECT_EQ(EscapeForTerminal("\u2010"), "\u2010") << "a hyphen is only a hyphen";
}

TEST(EscapeForTerminalTest, CutsLongText) {
  EXPECT_EQ(EscapeForTerminal("abcdef", 3), "abc…");
  EXPECT_EQ(EscapeForTerminal("abc", 3), "abc");
  EXPECT_LT(EscapeForTerminal(std::string(100'000, '\x01')).size(), 500u);
}

TEST(NearestNameTest, FindsTypingMistakesOnly) {
  const std::vector<std::string> known = {"naive", "temp-rename", "flock"};
  EXPECT_EQ(NearestName("naiv", known), "naive");
  EXPECT_EQ(NearestName("temp_rename", known), "temp-rename");
  EXPECT_EQ(NearestName("sqlite", known), "");
  EXPECT_EQ(NearestName("", known), "");
  EXPECT_EQ(NearestName("NAIVE", known), "naive");
  EXPECT_EQ(NearestName("django-20537", std::vector<std::string>{"regressions/django-20536"}),
            "regressions/django-20536");
  const Error error = UnknownNameError("backend", "flok", known);
  EXPECT_EQ(error.kind, ErrorKind::kUsage);
  EXPECT_EQ(error.Message(),
            "unknown backend 'flok'; did you mean 'flock'? Known: naive, temp-rename, flock");
}

TEST(TextTest, SplitsAndJoins) {
  const std::vector<std::string> expected = {"a", "", "b", ""};
  EXPECT_EQ(Split("a,,b,", ','), expected);
  EXPECT_EQ(Join(expected, ","), "a,,b,");
  EXPECT_EQ(Split("", ','), std::vector<std::string>{""});
}

TEST(ShellQuoteTest, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(ShellQuote("temp-rename:sync=full"), "temp-rename:sync=full");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("two words"), "'two words'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  for (const char* text : {"$(id)", "`id`", "~", "a;b", "a\nb", "{a,b}", "*", "!x", "#x", "a&b"}) {
    EXPECT_EQ(ShellQuote(text), "'" + std::string(text) + "'");
  }
}

}  // namespace
}  // namespace tearproof
