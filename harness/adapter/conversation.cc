#include "harness/adapter/conversation.h"

#include <fmt/format.h>

#include <utility>

#include "harness/adapter/protocol.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

constexpr size_t kMostText = 1'000;
constexpr size_t kMostQuoted = 60;

std::string Quoted(std::string_view text) {
  return fmt::format("\"{}\"", EscapeForTerminal(text, kMostQuoted));
}

std::string Describe(const Request& request) {
  const std::string key = TakesKey(request.kind) ? " of the key " + Quoted(request.key) : "";
  return std::string(OpKindName(request.kind)) + key;
}

}  // namespace

Conversation::Conversation(const ConformanceSubject& subject) : subject_(subject) {
  auto started = AdapterProcess::Start(subject.command);
  if (!started.ok()) {
    Fail(started.error().Message());
    return;
  }
  process_ = std::move(started).value();
  if (subject.interrupted != nullptr) process_->BreakOn(*subject.interrupted);
}

void Conversation::Fail(std::string problem) {
  if (!failed()) problem_ = std::move(problem);
}

Response Conversation::Init(const std::string& directory, bool may_fail) {
  if (failed()) return {};
  BackendSetup setup;
  setup.directory = directory;
  setup.seed = 1;
  setup.options = subject_.options;
  const auto line = EncodeRequest(next_id_, Request{}, setup, manner_);
  if (!line) {
    Fail("the directory's name or an option is no UTF-8: JSON cannot carry it");
    return {};
  }
  Response response = Exchange(*line, next_id_++, OpKind::kInit, "init");
  if (!may_fail && response.failed()) {
    Fail("init failed: " + EscapeForTerminal(response.error, kMostText));
  }
  return response;
}

Response Conversation::Ask(const Request& request, bool may_fail) {
  if (failed()) return {};
  const auto line = EncodeRequest(next_id_, request, {}, manner_);
  TEARPROOF_CHECK(line.has_value(), "conformance asks in UTF-8");
  Response response = Exchange(*line, next_id_++, request.kind, Describe(request));
  if (!may_fail && response.failed()) {
    Fail(fmt::format("{} failed: {}", Describe(request),
                     EscapeForTerminal(response.error, kMostText)));
  }
  return response;
}

Response Conversation::AskText(const std::string& text, OpKind kind) {
  if (failed()) return {};
  const uint64_t id = next_id_++;
  return Exchange(fmt::format("{{\"id\":{},{}}}\n", id, text), id, kind, "{" + text + "}");
}

Response Conversation::Exchange(const std::string& line, uint64_t id, OpKind kind,
                                const std::string& what) {
  Response response;
  std::string answer;
  const int64_t sent = MonotonicNanos();
  const int64_t deadline = sent + subject_.patience;
  bool there = process_->Send(line);
  while (there && (there = process_->ReadLine(&answer, deadline)) && !IsAnswer(answer)) {
    if (stray_.empty()) stray_ = Quoted(answer);
  }
  if (!there) {
    const bool late = MonotonicNanos() >= deadline;
    Fail(fmt::format("no answer to {}: {}{}", what,
                     EscapeForTerminal(process_->failure(), kMostText),
                     late ? " (does it flush what it prints?)" : ""));
    return response;
  }
  const int64_t received = MonotonicNanos();
  Result<void> decoded = DecodeResponse(answer, id, kind, &manner_, &response);
  if (decoded.ok()) decoded = CheckTimes(response, sent, received);
  if (!decoded.ok()) Fail(fmt::format("{}: {}", what, decoded.error().what));
  return response;
}

Response Conversation::Set(std::string_view key, std::string_view value, uint32_t ttl_millis) {
  const Request request{OpKind::kSet, key, value, ttl_millis};
  Response response = Ask(request);
  if (!failed() && response.outcome != Outcome::kDone) {
    Fail(fmt::format("{} is answered {}, not done", Describe(request),
                     OutcomeName(response.outcome)));
  }
  return response;
}

Response Conversation::Get(std::string_view key) { return Ask({OpKind::kGet, key, {}}); }

void Conversation::Expect(const Request& request, Outcome expected) {
  const Response response = Ask(request);
  if (failed() || response.outcome == expected) return;
  Fail(fmt::format("{} is answered {}, not {}", Describe(request), OutcomeName(response.outcome),
                   OutcomeName(expected)));
}

void Conversation::ExpectValue(std::string_view key, std::string_view value) {
  const Response response = Get(key);
  if (failed()) return;
  if (response.outcome != Outcome::kHit) {
    return Fail(fmt::format("get of the key {} is answered {}, after {} were set", Quoted(key),
                            OutcomeName(response.outcome), FormatSize(value.size())));
  }
  if (response.value == value) return;
  size_t at = 0;
  while (at < value.size() && at < response.value.size() && value[at] == response.value[at]) ++at;
  Fail(fmt::format("of the key {}, {} were set and {} come back; at byte {} stands {}, not {}",
                   Quoted(key), FormatSize(value.size()), FormatSize(response.value.size()), at,
                   Quoted(std::string_view(response.value).substr(at)), Quoted(value.substr(at))));
}

void Conversation::ExpectMiss(std::string_view key, std::string_view why) {
  const Response response = Get(key);
  if (failed() || response.outcome == Outcome::kMiss) return;
  Fail(fmt::format("get of the key {} is answered {}, not miss: {}", Quoted(key),
                   OutcomeName(response.outcome), why));
}

}  // namespace tearproof::adapter
