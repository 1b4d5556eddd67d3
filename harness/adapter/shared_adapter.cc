#include "harness/adapter/shared_adapter.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "harness/adapter/protocol.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::adapter {

Result<std::unique_ptr<SharedAdapter>> SharedAdapter::Start(
    const std::vector<std::string>& command) {
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return SystemError(errno, "eventfd");
  TEARPROOF_ASSIGN_OR_RETURN(std::unique_ptr<AdapterProcess> process,
                             AdapterProcess::Start(command));
  process->WakeBy(wake.get());
  auto shared =
      std::unique_ptr<SharedAdapter>(new SharedAdapter(std::move(process), std::move(wake)));
  shared->thread_ = std::thread([raw = shared.get()] { raw->Talk(); });
  return shared;
}

SharedAdapter::SharedAdapter(std::unique_ptr<AdapterProcess> process, UniqueFd wake)
    : process_(std::move(process)), wake_(std::move(wake)) {}

SharedAdapter::~SharedAdapter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void SharedAdapter::BeginRound(uint64_t round) {
  const std::lock_guard lock(mutex_);
  if (round_ == round) return;
  round_ = round;
  init_ = Init::kOpen;
}

uint64_t SharedAdapter::NextId() {
  const std::lock_guard lock(mutex_);
  return ++last_id_;
}

bool SharedAdapter::Ask(uint64_t id, std::string_view text, int64_t deadline, std::string* answer,
                        std::string* stray) {
  std::unique_lock lock(mutex_);
  if (!failure_.empty()) return false;
  const auto asked = asked_.emplace(id, std::nullopt).first;
  unsent_ += text;
  eventfd_write(wake_.get(), 1);
  const auto settled = [&] { return asked->second.has_value() || !failure_.empty(); };
  if (deadline == kNoDeadline) {
    changed_.wait(lock, settled);
  } else {
    const auto left = std::chrono::nanoseconds(deadline - MonotonicNanos());
    if (!changed_.wait_for(lock, left, settled))
      BreakLocked("the adapter did not answer in time", lock);
  }
  const bool answered = asked->second.has_value();
  if (answered) *answer = std::move(*asked->second);
  asked_.erase(asked);
  *stray = std::exchange(stray_, "");
  return answered;
}

bool SharedAdapter::AskInit(uint64_t* id, std::string_view text, int64_t deadline,
                            std::string* answer, std::string* stray) {
  std::unique_lock lock(mutex_);
  if (init_ == Init::kOpen) {
    init_ = Init::kAsked;
    lock.unlock();
    const bool answered = Ask(*id, text, deadline, answer, stray);
    lock.lock();
    init_ = Init::kAnswered;
    init_id_ = *id;
    init_answer_ = *answer;
    changed_.notify_all();
    return answered;
  }
  changed_.wait(lock, [&] { return init_ == Init::kAnswered || !failure_.empty(); });
  if (!failure_.empty()) return false;
  *id = init_id_;
  *answer = init_answer_;
  return true;
}

void SharedAdapter::Break(const std::string& why) {
  std::unique_lock lock(mutex_);
  BreakLocked(why, lock);
}

// By the talking thread, which alone can look at what was on standard error.
void SharedAdapter::BreakLocked(const std::string& why, std::unique_lock<std::mutex>& lock) {
  if (reason_.empty()) reason_ = why;
  eventfd_write(wake_.get(), 1);
  changed_.wait(lock, [&] { return !failure_.empty(); });
}

std::string SharedAdapter::WhyBroken() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

// What the thread does.
void SharedAdapter::Talk() {
  std::string text;
  std::string line;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_ && reason_.empty()) return;
      if (!reason_.empty()) process_->Break(reason_);
      if (process_->broken()) {
        failure_ = process_->WhyBroken();
        changed_.notify_all();
        return;
      }
      text = std::exchange(unsent_, "");
    }
    if (!text.empty()) process_->Send(text);
    while (process_->ReadLine(&line)) Deliver(std::exchange(line, ""));
    eventfd_t ignored = 0;
    eventfd_read(wake_.get(), &ignored);
  }
}

void SharedAdapter::Deliver(std::string line) {
  const std::lock_guard lock(mutex_);
  if (!IsAnswer(line)) {
    if (stray_.empty()) stray_ = std::move(line);
    return;
  }
  const std::optional<uint64_t> id = IdOf(line);
  const auto asked = id ? asked_.find(*id) : asked_.end();
  if (asked == asked_.end() || asked->second.has_value()) {
    process_->Break("the adapter's answer is to no request in flight: " +
                    EscapeForTerminal(line, 200));
    return;
  }
  asked->second = std::move(line);
  changed_.notify_all();
}

}  // namespace tearproof::adapter
