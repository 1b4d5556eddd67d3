#include "harness/adapter/shared_adapter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "harness/adapter/adapter_backend.h"
#include "harness/core/owned_directory.h"

namespace tearproof::adapter {
namespace {

using ::testing::HasSubstr;

// Answers when it has three requests, the last one first.
constexpr const char* kThreeAtATime = R"(
import json, sys
open = []
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "init":
        print(json.dumps({"id": request["id"], "ok": True}), flush=True)
        continue
    open.append(request)
    if len(open) < 3: continue
    for each in reversed(open):
        print(json.dumps({"id": each["id"], "ok": True, "result": "hit", "value": each["key"]}))
    sys.stdout.flush()
    open = []
)";

std::unique_ptr<SharedAdapter> StartPython(const std::string& program) {
  auto started = SharedAdapter::Start({"python3", "-c", program});
  TEARPROOF_CHECK(started.ok(), started.error().Message());
  return std::move(started).value();
}

TEST(SharedAdapterParallelTest, GivesEachClientItsOwnAnswer) {
  const auto shared = StartPython(kThreeAtATime);
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (const std::string key : {"a", "b", "c"}) {
    clients.emplace_back([&shared, &right, key] {
      for (uint64_t round = 1; round <= 20; ++round) {
        shared->BeginRound(round);
        AdapterBackend backend(shared.get(), {});
        Response response;
        backend.Execute({}, response);
        if (response.outcome != Outcome::kDone) return;
        backend.Execute({OpKind::kGet, key, {}}, response);
        if (response.outcome == Outcome::kHit && response.value == key) ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 60);
}

TEST(SharedAdapterParallelTest, AsksInitOnceARound) {
  const auto shared = StartPython(R"(
import json, sys
for number, line in enumerate(sys.stdin):
    answer = {"id": json.loads(line)["id"], "ok": False, "error": "init %d" % (number + 1)}
    print(json.dumps(answer), flush=True)
)");
  Response response;
  const auto init = [&](uint64_t round) {
    shared->BeginRound(round);
    AdapterBackend(shared.get(), {}).Execute({}, response);
    return response.error;
  };
  EXPECT_EQ(init(1), "init 1");
  EXPECT_EQ(init(1), "init 1");
  EXPECT_EQ(init(2), "init 2");
}

TEST(SharedAdapterParallelTest, AnEndIsToldToAllWithTheEndOfStderr) {
  const auto shared = StartPython(R"(
import sys
sys.stdin.readline()
sys.stdin.readline()
sys.exit("no more memory")
)");
  std::vector<std::thread> clients;
  std::atomic<int> told = 0;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      Response response;
      AdapterBackend(shared.get(), {}).Execute({OpKind::kGet, "k", {}}, response);
      if (response.error.find("no more memory") != std::string::npos) ++told;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(told, 2);
}

TEST(SharedAdapterParallelTest, AnAnswerToNobodyBreaksIt) {
  const auto shared = StartPython(R"(
import sys
sys.stdin.readline()
print("mind me", file=sys.stderr, flush=True)
print('{"id":77,"ok":true,"result":"miss"}', flush=True)
sys.stdin.readline()
)");
  Response response;
  AdapterBackend(shared.get(), {}).Execute({OpKind::kGet, "k", {}}, response);
  EXPECT_THAT(response.error, HasSubstr("to no request in flight: {\"id\":77"));
  EXPECT_THAT(response.error, HasSubstr("mind me"));
}

}  // namespace
}  // namespace tearproof::adapter
