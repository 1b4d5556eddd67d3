#include "harness/adapter/ahead_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "harness/core/clock.h"

namespace tearproof::adapter {
namespace {

using ::testing::HasSubstr;

class AheadBackendTest : public ::testing::Test {
 protected:
  void Start(const std::string& fault) {
    auto started = AdapterProcess::Start(
        {"python3", TEARPROOF_SOURCE_DIR "/harness/adapter/testdata/ahead_adapter.py", fault});
    ASSERT_TRUE(started.ok()) << started.error().Message();
    process_ = std::move(started).value();
    backend_ = std::make_unique<AheadBackend>(process_.get(), BackendSetup{"/nowhere", 1, 1, {}});
    EXPECT_EQ(backend_->most(), 1u);
    Response response;
    backend_->Execute(Request{}, response);
    ASSERT_EQ(response.outcome, Outcome::kDone) << response.error;
  }

  std::vector<Response> Together(const std::vector<Request>& requests) {
    for (const Request& request : requests) backend_->Queue(request);
    backend_->Send();
    std::vector<Response> responses(requests.size());
    for (Response& response : responses) backend_->Receive(response);
    return responses;
  }

  std::unique_ptr<AdapterProcess> process_;
  std::unique_ptr<AheadBackend> backend_;
};

TEST_F(AheadBackendTest, EachAnswerBelongsToItsRequestAndLiesInItsTurn) {
  Start("");
  EXPECT_EQ(backend_->most(), 4u);
  const std::string bytes("\n\0{\"id\"\xff", 8);
  const int64_t begin = MonotonicNanos();
  const auto responses = Together({{OpKind::kGet, "k", {}},
                                   {OpKind::kSet, "k", bytes},
                                   {OpKind::kGet, "k", {}},
                                   {OpKind::kSet, "k", ""}});
  EXPECT_EQ(responses[0].outcome, Outcome::kMiss);
  EXPECT_EQ(responses[1].outcome, Outcome::kDone);
  EXPECT_EQ(responses[2].outcome, Outcome::kHit);
  EXPECT_EQ(responses[2].value, bytes);
  EXPECT_EQ(responses[3].outcome, Outcome::kDone);
  int64_t before = begin;
  for (const Response& response : responses) {
    EXPECT_LE(before, response.called);
    EXPECT_LE(response.called, response.returned);
    before = response.returned;
  }
  EXPECT_EQ(Together({{OpKind::kGet, "k", {}}})[0].value, "");
}

TEST_F(AheadBackendTest, MayBeAskedForMoreBeforeItHasAnswered) {
  Start("");
  const auto send = [&](const Request& first, const Request& second) {
    backend_->Queue(first);
    backend_->Queue(second);
    backend_->Send();
  };
  send({OpKind::kSet, "k", "v"}, {OpKind::kGet, "k", {}});
  int64_t before = 0;
  for (const std::string value : {"w", "x", "y"}) {
    send({OpKind::kSet, "k", value}, {OpKind::kGet, "k", {}});
    Response set;
    backend_->Receive(set);
    Response get;
    backend_->Receive(get);
    EXPECT_EQ(set.outcome, Outcome::kDone) << set.error;
    EXPECT_EQ(get.outcome, Outcome::kHit) << get.error;
    EXPECT_LE(before, set.called);
    EXPECT_LE(set.returned, get.called);
    before = get.returned;
  }
  // One that is not sent is refused in its turn all the same.
  backend_->Queue({OpKind::kGet, "\xff", {}});
  backend_->Send();
  Response rest;
  for (int i = 0; i < 2; ++i) backend_->Receive(rest);
  EXPECT_EQ(rest.value, "y");
  backend_->Receive(rest);
  EXPECT_EQ(rest.outcome, Outcome::kRefused);
}

// Were more announced before a request that is not sent, the answers would be held back for ever.
TEST_F(AheadBackendTest, AKeyThatCannotBeSentIsRefusedInItsTurn) {
  Start("");
  const auto responses =
      Together({{OpKind::kSet, "k", "v"}, {OpKind::kGet, "\xff", {}}, {OpKind::kGet, "\xff", {}}});
  EXPECT_EQ(responses[0].outcome, Outcome::kDone);
  EXPECT_EQ(responses[1].outcome, Outcome::kRefused);
  EXPECT_EQ(responses[1].called, responses[0].returned);
  EXPECT_EQ(responses[2].outcome, Outcome::kRefused);
}

TEST_F(AheadBackendTest, WhatIsNotAnsweredMayHaveHappened) {
  Start("die");
  const auto responses =
      Together({{OpKind::kSet, "k", "v"}, {OpKind::kGet, "k", {}}, {OpKind::kSet, "k", "w"}});
  // The first answer was held back, and died with it.
  for (const Response& response : responses) {
    EXPECT_EQ(response.outcome, Outcome::kError);
    EXPECT_EQ(response.called, 0);
    EXPECT_THAT(response.error, HasSubstr("ended by signal 9"));
  }
}

TEST_F(AheadBackendTest, AnswersWithoutTimesBreakTheTalk) {
  Start("timeless");
  const auto responses = Together({{OpKind::kSet, "k", "v"}, {OpKind::kGet, "k", {}}});
  EXPECT_THAT(responses[0].error, HasSubstr("has no \"t0\" and \"t1\""));
  EXPECT_THAT(responses[1].error, HasSubstr("has no \"t0\" and \"t1\""));
}

TEST_F(AheadBackendTest, AStrayLineFailsTheOperationBehindIt) {
  Start("print");
  const auto responses = Together({{OpKind::kSet, "k", "v"}, {OpKind::kGet, "k", {}}});
  EXPECT_EQ(responses[0].outcome, Outcome::kDone);
  EXPECT_THAT(responses[1].error, HasSubstr("stray line"));
}

}  // namespace
}  // namespace tearproof::adapter
