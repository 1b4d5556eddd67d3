#include "harness/adapter/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tearproof::adapter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

BackendSetup SomeSetup() {
  BackendSetup setup;
  setup.directory = "/d/\"cache\"";
  setup.process = 2;
  setup.seed = 7;
  setup.options = {{"sync", "full"}};
  return setup;
}

Request Asking(OpKind kind, std::string_view key = "") {
  Request request;
  request.kind = kind;
  request.key = key;
  return request;
}

std::string Encoded(const Request& request) {
  return EncodeRequest(3, request, SomeSetup()).value_or("nothing");
}

TEST(ProtocolTest, WritesEveryRequestOnOneLine) {
  EXPECT_EQ(Encoded(Asking(OpKind::kInit)),
            R"({"id":3,"op":"init","protocol":1,"dir":"/d/\"cache\"","process":2,"seed":7,)"
            R"("options":{"sync":"full"}})"
            "\n");
  EXPECT_EQ(Encoded(Asking(OpKind::kGet, "a\nb")), R"({"id":3,"op":"get","key":"a\nb"})"
                                                   "\n");
  Request set = Asking(OpKind::kSet, "k");
  set.value = "v";
  set.ttl_millis = 60'000;
  EXPECT_EQ(Encoded(set), R"({"id":3,"op":"set","key":"k","value":"v","ttl":60})"
                          "\n");
  set.ttl_millis = 1'500;
  EXPECT_THAT(Encoded(set), HasSubstr(R"("ttl":1.5})"));
  Request incr = Asking(OpKind::kIncr, "k");
  incr.delta = 5;
  EXPECT_EQ(Encoded(incr), R"({"id":3,"op":"incr","key":"k","delta":5})"
                           "\n");
  EXPECT_EQ(Encoded(Asking(OpKind::kClear)), R"({"id":3,"op":"clear"})"
                                             "\n");
}

TEST(ProtocolTest, SendsASeedThatADoubleHolds) {
  BackendSetup setup = SomeSetup();
  setup.seed = UINT64_MAX;
  EXPECT_THAT(*EncodeRequest(1, Request{}, setup), HasSubstr(R"("seed":9007199254740991,)"));
}

TEST(ProtocolTest, CarriesNulButNoBrokenUtf8) {
  EXPECT_THAT(Encoded(Asking(OpKind::kGet, std::string_view("a\0b", 3))), HasSubstr(R"(a\u0000b)"));
  EXPECT_EQ(EncodeRequest(3, Asking(OpKind::kGet, "\xff\xfe"), SomeSetup()), std::nullopt);
}

// "hit:value", or the violation.
std::string Decoded(std::string_view line, OpKind kind = OpKind::kGet, Manner manner = {}) {
  Response response;
  const Result<void> decoded = DecodeResponse(line, 3, kind, &manner, &response);
  if (!decoded.ok()) return decoded.error().what;
  const std::string text = response.failed() ? response.error : response.value;
  return std::string(OutcomeName(response.outcome)) + ":" + text;
}

TEST(ProtocolTest, ReadsEveryAnswer) {
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"hit","value":"v","t0":"1","t1":"2"})"), "hit:v");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"miss"})"), "miss:");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"refused"})"), "refused:");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"done"})", OpKind::kSet), "done:");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"done","value":"7"})", OpKind::kIncr), "done:7");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true})", OpKind::kInit), "done:");
  EXPECT_EQ(Decoded(R"({"id":3,"unsupported":true})"), "unsupported:");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":false,"error":"boom"})"), "error:boom");
}

TEST(ProtocolTest, AFailureMayBeKnownToHaveChangedNothing) {
  EXPECT_EQ(Decoded(R"({"id":3,"ok":false,"error":"boom","happened":false})", OpKind::kSet),
            "failed:boom");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":false,"error":"boom","happened":true})", OpKind::kSet),
            "error:boom");
}

TEST(ProtocolTest, CarriesBytesInBase64ToWhoAsksForIt) {
  Manner manner;
  Response response;
  ASSERT_TRUE(DecodeResponse(R"({"id":1,"ok":true,"values":"base64"})", 1, OpKind::kInit, &manner,
                             &response)
                  .ok());
  ASSERT_EQ(manner.values, Manner::Values::kBase64);
  Request set = Asking(OpKind::kSet, "k");
  set.value = "va\"lue";
  EXPECT_EQ(EncodeRequest(3, set, SomeSetup(), manner),
            R"({"id":3,"op":"set","key":"k","value":"dmEibHVl"})"
            "\n");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"hit","value":"AP/+"})", OpKind::kGet, manner),
            std::string("hit:\0\xff\xfe", 7));
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"done","value":"7"})", OpKind::kIncr, manner),
            "done:7");
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"hit","value":"7"})", OpKind::kGet, manner),
              HasSubstr("no base64"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"values":"hex"})", OpKind::kInit),
              HasSubstr("other than base64"));
  // Another init may ask for text again.
  ASSERT_TRUE(DecodeResponse(R"({"id":2,"ok":true})", 2, OpKind::kInit, &manner, &response).ok());
  EXPECT_EQ(manner.values, Manner::Values::kText);
}

TEST(ProtocolTest, CarriesBytesBehindTheLineToWhoAsksForThat) {
  Manner manner;
  Response response;
  ASSERT_TRUE(DecodeResponse(R"({"id":1,"ok":true,"values":"bytes","ahead":8})", 1, OpKind::kInit,
                             &manner, &response)
                  .ok());
  ASSERT_EQ(manner.values, Manner::Values::kBytes);
  EXPECT_EQ(manner.ahead, 8u);
  Request set = Asking(OpKind::kSet, "k");
  set.value = "a\n\"";
  EXPECT_EQ(EncodeRequest(3, set, SomeSetup(), manner),
            "{\"id\":3,\"op\":\"set\",\"key\":\"k\",\"bytes\":3}\na\n\"\n");
  set.key = "\"";  // The library's way.
  EXPECT_EQ(EncodeRequest(3, set, SomeSetup(), manner),
            "{\"id\":3,\"op\":\"set\",\"key\":\"\\\"\",\"bytes\":3}\na\n\"\n");
  const std::string hit = R"({"id":3,"ok":true,"result":"hit","t0":"5","t1":"6","bytes":3})";
  EXPECT_EQ(Decoded(hit + "\na\n\"", OpKind::kGet, manner), "hit:a\n\"");
  EXPECT_EQ(
      Decoded(hit.substr(0, 1) + "\"x\":null," + hit.substr(1) + "\na\n\"", OpKind::kGet, manner),
      "hit:a\n\"");
  EXPECT_EQ(Decoded(R"({"id":3,"ok":true,"result":"done","value":"7"})", OpKind::kIncr, manner),
            "done:7");
  EXPECT_THAT(Decoded(hit, OpKind::kGet, manner), HasSubstr("the number of its \"bytes\""));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"hit","value":"v"})", OpKind::kGet, manner),
              HasSubstr("the number of its \"bytes\""));
}

TEST(ProtocolTest, ALineHasTheBytesThatItSays) {
  EXPECT_EQ(LineLength(""), std::nullopt);
  EXPECT_EQ(LineLength("{}"), std::nullopt);
  EXPECT_EQ(LineLength("{}\nx"), 2u);
  const std::string line = R"({"id":3,"bytes":4})";
  EXPECT_EQ(LineLength(line + "\na\nb"), std::nullopt);
  EXPECT_EQ(LineLength(line + "\na\nbc"), std::nullopt);  // Its newline is to come.
  EXPECT_EQ(LineLength(line + "\na\nbc\n{"), line.size() + 5);
  const std::string unusual = R"({"id":3,"error":null,"bytes":4})";
  EXPECT_EQ(LineLength(unusual + "\na\nbc\n"), unusual.size() + 5);
  // What says nothing of its own bytes.
  for (const char* other : {R"({"value":"\"bytes\":4"})", R"({"value":"bytes"})",
                            R"({"a":{"bytes":4}})", R"({"bytes":"4"})", R"({"bytes":-4})",
                            R"({"bytes":99999999999})", R"("bytes":4)", R"({"bytes":4)"}) {
    EXPECT_EQ(LineLength(std::string(other) + "\nabcd\n"), std::string_view(other).size()) << other;
  }
}

TEST(ProtocolTest, SaysThatMoreFollowsInTheLineBefore) {
  std::string requests = "{\"id\":1}\n{\"id\":2,\"bytes\":2}\n{}\n";
  AnnounceMore(requests.find('\n', 9), &requests);
  EXPECT_EQ(requests, "{\"id\":1}\n{\"id\":2,\"bytes\":2,\"more\":true}\n{}\n");
}

TEST(ProtocolTest, TakesTimesThatLieWithinTheCoordinatorsOwn) {
  Manner manner;
  Response response;
  const auto take = [&](std::string_view times) {
    const std::string line = R"({"id":3,"ok":true,"result":"miss")" + std::string(times) + "}";
    return DecodeResponse(line, 3, OpKind::kGet, &manner, &response);
  };
  ASSERT_TRUE(take(R"(,"t0":"100","t1":"200")").ok());
  EXPECT_EQ(response.called, 100);
  EXPECT_EQ(response.returned, 200);
  EXPECT_TRUE(CheckTimes(response, 100, 200).ok());
  EXPECT_THAT(CheckTimes(response, 101, 200).error().what, HasSubstr("CLOCK_MONOTONIC"));
  EXPECT_FALSE(CheckTimes(response, 100, 199).ok());
  ASSERT_TRUE(take("").ok());
  EXPECT_EQ(response.called, 0);
  EXPECT_TRUE(CheckTimes(response, 100, 200).ok());
  for (const char* times :
       {R"(,"t0":"100")", R"(,"t1":"200")", R"(,"t0":100,"t1":200)", R"(,"t0":"2","t1":"1")",
        R"(,"t0":"","t1":"1")", R"(,"t0":"0","t1":"1")", R"(,"t0":"1e3","t1":"2000")",
        R"(,"t0":"1","t1":"99999999999999999999")"}) {
    EXPECT_THAT(take(times).error().what, HasSubstr("t0")) << times;
  }
}

TEST(ProtocolTest, RejectsWhatIsNoAnswer) {
  EXPECT_THAT(Decoded(R"({"id":)"), HasSubstr("no valid JSON"));
  EXPECT_THAT(Decoded("{\"id\":3,\"ok\":true,\"result\":\"hit\",\"value\":\"\xff\"}"),
              HasSubstr("no valid JSON"));
  EXPECT_THAT(Decoded(R"({"id":4,"ok":true,"result":"miss"})"), HasSubstr("\"id\""));
  EXPECT_THAT(Decoded(R"({"id":"3","ok":true,"result":"miss"})"), HasSubstr("\"id\""));
  EXPECT_THAT(Decoded(R"({"ok":true,"result":"miss"})"), HasSubstr("\"id\""));
  EXPECT_THAT(Decoded(R"({"id":3})"), HasSubstr("neither \"ok\" nor"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":1})"), HasSubstr("neither \"ok\" nor"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":false})"), HasSubstr("no text \"error\""));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":false,"error":"x","happened":0})"), HasSubstr("happened"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true})"), HasSubstr("no \"result\" that get can have"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"done"})"), HasSubstr("get can have"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"hit","value":"v"})", OpKind::kSet),
              HasSubstr("set can have"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"error"})"), HasSubstr("get can have"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"refused"})", OpKind::kClear),
              HasSubstr("clear can have"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"hit"})"), HasSubstr("without a text"));
  EXPECT_THAT(Decoded(R"({"id":3,"ok":true,"result":"hit","value":7})"),
              HasSubstr("without a text"));
}

TEST(ProtocolTest, ReadsAnIntroduction) {
  const Result<Introduction> read = DecodeIntroduction(
      R"({"name":"django","version":"3.2","source":"/lib","operations":["get","set"],)"
      R"("promises":["present"],"max_entries":300,"ttl_resolution":"1s","concurrency":1})");
  ASSERT_TRUE(read.ok()) << read.error().Message();
  EXPECT_EQ(read.value().name, "django");
  EXPECT_EQ(read.value().version, "3.2");
  EXPECT_EQ(read.value().source, "/lib");
  EXPECT_THAT(read.value().operations, ElementsAre(OpKind::kInit, OpKind::kGet, OpKind::kSet));
  EXPECT_THAT(read.value().promises, ElementsAre(Promise::kPresent));
  EXPECT_EQ(read.value().max_entries, 300);
  EXPECT_EQ(read.value().ttl_resolution, 1'000'000'000);
}

TEST(ProtocolTest, RejectsAnIntroductionThatMeansNothing) {
  for (const char* line :
       {R"({"operations":["fetch"]})", R"({"operations":"get"})", R"({"operations":[1]})",
        R"({"promises":["sound"]})", R"({"max_entries":0})", R"({"max_entries":-1})",
        R"({"max_entries":"300"})", R"({"ttl_resolution":1})", R"({"ttl_resolution":"soon"})"}) {
    EXPECT_FALSE(DecodeIntroduction(line).ok()) << line;
  }
  const Result<Introduction> empty = DecodeIntroduction("{}");
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty.value().operations.empty());
}

}  // namespace
}  // namespace tearproof::adapter
