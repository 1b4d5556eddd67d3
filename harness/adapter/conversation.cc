#include "harness/adapter/conversation.h"

#include <fmt/format.h>

#include <map>
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
  StartProcess();
}

void Conversation::StartProcess() {
  auto started = AdapterProcess::Start(subject_.command);
  if (!started.ok()) {
    Fail(started.error().Message());
    return;
  }
  process_ = std::move(started).value();
  if (subject_.interrupted != nullptr) process_->BreakOn(*subject_.interrupted);
}

void Conversation::Fail(std::string problem) {
  if (!failed()) problem_ = std::move(problem);
}

void Conversation::Renew(bool init) {
  if (!subject_.process_per_operation || (init ? !opened_ : !used_)) return;
  process_->AwaitEnd();
  opened_ = used_ = false;
  StartProcess();
  if (!init) Init(directory_, /*may_fail=*/true);
}

Response Conversation::Init(const std::string& directory, bool may_fail) {
  if (!failed()) Renew(true);
  if (failed()) return {};
  opened_ = true;
  directory_ = directory;
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
  if (!failed()) Renew(false);
  if (failed()) return {};
  used_ = true;
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
  if (!failed()) Renew(false);
  if (failed()) return {};
  used_ = true;
  const uint64_t id = next_id_++;
  return Exchange(fmt::format("{{\"id\":{},{}}}\n", id, text), id, kind, "{" + text + "}");
}

bool Conversation::ReadAnswer(const std::string& what, int64_t deadline, std::string* answer) {
  while (process_->ReadLine(answer, deadline)) {
    if (IsAnswer(*answer)) return true;
    if (stray_.empty()) stray_ = Quoted(*answer);
  }
  const bool late = MonotonicNanos() >= deadline;
  Fail(fmt::format("no answer to {}: {}{}", what,
                   EscapeForTerminal(process_->WhyBroken(), kMostText),
                   late ? " (does it flush what it prints?)" : ""));
  return false;
}

void Conversation::AskTogether(const std::vector<Request>& requests, bool in_order) {
  if (failed()) return;
  const std::string what = fmt::format("{} at a time", Counted(requests.size(), "requests"));
  const int64_t deadline = MonotonicNanos() + subject_.patience;
  std::map<uint64_t, const Request*> open;
  std::string lines;
  size_t line_end = 0;
  for (const Request& request : requests) {
    const auto line = EncodeRequest(next_id_, request, {}, manner_);
    TEARPROOF_CHECK(line.has_value(), "conformance asks in UTF-8");
    if (in_order && !lines.empty()) AnnounceMore(line_end, &lines);
    line_end = lines.size() + line->find('\n');
    lines += *line;
    open[next_id_++] = &request;
  }
  int64_t not_before = MonotonicNanos();
  process_->Send(lines);
  std::string answer;
  while (!open.empty() && ReadAnswer(what, deadline, &answer)) {
    const int64_t received = MonotonicNanos();
    const auto asked = in_order ? open.begin() : open.find(IdOf(answer).value_or(0));
    if (asked == open.end()) {
      return Fail(what + ": an answer has the id of no open request: " + Quoted(answer));
    }
    Response response;
    const auto [id, request] = *asked;
    const Result<void> decoded = DecodeResponse(answer, id, request->kind, &manner_, &response);
    if (!decoded.ok()) return Fail(what + ": " + decoded.error().what);
    if (response.failed()) {
      return Fail(what + ": " + Describe(*request) +
                  " failed: " + EscapeForTerminal(response.error, kMostText));
    }
    if (in_order) {
      const Result<void> timely = CheckTimes(response, not_before, received);
      if (response.called == 0) return Fail(what + ": an answer has no \"t0\" and \"t1\"");
      if (!timely.ok()) return Fail(what + ": " + timely.error().what);
      not_before = response.returned;
    }
    open.erase(asked);
  }
}

void Conversation::ExpectEnd() {
  if (failed() || process_->AwaitEnd()) return;
  Fail("it still runs two seconds after its standard input has ended");
}

Response Conversation::Exchange(const std::string& line, uint64_t id, OpKind kind,
                                const std::string& what) {
  Response response;
  std::string answer;
  const int64_t sent = MonotonicNanos();
  const int64_t deadline = sent + subject_.patience;
  process_->Send(line);
  if (!ReadAnswer(what, deadline, &answer)) return response;
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
