#include "harness/adapter/operation_backend.h"

#include <memory>

#include "harness/adapter/adapter_backend.h"
#include "harness/adapter/adapter_process.h"
#include "harness/core/clock.h"

namespace tearproof::adapter {
namespace {

void FailUnasked(int number, std::string text, Response* response) {
  response->Fail(number, std::move(text));
  response->Is(Outcome::kFailed);
}

}  // namespace

void OperationBackend::Execute(const Request& request, Response& response) {
  response.called = response.returned = 0;
  const auto started = AdapterProcess::Start(command_, directory_);
  if (!started.ok()) {
    return FailUnasked(started.error().errno_value, started.error().Message(), &response);
  }
  AdapterProcess& process = *started.value();
  running_(process.id());
  AdapterBackend backend(&process, setup_);
  backend.Execute(Request{}, response);
  if (request.kind != OpKind::kInit) {
    if (response.outcome == Outcome::kDone) {
      const int64_t called = MonotonicNanos();
      backend.Execute(request, response);
      if (response.called == 0) {
        response.called = called;
        response.returned = MonotonicNanos();
      }
    } else if (response.outcome == Outcome::kError) {
      FailUnasked(response.error_number, "its process failed at init: " + response.error,
                  &response);
    }
  }
  process.AwaitEnd();
  running_(0);
}

}  // namespace tearproof::adapter
