#include "harness/adapter/adapter_backend.h"

#include <optional>
#include <utility>

#include "harness/adapter/protocol.h"

namespace tearproof::adapter {

void AdapterBackend::Execute(const Request& request, Response& response) {
  response.Is(Outcome::kError);
  response.error_number = 0;
  if (process_->broken()) return response.Fail(0, process_->failure());
  const uint64_t id = process_->NextId();
  const std::optional<std::string> text = EncodeRequest(id, request, setup_);
  if (!text) {
    if (request.kind != OpKind::kInit) return response.Is(Outcome::kRefused);
    return response.Fail(0, "the directory's name or an option is no UTF-8: JSON cannot carry it");
  }
  std::string stray;
  if (!process_->Send(*text) || !ReadAnswer(&stray)) {
    response.Fail(0, process_->failure());
  } else {
    const Result<void> decoded = DecodeResponse(line_, id, request.kind, &response);
    if (!decoded.ok()) {
      process_->Break(decoded.error().what);
      response.Fail(0, process_->failure());
    }
  }
  if (!stray.empty()) AddStray(stray, &response);
}

bool AdapterBackend::ReadAnswer(std::string* stray) {
  while (process_->ReadLine(&line_, deadline_)) {
    if (IsAnswer(line_)) return true;
    if (stray->empty()) *stray = line_;
  }
  return false;
}

}  // namespace tearproof::adapter
