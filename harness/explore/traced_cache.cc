#include "harness/explore/traced_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "harness/adapter/protocol.h"
#include "harness/core/text.h"

namespace tearproof::explore {
namespace {

// Longer values only take longer.
constexpr uint64_t kLongest = 64 << 10;

// Instead of an answer.
std::string WhatItDoes(const trace::ProcessState& state) {
  switch (state.standing) {
    case trace::Standing::kEnded:
      return state.end.Describe();
    case trace::Standing::kStuck:
      return state.why;
    case trace::Standing::kOutputFull:
      return "prints without end";
    default:
      return "waits for another process";
  }
}

}  // namespace

TracedCache::TracedCache(CacheSetup setup, OwnedDirectory directory)
    : setup_(std::move(setup)),
      directory_(std::move(directory)),
      keys_(setup_.scenario.KeyNames()) {}

Result<std::unique_ptr<TracedCache>> TracedCache::Start(CacheSetup setup) {
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory,
                             OwnedDirectory::Create(setup.parent_directory));
  directory.Claim();
  auto cache =
      std::unique_ptr<TracedCache>(new TracedCache(std::move(setup), std::move(directory)));
  cache->MakeActors();
  trace::TraceOptions options;
  options.core = cache->setup_.core;
  options.patience = cache->setup_.patience;
  options.records_changes = cache->setup_.keeps_log;
  options.owns_clock = true;
  options.refuses_sharing = trace::Contains(cache->setup_.faults, Fault::kSharing);
  for (size_t i = 0; i < cache->actors_.size(); ++i) {
    // Else sets and dictionaries of Python and Perl would have another order in each process.
    options.subjects.push_back(
        {cache->setup_.command, {"PYTHONHASHSEED=0", "PERL_HASH_SEED=0"}, ""});
  }
  TEARPROOF_ASSIGN_OR_RETURN(cache->session_, trace::TraceSession::Start(std::move(options)));
  return cache;
}

void TracedCache::MakeActors() {
  for (const Role& role : setup_.scenario.roles) {
    if (!role.explore) continue;
    for (uint32_t i = 0; i < role.explore->processes; ++i) {
      Actor& actor = actors_.emplace_back();
      actor.role = role.name;
      for (const auto& step : role.explore->program) Append(step, &actor.script);
    }
  }
  Actor& setup = actors_.emplace_back();
  setup.role = "setup";
  for (const auto& step : setup_.scenario.explore_before) Append(step, &setup.script);
  // Of a range the longest first, which the shortest then replace.
  if (const auto& range = setup_.scenario.value_sizes.range) {
    for (Task& task : setup.script) {
      if (task.length > 0 && task.kind != OpKind::kIncr)
        task.length = std::min(kLongest, range->second);
    }
  }
  Actor& audit = actors_.emplace_back();
  audit.role = "audit";
  if (setup_.scenario.audit) {
    for (const uint32_t key : NamedKeys()) {
      audit.script.push_back(TaskOf(OpKind::kGet, key, {}));
    }
  }
  for (size_t i = 0; i < actors_.size(); ++i) {
    actors_[i].number = i;
    actors_[i].maker =
        std::make_unique<RequestMaker>(&keys_, setup_.scenario.counters, VerifyMode::kFull);
  }
}

// A key that nobody names is never set.
std::set<uint32_t> TracedCache::NamedKeys() const {
  std::set<uint32_t> named;
  for (const Actor& actor : actors_) {
    for (const Task& task : actor.script) {
      if (task.key != kNoKey) named.insert(task.key);
    }
  }
  return named;
}

Task TracedCache::TaskOf(OpKind kind, uint32_t key, std::optional<uint32_t> ttl_millis) const {
  Task task;
  task.kind = kind;
  task.key = TakesKey(kind) ? key : kNoKey;
  const SizeDistribution& sizes = setup_.scenario.value_sizes;
  const bool writes = kind == OpKind::kSet || kind == OpKind::kAdd;
  if (writes)
    task.length = static_cast<uint32_t>(sizes.range ? sizes.range->first : sizes.choices.front());
  if (kind == OpKind::kIncr) task.length = 1;
  if (writes || kind == OpKind::kTouch) {
    const auto& ttls = setup_.scenario.ttls_millis;
    task.ttl_millis = ttl_millis.value_or(ttls.empty() ? kNoTtl : ttls.front());
  }
  return task;
}

void TracedCache::Append(const tearproof::Step& step, std::vector<Task>* script) const {
  const bool each = step.target == tearproof::Step::Target::kEach;
  for (uint32_t key = 0; key < (each ? keys_.size() : 1); ++key) {
    script->push_back(TaskOf(step.kind, each ? key : step.key, step.ttl_millis));
  }
}

Result<void> TracedCache::DoFreely(Actor& actor, const Task& task) {
  TEARPROOF_RETURN_IF_ERROR(Ask(actor, task));
  if (!actor.running) return {};
  actor.begun = true;
  actor.op.invoke = ++now_;
  std::vector<trace::Event> calls;
  session_->RunFreely(actor.number, setup_.keeps_log ? &calls : nullptr);
  // What is mapped now is later read and changed without a call.
  const trace::Unseen freely = session_->state(actor.number).freely;
  if (actor.number < processes() && freely != trace::Unseen::kNothing) unseen_ = freely;
  for (const trace::Event& call : calls) {
    for (const trace::Change& change : call.changes) {
      // Who only helps is still when the scenario begins, and writes to no mapping of its own.
      const bool maps = change.kind == trace::ChangeKind::kMap;
      if (!maps || actor.number < processes()) changes_before_.push_back(change);
    }
  }
  if (session_->state(actor.number).standing == trace::Standing::kWaitsForInput) {
    if (setup_.faults != 0 && !stays_) {
      stays_open_ = std::max(stays_open_, session_->OpenPaths(actor.number).size());
    }
    return TakeAnswer(actor);
  }
  return UsageError(
      fmt::format("{} by the process of {} did not come to an end while it was alone: "
                  "it {}",
                  OpKindName(task.kind), actor.role, WhatItDoes(session_->state(actor.number))),
      session_->ErrorTail(actor.number));
}

Result<void> TracedCache::DoAllFreely(Actor& actor, const std::vector<Task>& tasks) {
  for (const Task& task : tasks) TEARPROOF_RETURN_IF_ERROR(DoFreely(actor, task));
  return {};
}

Result<void> TracedCache::Ask(Actor& actor, const Task& task) {
  actor.op = Op();
  actor.op.process = static_cast<uint16_t>(actor.number);
  actor.op.sequence = actor.sequence++;
  const Request& request = actor.maker->Make(task, &actor.op);
  BackendSetup setup;
  setup.directory = CacheDirectory();
  setup.process = static_cast<uint16_t>(actor.number);
  setup.seed = actor.number + 1;
  setup.options = setup_.options;
  const auto text = adapter::EncodeRequest(++actor.request, request, setup, actor.manner);
  actor.running = true;
  actor.begun = actor.struck = false;
  if (!text) {  // A key that JSON cannot carry.
    actor.op.invoke = actor.op.ret = now_;
    actor.op.outcome = tearproof::Outcome::kRefused;
    EndOp(actor);
    return {};
  }
  // It is taken out only once the process goes on.
  const int room = fcntl(session_->input(actor.number), F_GETPIPE_SZ);
  if (room >= 0 && text->size() > static_cast<size_t>(room)) {
    return UsageError(fmt::format("a request of {} does not fit into a pipe of {}",
                                  FormatSize(text->size()), FormatSize(static_cast<size_t>(room))),
                      "explore with smaller values");
  }
  if (write(session_->input(actor.number), text->data(), text->size()) !=
      static_cast<ssize_t>(text->size())) {
    return SystemError(errno, "cannot ask the adapter");
  }
  session_->Resume(actor.number);
  return {};
}

Result<void> TracedCache::GoOn(Actor& actor, Footprint* footprint) {
  while (true) {
    if (actor.running) {
      if (session_->state(actor.number).standing != trace::Standing::kWaitsForInput) return {};
      if (!actor.begun) {
        actor.op.invoke = now_;
        AddOrder(actor, trace::AccessMode::kRead, footprint);
      }
      AddOrder(actor, trace::AccessMode::kUpdate, footprint);
      TEARPROOF_RETURN_IF_ERROR(TakeAnswer(actor));
      continue;
    }
    if (actor.next == actor.script.size()) return {};
    TEARPROOF_RETURN_IF_ERROR(Ask(actor, actor.script[actor.next++]));
  }
}

Result<void> TracedCache::TakeAnswer(Actor& actor) {
  std::array<char, 1 << 16> part;
  ssize_t got = 0;
  do {
    got = read(session_->output(actor.number), part.data(), part.size());
    if (got > 0) actor.received.append(part.data(), static_cast<size_t>(got));
  } while (got == static_cast<ssize_t>(part.size()));
  Response response;
  response.Fail(0, "the adapter waits for more without an answer");
  bool answered = false;
  std::string problem;
  std::string_view stray;
  size_t begin = 0;
  const std::string_view received = actor.received;
  for (std::optional<size_t> length; (length = adapter::LineLength(received.substr(begin)));
       begin += *length + 1) {
    const std::string_view line = received.substr(begin, *length);
    if (!adapter::IsAnswer(line)) {
      if (stray.empty()) stray = line;
      continue;
    }
    if (std::exchange(answered, true)) {
      if (problem.empty()) problem = "the adapter answered one request twice";
      continue;
    }
    // Times are passed over: an explored history counts in steps.
    const auto decoded =
        adapter::DecodeResponse(line, actor.request, actor.op.kind, &actor.manner, &response);
    if (!decoded.ok()) problem = decoded.error().Message();
  }
  if (!problem.empty()) response.Fail(0, problem);
  if (!stray.empty()) adapter::AddStray(stray, &response);
  actor.received.erase(0, begin);
  actor.maker->Judge(response, &actor.op);
  // Whoever met a fault may say that it found or changed nothing: that is a way to report it.
  if (actor.struck && (actor.op.outcome == tearproof::Outcome::kMiss ||
                       actor.op.outcome == tearproof::Outcome::kRefused)) {
    response.error = fmt::format("{}, after a fault", OutcomeName(actor.op.outcome));
    actor.op.outcome = tearproof::Outcome::kError;
  }
  if (actor.op.failed()) {
    parts_.evidence.push_back({actor.op.process,
                               actor.op.sequence,
                               session_->TextToShow(response.error, CacheDirectory()),
                               {}});
  }
  if (actor.op.observation == Observed::kDamaged) {
    parts_.evidence.push_back(
        {actor.op.process, actor.op.sequence, "", DescribeDamage(response.value)});
  }
  actor.op.ret = now_;
  EndOp(actor);
  return {};
}

void TracedCache::EndOp(Actor& actor) {
  parts_.ops.push_back(actor.op);
  actor.running = actor.begun = false;
}

void TracedCache::AddOrder(const Actor& actor, trace::AccessMode mode, Footprint* footprint) const {
  const bool all = actor.op.key == kNoKey;
  for (uint32_t key = 0; key < keys_.size(); ++key) {
    if (all || key == actor.op.key) {
      trace::Add({{trace::ObjectKind::kOrder, key}, mode}, footprint);
    }
  }
}

History::Parts TracedCache::PartsSoFar() const {
  History::Parts parts = parts_;
  for (ProcessId p = 0; p < processes(); ++p) {
    if (actors_[p].running && actors_[p].begun) parts.ops.push_back(actors_[p].op);
  }
  return parts;
}

Result<History> TracedCache::TakeHistory() {
  bool waits = false;
  for (ProcessId p = 0; p < processes(); ++p) {
    Actor& actor = actors_[p];
    if (actor.gone || !actor.running) continue;
    waits = true;
    const trace::Standing standing = session_->state(p).standing;
    if (!actor.begun && standing != trace::Standing::kWaitsForMemory) continue;
    if (!actor.begun) actor.op.invoke = now_;
    parts_.stalls.push_back({actor.op.process, actor.op.sequence, 0, 0, false});
    EndOp(actor);
  }
  Actor& audit = actors_[processes() + 1];
  if (!waits && !audit.script.empty()) {
    TEARPROOF_RETURN_IF_ERROR(DoFreely(audit, TaskOf(OpKind::kInit, 0, {})));
    TEARPROOF_RETURN_IF_ERROR(DoAllFreely(audit, audit.script));
  }
  if (!waits && setup_.faults != 0) NoteLeaks();
  if (!waits && setup_.scenario.tidy) {
    TEARPROOF_RETURN_IF_ERROR(TidyUp(audit));
    parts_.survey.tidied = true;
    for (const std::string& file : FilesUnder(CacheDirectory())) {
      if (!stays_->contains(file)) parts_.survey.litter.push_back(file);
    }
  }
  parts_.survey.watched = setup_.scenario.foreign_files;
  parts_.survey.trespasses = session_->trespasses();
  return History::Build(parts_);
}

}  // namespace tearproof::explore
