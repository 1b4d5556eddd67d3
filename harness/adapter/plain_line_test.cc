#include "harness/adapter/plain_line.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "harness/adapter/protocol.h"
#include "harness/core/random.h"

namespace tearproof::adapter {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

json ValueOf(const PlainMember& member) {
  switch (member.kind) {
    case PlainMember::Kind::kText:
      return std::string(member.text);
    case PlainMember::Kind::kNumber:
      return member.number;
    case PlainMember::Kind::kTrue:
    case PlainMember::Kind::kFalse:
      return member.kind == PlainMember::Kind::kTrue;
    case PlainMember::Kind::kObject:
      return json::object();
  }
  return {};
}

json TreeOf(const PlainLine& line) {
  json tree = json::object();
  for (const PlainMember& member : line.members()) {
    json& object = member.parent.empty() ? tree : tree[std::string(member.parent)];
    object[std::string(member.name)] = ValueOf(member);
  }
  return tree;
}

constexpr const char* kLines[] = {
    R"({"id":3,"ok":true,"result":"hit","value":"some value"})",
    R"({"id": 30, "ok": false, "error": "no"})",
    R"({"id":1,"op":"init","protocol":1,"dir":"/d","process":2,"options":{"a":"b","c":""}})",
    R"( { "n" : 0 , "big" : 18446744073709551615 , "o" : { } } )",
};

TEST(PlainLineTest, ReadsWhatTheLibraryReads) {
  for (const char* line : kLines) {
    const auto plain = PlainLine::Parse(line);
    ASSERT_TRUE(plain) << line;
    EXPECT_EQ(TreeOf(*plain), json::parse(line)) << line;
  }
}

TEST(PlainLineTest, LeavesTheUnusualToTheLibrary) {
  for (const char* line :
       {"", "{", "{}x", "[]", R"({"a":1.5})", R"({"a":-1})", R"({"a":01})", R"({"a":1e3})",
        R"({"a":18446744073709551616})", R"({"a":"b\n"})", "{\"a\":\"\xc3\xa9\"}", R"({"a":null})",
        R"({"a":[1]})", R"({"a":{"b":{}}})", R"({"a":1,"a":2})", R"({"a":1,})", R"({"":1})",
        "{\"a\":\"\t\"}", R"({"a":true1})"}) {
    EXPECT_FALSE(PlainLine::Parse(line)) << line;
  }
}

// Whatever is taken is what the library reads; nothing that it refuses is taken.
TEST(PlainLineTest, AgreesWithTheLibraryOnDamagedLines) {
  constexpr std::string_view kPieces = "{}[]\",:0159.-+eE \\ntrufalsid\t\x80\xc3";
  Random random(1);
  size_t taken = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string line = kLines[random.Below(std::size(kLines))];
    for (uint64_t edits = random.Below(3); edits < 3; ++edits) {
      const size_t at = random.Below(line.size());
      const char piece = kPieces[random.Below(kPieces.size())];
      if (random.Below(2) == 0) {
        line[at] = piece;
      } else {
        line.insert(at, 1, piece);
      }
    }
    const auto plain = PlainLine::Parse(line);
    if (!plain) continue;
    ++taken;
    ASSERT_EQ(TreeOf(*plain), json::parse(line, nullptr, false)) << line;
  }
  EXPECT_GT(taken, 1000);
}

std::string AsTheLibraryWrites(const std::string& line) {
  return ordered_json::parse(line).dump() + "\n";
}

TEST(PlainLineTest, RequestsAreWrittenAsTheLibraryWritesThem) {
  BackendSetup setup;
  setup.directory = "/d";
  setup.options = {{"a", "b"}, {"c", "d"}};
  for (size_t kind = 0; kind < kOpKindCount; ++kind) {
    for (const char* text : {"plain", "", "\"quoted\"", "\x01 \xc3\xa9"}) {
      Request request;
      request.kind = static_cast<OpKind>(kind);
      request.key = text;
      request.value = text;
      request.delta = -4;
      for (const uint32_t ttl : {kNoTtl, 0U, 1500U, 2000U}) {
        request.ttl_millis = ttl;
        const std::string line = EncodeRequest(7, request, setup).value();
        EXPECT_EQ(line, AsTheLibraryWrites(line));
        DecodedRequest decoded;
        ASSERT_TRUE(DecodeRequest(line, &decoded).ok()) << line;
        EXPECT_EQ(decoded.request.kind, request.kind);
        EXPECT_EQ(decoded.request.ttl_millis, ttl);
        EXPECT_EQ(decoded.key, TakesKey(request.kind) ? text : "");
      }
    }
  }
}

// With a member that makes it unusual, the library reads it.
std::string Unusual(const std::string& line) {
  return line.substr(0, line.size() - 2) + ",\"x\":[]}";
}

TEST(PlainLineTest, AnswersAreReadAsTheLibraryReadsThem) {
  for (const Outcome outcome : {Outcome::kHit, Outcome::kMiss, Outcome::kDone, Outcome::kRefused}) {
    for (size_t kind = 0; kind < kOpKindCount; ++kind) {
      for (const char* value : {"", "plain", "\"quoted\""}) {
        Response given;
        given.Is(outcome);
        given.value = value;
        const std::string line = EncodeResponse(9, static_cast<OpKind>(kind), given);
        EXPECT_EQ(line, AsTheLibraryWrites(line));
        for (const uint64_t id : {9U, 8U}) {
          Response quick;
          Response slow;
          const bool read = DecodeResponse(line, id, static_cast<OpKind>(kind), &quick).ok();
          EXPECT_EQ(read, DecodeResponse(Unusual(line), id, static_cast<OpKind>(kind), &slow).ok());
          EXPECT_EQ(quick.outcome, slow.outcome);
          EXPECT_EQ(quick.value, slow.value);
        }
      }
    }
  }
}

TEST(PlainLineTest, RequestsAreReadAsTheLibraryReadsThem) {
  for (const std::string line :
       {R"({"id":1,"op":"set","key":"k","value":"v","ttl":3})", R"({"id":1,"op":"incr","key":"k"})",
        R"({"id":1,"op":"incr","key":"k","delta":9223372036854775808})", R"({"id":1,"op":"eat"})",
        R"({"id":1,"op":"get","key":1})", R"({"op":"get","key":"k"})",
        R"({"id":1,"op":"init","dir":"/d","process":70000,"seed":1,"options":{}})",
        R"({"id":1,"op":"init","dir":"/d","process":7,"seed":1,"options":{"a":"b"}})",
        R"({"id":1,"op":"init","dir":"/d","process":7,"seed":1,"options":{"a":1}})",
        R"({"id":1,"op":"init","dir":"/d","process":7,"seed":1})",
        R"({"id":1,"op":"touch","key":"k","ttl":4294968})"}) {
    DecodedRequest quick;
    DecodedRequest slow;
    const std::string unusual = line.substr(0, line.size() - 1) + ",\"x\":[]}";
    ASSERT_EQ(DecodeRequest(line, &quick).ok(), DecodeRequest(unusual, &slow).ok()) << line;
    EXPECT_EQ(quick.request.kind, slow.request.kind);
    EXPECT_EQ(quick.request.ttl_millis, slow.request.ttl_millis);
    EXPECT_EQ(quick.request.delta, slow.request.delta);
    EXPECT_EQ(quick.key, slow.key);
    EXPECT_EQ(quick.value, slow.value);
    EXPECT_EQ(quick.setup.process, slow.setup.process);
    EXPECT_EQ(quick.setup.options, slow.setup.options);
  }
}

}  // namespace
}  // namespace tearproof::adapter
