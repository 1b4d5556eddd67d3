#include "harness/adapter/ahead_backend.h"

#include <algorithm>

#include "harness/core/clock.h"

namespace tearproof::adapter {

void AheadBackend::Queue(const Request& request) {
  const uint64_t id = talk_->NextId();
  const std::optional<std::string> text = EncodeRequest(id, request, setup_, manner_);
  queue_.push_back({text ? id : 0, request.kind, 0});
  if (!text) return;
  if (!unsent_.empty()) AnnounceMore(last_line_end_, &unsent_);
  last_line_end_ = unsent_.size() + text->find('\n');
  unsent_ += *text;
}

void AheadBackend::Send() {
  const int64_t now = MonotonicNanos();
  for (auto it = queue_.rbegin(); it != queue_.rend() && it->sent == 0; ++it) it->sent = now;
  process_->Send(unsent_);
  unsent_.clear();
}

void AheadBackend::Receive(Response& response) {
  const Queued oldest = queue_.front();
  queue_.pop_front();
  not_before_ = std::max(not_before_, oldest.sent);
  response.Is(Outcome::kError);
  response.error_number = 0;
  response.called = response.returned = 0;
  if (oldest.id == 0) {
    response.called = response.returned = not_before_;
    return response.Is(Outcome::kRefused);
  }
  std::string stray;
  if (process_->ReadAnswer(deadline_, &line_, &stray)) {
    Decode(oldest.id, oldest.kind, not_before_, response);
    if (most() > 1 && response.called == 0 && !process_->broken()) {
      process_->Break(
          "the adapter asked for requests \"ahead\", and an answer has no \"t0\" and \"t1\"");
      response.Fail(0, process_->WhyBroken());
    }
    if (response.called != 0) not_before_ = response.returned;
  } else {
    response.Fail(0, process_->WhyBroken());
  }
  if (!stray.empty()) AddStray(stray, &response);
}

}  // namespace tearproof::adapter
