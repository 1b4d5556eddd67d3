#include "harness/adapter/adapter_backend.h"

#include <optional>
#include <utility>

#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

constexpr size_t kStrayBytes = 200;

// An error keeps its own text.
void AddStray(const std::string& stray, Response* response) {
  std::string text = "stray line on the adapter's standard output: " + stray;
  if (response->failed()) text = response->error + "; " + text;
  response->Fail(response->error_number, std::move(text));
}

}  // namespace

void AdapterBackend::Execute(const Request& request, Response& response) {
  response.Is(Outcome::kError);
  response.error_number = 0;
  response.called = response.returned = 0;
  if (process_->broken()) return response.Fail(0, process_->failure());
  const uint64_t id = process_->NextId();
  const std::optional<std::string> text = EncodeRequest(id, request, setup_, manner_);
  if (!text) {
    if (request.kind != OpKind::kInit) return response.Is(Outcome::kRefused);
    return response.Fail(0, "the directory's name or an option is no UTF-8: JSON cannot carry it");
  }
  std::string stray;
  const int64_t sent = MonotonicNanos();
  if (!process_->Send(*text) || !ReadAnswer(&stray)) {
    response.Fail(0, process_->failure());
  } else {
    const int64_t received = MonotonicNanos();
    Result<void> decoded = DecodeResponse(line_, id, request.kind, &manner_, &response);
    if (decoded.ok()) decoded = CheckTimes(response, sent, received);
    if (!decoded.ok()) {
      response.called = response.returned = 0;
      process_->Break(decoded.error().what);
      response.Fail(0, process_->failure());
    }
  }
  if (!stray.empty()) AddStray(stray, &response);
}

bool AdapterBackend::ReadAnswer(std::string* stray) {
  while (process_->ReadLine(&line_, deadline_)) {
    if (IsAnswer(line_)) return true;
    if (stray->empty()) *stray = "\"" + EscapeForTerminal(line_, kStrayBytes) + "\"";
  }
  return false;
}

}  // namespace tearproof::adapter
