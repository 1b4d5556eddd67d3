#include "harness/adapter/serve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/adapter/protocol.h"
#include "harness/core/unique_fd.h"

namespace tearproof::adapter {
namespace {

using testing::HasSubstr;

// Remembers one value, and says what it was asked.
class Remembering : public Backend {
 public:
  void Execute(const Request& request, Response& response) override {
    switch (request.kind) {
      case OpKind::kSet:
        value_ = std::string(request.key) + "=" + std::string(request.value);
        if (request.ttl_millis != kNoTtl) value_ += "+" + std::to_string(request.ttl_millis);
        return response.Is(Outcome::kDone);
      case OpKind::kGet:
        response.Is(value_.empty() ? Outcome::kMiss : Outcome::kHit);
        response.value = value_;
        return;
      case OpKind::kInit:
        return response.Is(Outcome::kDone);
      case OpKind::kDelete:
        return response.Fail(2, "unlink: \"no\" such\nfile");
      default:
        return response.Is(Outcome::kUnsupported);
    }
  }

 private:
  std::string value_;
};

Result<std::unique_ptr<Backend>> OpenRemembering(const BackendSetup& setup) {
  if (setup.options.at("sync") == "none") return UsageError("no such sync");
  return std::unique_ptr<Backend>(std::make_unique<Remembering>());
}

struct Served {
  Result<void> result;
  std::string answers;
};

Served ServeLines(const std::string& lines) {
  std::array<int, 2> in;
  std::array<int, 2> out;
  EXPECT_EQ(pipe(in.data()), 0);
  EXPECT_EQ(pipe(out.data()), 0);
  const UniqueFd input(in[0]);
  const UniqueFd answers(out[0]);
  {
    const UniqueFd writer(in[1]);
    EXPECT_EQ(write(writer.get(), lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  }
  Served served{{}, ""};
  {
    const UniqueFd output(out[1]);
    served.result = Serve(OpenRemembering, input.get(), output.get());
  }
  std::array<char, 4096> part;
  for (ssize_t got; (got = read(answers.get(), part.data(), part.size())) > 0;) {
    served.answers.append(part.data(), static_cast<size_t>(got));
  }
  return served;
}

Request Ask(OpKind kind, std::string_view key = "", std::string_view value = "") {
  Request request;
  request.kind = kind;
  request.key = key;
  request.value = value;
  return request;
}

BackendSetup SetupForTests() {
  BackendSetup setup;
  setup.directory = "/dev/shm/x";
  setup.options = {{"sync", "full"}};
  return setup;
}

std::string InitLine() { return *EncodeRequest(1, Ask(OpKind::kInit), SetupForTests()); }

// The answer to one request after init, as the coordinator reads it.
Response Answer(const Request& request, const std::string& before = "") {
  const Served served =
      ServeLines(InitLine() + before + *EncodeRequest(9, request, SetupForTests()));
  EXPECT_TRUE(served.result.ok());
  const size_t end = served.answers.size() - 1;
  const size_t begin = served.answers.rfind('\n', end - 1) + 1;
  Manner manner;
  Response response;
  const auto decoded = DecodeResponse(served.answers.substr(begin, end - begin), 9, request.kind,
                                      &manner, &response);
  EXPECT_TRUE(decoded.ok()) << served.answers;
  return response;
}

TEST(ServeTest, AnswersWhatTheCoordinatorAsks) {
  Request set = Ask(OpKind::kSet, "k\"0\"", "va\\lue");
  set.ttl_millis = 1500;
  EXPECT_EQ(Answer(set).outcome, Outcome::kDone);
  EXPECT_EQ(Answer(Ask(OpKind::kGet, "k0")).outcome, Outcome::kMiss);
  const Response hit = Answer(Ask(OpKind::kGet, "k0"), *EncodeRequest(2, set, SetupForTests()));
  EXPECT_EQ(hit.outcome, Outcome::kHit);
  EXPECT_EQ(hit.value, "k\"0\"=va\\lue+1500");
  EXPECT_EQ(Answer(Ask(OpKind::kClear)).outcome, Outcome::kUnsupported);
  const Response failed = Answer(Ask(OpKind::kDelete, "k0"));
  EXPECT_EQ(failed.outcome, Outcome::kError);
  EXPECT_EQ(failed.error, "unlink: \"no\" such\nfile");
}

TEST(ServeTest, InitCarriesItsSetup) {
  DecodedRequest decoded;
  std::string line = InitLine();
  line.pop_back();
  ASSERT_TRUE(DecodeRequest(line, &decoded).ok());
  EXPECT_EQ(decoded.id, 1u);
  EXPECT_EQ(decoded.request.kind, OpKind::kInit);
  EXPECT_EQ(decoded.setup.directory, "/dev/shm/x");
  EXPECT_EQ(decoded.setup.options, (BackendOptions{{"sync", "full"}}));
}

TEST(ServeTest, EndsAtWhatIsNoRequest) {
  for (const char* line : {"hello\n", "{}\n", "{\"id\":1,\"op\":\"jump\"}\n", "[]\n",
                           "{\"id\":1,\"op\":\"set\",\"key\":\"k\",\"value\":\"v\",\"ttl\":-1}\n",
                           "{\"id\":1,\"op\":\"get\",\"key\":7}\n"}) {
    const Served served = ServeLines(InitLine() + line);
    ASSERT_FALSE(served.result.ok()) << line;
    EXPECT_THAT(served.result.error().Message(), HasSubstr("no request"));
  }
}

TEST(ServeTest, AnswersThatACacheCannotBeOpenedSo) {
  EXPECT_THAT(ServeLines(*EncodeRequest(1, Ask(OpKind::kGet, "k"), SetupForTests())).answers,
              HasSubstr("the first request must be init"));
  BackendSetup setup = SetupForTests();
  setup.options["sync"] = "none";
  const Served served = ServeLines(InitLine() + *EncodeRequest(2, Ask(OpKind::kInit), setup) +
                                   *EncodeRequest(3, Ask(OpKind::kGet, "k"), setup) + InitLine());
  EXPECT_TRUE(served.result.ok());
  EXPECT_THAT(served.answers, HasSubstr("\"id\":2,\"ok\":false,\"error\":\"no such sync"));
  EXPECT_THAT(served.answers, HasSubstr("\"id\":3,\"ok\":false,\"error\":\"no such sync"));
  EXPECT_THAT(served.answers, testing::EndsWith("{\"id\":1,\"ok\":true,\"result\":\"done\"}\n"));
}

// `name` of a sound request becomes `value`; absent where that is empty.
std::string With(const nlohmann::ordered_json& sound, const std::string& name,
                 const std::string& value) {
  std::string line;
  bool found = false;
  for (const auto& [each, text] : sound.items()) {
    found = found || each == name;
    const std::string said = each == name ? value : text.dump();
    if (!said.empty()) line += (line.empty() ? "{\"" : ",\"") + each + "\":" + said;
  }
  EXPECT_TRUE(found) << name;
  return line + "}";
}

TEST(ServeTest, SaysWhichFieldIsWrong) {
  const auto said_of = [](const std::string& line) -> std::string {
    DecodedRequest decoded;
    const Result<void> read = DecodeRequest(line, &decoded);
    return read.ok() ? "nothing" : read.error().what;
  };
  using nlohmann::ordered_json;
  const auto init = ordered_json::parse(InitLine());
  Request set = Ask(OpKind::kSet, "k", "v");
  set.ttl_millis = 1000;
  const auto setting = ordered_json::parse(*EncodeRequest(2, set, SetupForTests()));
  const auto counting =
      ordered_json::parse(*EncodeRequest(2, Ask(OpKind::kIncr, "k"), SetupForTests()));
  const std::string huge = "123456789012345678901234567890";
  for (const ordered_json& sound : {init, setting, counting}) {
    EXPECT_EQ(said_of(sound.dump()), "nothing");
    for (const auto& [name, text] : sound.items()) {
      const bool optional = name == "ttl" || name == "delta";
      std::vector<std::string> wrong = {"null", "true", "[]", "{\"a\":1}", "-1.5", "1e400"};
      if (name != "ttl") wrong.push_back(huge);
      if (text.is_string()) wrong.push_back("1");
      if (!text.is_string()) wrong.push_back("\"1\"");
      if (text.is_number() && name != "delta") wrong.push_back("-1");
      for (const std::string& value : wrong) {
        EXPECT_THAT(said_of(With(sound, name, value)), HasSubstr("no request")) << name << value;
      }
      EXPECT_EQ(said_of(With(sound, name, "")) == "nothing", optional) << name;
    }
  }
  EXPECT_THAT(said_of(With(init, "process", "65536")), HasSubstr("\"process\""));
  EXPECT_THAT(said_of(With(init, "protocol", "2")), HasSubstr("protocol 2"));
  for (const char* directory : {"\"\"", "\"cache\"", "\"/a\\u0000b\""}) {
    EXPECT_THAT(said_of(With(init, "dir", directory)), HasSubstr("absolute")) << directory;
  }
}

}  // namespace
}  // namespace tearproof::adapter
