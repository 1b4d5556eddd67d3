#include "harness/explore/explorer.h"

#include <algorithm>
#include <barrier>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_set>

#include "harness/core/clock.h"
#include "harness/explore/bounded_scheduler.h"
#include "harness/explore/frontier.h"
#include "harness/explore/reduction_tree.h"
#include "harness/explore/simple_schedulers.h"

namespace tearproof::explore {
namespace {

constexpr size_t kFaults = trace::kFaultCount;

// All jobs explore one mishap, or none, then together the next.
class Explorer {
 public:
  Explorer(const SubjectFactory& factory, const Judge& judge, const ExploreOptions& options)
      : factory_(factory),
        judge_(judge),
        options_(options),
        deadline_(options.max_nanos == std::numeric_limits<int64_t>::max()
                      ? options.max_nanos
                      : MonotonicNanos() + options.max_nanos),
        tree_(std::make_unique<ReductionTree>()),
        together_(options.jobs),
        first_mishap_(options.first_mishap) {}

  // Takes up what an earlier exploration left. REQUIRES: before Run.
  Result<void> Resume();
  Result<Exploration> Run();

 private:
  void Job(uint32_t job);
  void Work(Runner& runner, Subject& subject, Scheduler& scheduler);
  std::unique_ptr<Scheduler> MakeScheduler(uint32_t job, Subject& subject);
  void TryFirst(Runner& runner, Subject& subject);
  // Takes an execution from the budget.
  bool Admit();
  // Whether to go on.
  bool Account(const Execution& execution, Subject& subject);
  void AccountClass(const Execution& execution, std::optional<BigCount> extensions);
  void NoteBroken(const Execution& execution, const std::string& kind);
  void End(Outcome outcome);
  void Fail(const Error& error);
  void NoteMishaps(const HappensBefore& order);
  std::optional<Mishap> After(std::optional<Mishap> mishap) const;
  void NextMishap();
  void Finish();

  const SubjectFactory& factory_;
  const Judge& judge_;
  const ExploreOptions& options_;
  const int64_t deadline_;
  std::unique_ptr<ReductionTree> tree_;
  std::barrier<> together_;

  std::mutex mutex_;  // Guards what follows.
  Exploration result_;
  std::optional<Error> error_;
  uint64_t admitted_ = 0;            // Executions of this session.
  std::atomic<bool> ended_ = false;  // Also read without the mutex.
  std::optional<Mishap> mishap_;
  std::optional<Mishap> first_mishap_;
  std::unordered_set<ClassDigest, ClassDigestHash> seen_;
  // The most events that each process was seen to make: so many kills are tried.
  std::vector<size_t> lengths_;
  // In which ways each event of each process was seen to be able to fail, before anything befell.
  std::vector<std::vector<FaultSet>> possible_;
  bool same_lengths_ = true;
};

bool Explorer::Admit() {
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  if (options_.stop != nullptr && *options_.stop) {
    End(Outcome::kStopped);
  } else if (admitted_ >= options_.max_executions) {
    End(Outcome::kExecutions);
  } else if (MonotonicNanos() >= deadline_) {
    End(Outcome::kTime);
  } else {
    ++admitted_;
    ++result_.executions;
    return true;
  }
  return false;
}

void Explorer::End(Outcome outcome) {
  if (ended_) return;
  ended_ = true;
  result_.outcome = outcome;
  tree_->Close();
}

void Explorer::Fail(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
  End(Outcome::kStopped);
}

void Explorer::AccountClass(const Execution& execution, std::optional<BigCount> extensions) {
  ++result_.classes;
  if (execution.ending == Ending::kDeadlock) ++result_.deadlocks;
  if (execution.ending == Ending::kLivelock) ++result_.livelocks;
  if (extensions) {
    result_.interleavings += *extensions;
  } else {
    ++result_.uncounted;
  }
  const std::vector<size_t> lengths = LengthsOf(execution.order);
  if (lengths_.empty()) lengths_ = lengths;
  same_lengths_ = same_lengths_ && lengths == lengths_;
  for (size_t i = 0; i < lengths.size(); ++i) lengths_[i] = std::max(lengths_[i], lengths[i]);
  if (!mishap_) NoteMishaps(execution.order);
}

void Explorer::NoteMishaps(const HappensBefore& order) {
  possible_.resize(order.processes());
  for (size_t i = 0; i < order.size(); ++i) {
    std::vector<FaultSet>& events = possible_[order.event(i).process];
    const uint32_t position = order.position(i);
    if (events.size() <= position) events.resize(position + 1);
    events[position] |= order.event(i).possible;
  }
}

void Explorer::NoteBroken(const Execution& execution, const std::string& kind) {
  const auto known =
      std::find_if(result_.broken.begin(), result_.broken.end(),
                   [&](const BrokenSchedule& broken) { return broken.kind == kind; });
  if (known != result_.broken.end()) {
    ++known->times;
    return;
  }
  BrokenSchedule broken;
  broken.kind = kind;
  broken.choices = execution.Choices();
  if (execution.struck) broken.mishap = mishap_;
  for (size_t i = 0; i < execution.order.size(); ++i) {
    broken.events.push_back(execution.order.event(i));
  }
  broken.ending = execution.ending;
  broken.execution = result_.executions;
  broken.times = 1;
  result_.broken.push_back(std::move(broken));
  if (!options_.all) End(Outcome::kBroken);
}

bool Explorer::Account(const Execution& execution, Subject& subject) {
  const bool whole = IsWhole(execution.ending);
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    result_.steps += execution.order.size();
    result_.waited |= execution.waited;
    result_.polled |= execution.polled;
    if (execution.ending == Ending::kDifferent && !result_.difference) {
      result_.difference = execution.difference;
      End(Outcome::kDifferent);
    }
    if (execution.ending == Ending::kTooLong) ++result_.too_long;
    if (execution.ending == Ending::kAbandoned) ++result_.abandoned;
    // Without the mishap that was asked for, it is an execution without one.
    if (!whole || (mishap_ && !execution.struck)) return !ended_;
    fresh = seen_.insert(execution.order.Digest(execution.order.size())).second;
    if (!fresh) ++result_.repeated;
  }
  if (fresh) {
    const auto extensions = LinearExtensions(execution.order, options_.count_limit);
    const std::lock_guard lock(mutex_);
    AccountClass(execution, extensions);
  }
  const Result<std::string> kind = judge_(subject, execution);
  if (!kind.ok()) {
    Fail(kind.error());
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (!kind.value().empty()) NoteBroken(execution, kind.value());
  return !ended_;
}

void Explorer::Work(Runner& runner, Subject& subject, Scheduler& scheduler) {
  while (scheduler.Begin()) {
    // A branch that the budget does not reach stays in the tree.
    if (!Admit()) return;
    const Result<const Execution*> run = runner.Run(scheduler);
    if (!run.ok()) return Fail(run.error());
    if (!Account(*run.value(), subject)) return;
  }
  if (const auto* bounded = dynamic_cast<const BoundedScheduler*>(&scheduler)) {
    const std::lock_guard lock(mutex_);
    result_.bound_left_out |= bounded->left_out();
  }
}

std::unique_ptr<Scheduler> Explorer::MakeScheduler(uint32_t job, Subject& subject) {
  const uint64_t seed = DeriveSeed(options_.seed, job);
  switch (options_.strategy) {
    case Strategy::kReduced:
      return std::make_unique<ReductionScheduler>(*tree_);
    case Strategy::kBounded:
      return std::make_unique<BoundedScheduler>(BoundedScheduler::Bounds::kPreemptions,
                                                options_.preemptions);
    case Strategy::kPct:
      return std::make_unique<PctScheduler>(seed, subject.processes(), options_.pct_depth);
    case Strategy::kRandom:
      return std::make_unique<RandomScheduler>(seed);
    case Strategy::kDepthFirst:
      return std::make_unique<DepthFirstScheduler>();
  }
  return nullptr;
}

void Explorer::TryFirst(Runner& runner, Subject& subject) {
  if (options_.first.empty()) return;
  ReplayScheduler replay(options_.first, ReplayScheduler::Beyond::kGoOn);
  runner.SetMishap(options_.first_mishap);
  if (!Admit() || !replay.Begin()) return;
  const Result<const Execution*> run = runner.Run(replay);
  if (!run.ok()) return Fail(run.error());
  const Result<std::string> kind = judge_(subject, *run.value());
  if (!kind.ok()) return Fail(kind.error());
  const std::lock_guard lock(mutex_);
  result_.steps += run.value()->order.size();
  if (kind.value().empty()) return;
  std::swap(mishap_, first_mishap_);
  NoteBroken(*run.value(), kind.value());
  std::swap(mishap_, first_mishap_);
}

// What is to befall whom next: of each event death first, then its faults; nothing when all were
// tried.
std::optional<Mishap> Explorer::After(std::optional<Mishap> mishap) const {
  Mishap next = mishap.value_or(Mishap{});
  size_t kind = !mishap ? 0 : mishap->fault ? static_cast<size_t>(*mishap->fault) + 2 : 1;
  for (; next.process < lengths_.size(); ++next.process, next.position = 0) {
    for (; next.position < lengths_[next.process]; ++next.position, kind = 0) {
      if (kind == 0 && options_.kill) return Mishap{next.process, next.position, std::nullopt};
      FaultSet possible = 0;
      if (next.process < possible_.size() && next.position < possible_[next.process].size()) {
        possible = possible_[next.process][next.position] & options_.faults;
      }
      for (size_t fault = kind == 0 ? 0 : kind - 1; fault < kFaults; ++fault) {
        if (!trace::Contains(possible, static_cast<Fault>(fault))) continue;
        return Mishap{next.process, next.position, static_cast<Fault>(fault)};
      }
    }
  }
  return std::nullopt;
}

void Explorer::NextMishap() {
  const std::optional<Mishap> next = ended_ ? std::nullopt : After(mishap_);
  if (!next) return Finish();
  mishap_ = next;
  ++(next->fault ? result_.faults : result_.kills);
  seen_.clear();
  tree_ = std::make_unique<ReductionTree>();
}

void Explorer::Finish() {
  if (!ended_) {
    End(Outcome::kExhausted);
  } else if (options_.strategy == Strategy::kReduced && result_.outcome != Outcome::kDifferent) {
    result_.frontier =
        Frontier{result_, mishap_, same_lengths_, lengths_, possible_, tree_->Save()}.Print();
  }
  ended_ = true;
}

void Explorer::Job(uint32_t job) {
  Result<std::unique_ptr<Subject>> subject = factory_(job);
  std::optional<Runner> runner;
  if (!subject.ok()) {
    Fail(subject.error());
  } else {
    runner.emplace(*subject.value(), options_.runner);
    if (job == 0) TryFirst(*runner, *subject.value());
  }
  while (true) {
    together_.arrive_and_wait();
    // Between here and the next meeting, all read the same mishap and tree.
    if (runner && !ended_) {
      runner->SetMishap(mishap_);
      const std::unique_ptr<Scheduler> scheduler = MakeScheduler(job, *subject.value());
      Work(*runner, *subject.value(), *scheduler);
    }
    together_.arrive_and_wait();
    if (job == 0) NextMishap();
    together_.arrive_and_wait();
    if (ended_) return;
  }
}

Result<void> Explorer::Resume() {
  if (options_.resume.empty()) return {};
  TEARPROOF_ASSIGN_OR_RETURN(Frontier frontier, Frontier::Parse(options_.resume));
  TEARPROOF_RETURN_IF_ERROR(tree_->Load(frontier.tree));
  result_ = std::move(frontier.counts);
  mishap_ = frontier.mishap;
  same_lengths_ = frontier.same_lengths;
  lengths_ = std::move(frontier.lengths);
  possible_ = std::move(frontier.possible);
  return {};
}

Result<Exploration> Explorer::Run() {
  std::vector<std::thread> threads;
  threads.reserve(options_.jobs);
  try {
    for (uint32_t job = 1; job < options_.jobs; ++job) {
      threads.emplace_back([this, job] { Job(job); });
    }
  } catch (const std::system_error& problem) {
    Fail(SystemError(problem.code().value(), "cannot start a thread for each job",
                     "give fewer --jobs, or raise the limit of processes (ulimit -u)"));
    for (size_t job = threads.size() + 1; job < options_.jobs; ++job) together_.arrive_and_drop();
  }
  Job(0);
  for (std::thread& thread : threads) thread.join();
  if (error_) return *error_;
  if (result_.exhausted() && same_lengths_ && !mishap_ && !result_.waited && !result_.polled) {
    result_.expected_interleavings = Multinomial(lengths_);
  }
  return std::move(result_);
}

}  // namespace

Result<Exploration> Explore(const SubjectFactory& factory, const Judge& judge,
                            const ExploreOptions& options) {
  const bool alone =
      options.strategy == Strategy::kBounded || options.strategy == Strategy::kDepthFirst;
  if (options.jobs == 0 || (alone && options.jobs > 1)) {
    return UsageError("this strategy explores with one job", "leave --jobs out");
  }
  Explorer explorer(factory, judge, options);
  TEARPROOF_RETURN_IF_ERROR(explorer.Resume());
  return explorer.Run();
}

}  // namespace tearproof::explore
