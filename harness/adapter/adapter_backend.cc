#include "harness/adapter/adapter_backend.h"

#include <optional>
#include <utility>

#include "harness/core/clock.h"

namespace tearproof::adapter {

void AdapterBackend::Execute(const Request& request, Response& response) {
  response.Is(Outcome::kError);
  response.error_number = 0;
  response.called = response.returned = 0;
  const bool init = request.kind == OpKind::kInit;
  uint64_t id = talk_->NextId();
  const std::optional<std::string> text = EncodeRequest(id, request, setup_, manner_);
  if (!text) {
    if (!init) return response.Is(Outcome::kRefused);
    return response.Fail(0, "the directory's name or an option is no UTF-8: JSON cannot carry it");
  }
  std::string stray;
  const int64_t sent = MonotonicNanos();
  const bool answered = init ? talk_->AskInit(&id, *text, deadline_, &line_, &stray)
                             : talk_->Ask(id, *text, deadline_, &line_, &stray);
  if (answered) {
    Decode(id, request.kind, sent, response);
  } else {
    response.Fail(0, talk_->WhyBroken());
  }
  if (!stray.empty()) AddStray(stray, &response);
}

void AdapterBackend::Decode(uint64_t id, OpKind kind, int64_t sent, Response& response) {
  const int64_t received = MonotonicNanos();
  Result<void> decoded = DecodeResponse(line_, id, kind, &manner_, &response);
  // Somebody else may have asked, before.
  if (kind == OpKind::kInit) response.called = response.returned = 0;
  if (decoded.ok()) decoded = CheckTimes(response, sent, received);
  if (decoded.ok()) return;
  response.called = response.returned = 0;
  talk_->Break(decoded.error().what);
  response.Fail(0, talk_->WhyBroken());
}

}  // namespace tearproof::adapter
