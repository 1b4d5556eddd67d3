#include "harness/history/jepsen_import.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <unordered_map>

#include "harness/core/text.h"
#include "harness/history/jepsen_event.h"

namespace tearproof {
namespace {

using Type = JepsenEvent::Type;

constexpr uint16_t kMostProcesses = std::numeric_limits<uint16_t>::max();
constexpr size_t kMostLines = std::numeric_limits<uint32_t>::max() - 1;
constexpr uint32_t kNoOp = std::numeric_limits<uint32_t>::max();
// Values are known by their names and have no size: every one that is known is one byte, so that
// none is ever too short.
constexpr uint32_t kLength = 1;

// A value at a key, in 128 bits: two that differ never meet.
struct Digest {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};
struct DigestHash {
  size_t operator()(const Digest& digest) const { return digest.low; }
};

// `text`: of the value.
Digest DigestOf(const JepsenValue& value, const std::string& text, uint32_t key) {
  const uint64_t seed = (uint64_t{key} << 3) | value.index();  // 5 and "5" are not the same.
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), seed);
  return {hash.low64, hash.high64};
}

// Where an operation writes or reads a value, until it is known who wrote what.
struct ValueUse {
  Digest digest;
  uint32_t op = 0;
  uint32_t length = 0;
  bool integer = false;
  bool damaged = false;  // It is what our export calls a damaged value.
  int64_t number = 0;
};

struct Process {
  uint16_t number = 0;
  uint32_t open_op = kNoOp;
  uint64_t ops = 0;
  uint64_t first_sequence = 0;
  int64_t last_time = std::numeric_limits<int64_t>::min();
  bool wrote = false;
  int64_t reaped = kNever;
};

class Importer {
 public:
  Importer(std::string source, HistoryModel model, int64_t clock_uncertainty)
      : source_(std::move(source)), model_(model) {
    parts_.header.clock_uncertainty = clock_uncertainty;
  }

  Result<void> Take(const JepsenEvent& event, uint32_t line);
  Result<ImportedHistory> Finish();

 private:
  Error At(uint32_t line, std::string_view what, std::string remedy = "") const {
    return UsageError(fmt::format("{}:{}: {}", EscapeForTerminal(source_), line, what),
                      std::move(remedy));
  }

  Result<int64_t> TimeOf(const JepsenEvent& event, uint32_t line);
  Result<Process*> ProcessOf(const JepsenEvent& event, uint32_t line);
  Result<void> Invoke(const JepsenEvent& event, Process& process, int64_t time, uint32_t line);
  Result<void> Complete(const JepsenEvent& event, Process& process, int64_t time, uint32_t line);
  Result<OpKind> KindOf(const JepsenEvent& event, uint32_t line) const;
  Result<void> TakeKey(const JepsenEvent& event, uint32_t line, Op* op);
  Result<void> TakeWritten(const JepsenEvent& event, Process& process, uint32_t line, Op* op);
  static void FindFirstSequence(const JepsenEvent& event, const Op& op, Process& process);
  Result<void> TakeAnswer(const JepsenEvent& event, uint32_t line, uint32_t index);
  void UseValue(const JepsenValue& value, uint32_t key, uint32_t op);
  void FindCounters();
  Result<void> TraceValues();
  void BeginCounters();

  std::string source_;
  HistoryModel model_;
  History::Parts parts_;
  std::vector<uint32_t> lines_;    // Of each operation: where its value stands.
  std::vector<uint32_t> invoked_;  // Of each operation: where it was invoked.
  std::vector<uint16_t> slots_;    // Of each operation: its process's index.
  std::vector<ValueUse> uses_;
  std::vector<Process> processes_;
  std::unordered_map<int64_t, uint16_t> slot_of_;                // By the file's process number.
  std::vector<bool> taken_ = std::vector<bool>(kMostProcesses);  // Process numbers.
  uint16_t highest_free_ = kMostProcesses - 1;
  std::unordered_map<JepsenValue, uint32_t> key_of_;  // 5 and "5" are not the same.
  std::vector<bool> is_counter_;                      // By key.
  uint64_t skipped_ = 0;
  bool any_ = false;
  bool timed_ = false;
  int64_t earliest_ = kNever;
};

Result<void> Importer::Take(const JepsenEvent& event, uint32_t line) {
  if (!event.process) {
    ++skipped_;
    return {};
  }
  TEARPROOF_ASSIGN_OR_RETURN(const int64_t time, TimeOf(event, line));
  TEARPROOF_ASSIGN_OR_RETURN(Process* const process, ProcessOf(event, line));
  if (time < process->last_time) {
    return At(line, fmt::format("process {} goes back in time", *event.process),
              "\"time\" must never fall within a process");
  }
  process->last_time = time;
  return event.type == Type::kInvoke ? Invoke(event, *process, time, line)
                                     : Complete(event, *process, time, line);
}

Result<int64_t> Importer::TimeOf(const JepsenEvent& event, uint32_t line) {
  if (!any_) timed_ = event.time.has_value();
  any_ = true;
  if (event.time.has_value() != timed_) {
    return At(line, timed_ ? "it has no \"time\"" : "it has a \"time\", unlike the lines before",
              "give every line one, or none: then the order of lines counts");
  }
  const int64_t time = timed_ ? *event.time : int64_t{line};
  earliest_ = std::min(earliest_, time);
  return time;
}

Result<Process*> Importer::ProcessOf(const JepsenEvent& event, uint32_t line) {
  const auto found = slot_of_.find(*event.process);
  if (found != slot_of_.end()) return &processes_[found->second];
  // The last number stays free for the process that begins the counters.
  if (processes_.size() + 1 >= kMostProcesses) {
    return At(line, fmt::format("there are more than {} processes", kMostProcesses - 1),
              "judge a shorter history");
  }
  Process process;
  const int64_t wanted = *event.process;
  if (wanted >= 0 && wanted < kMostProcesses && !taken_[static_cast<size_t>(wanted)]) {
    process.number = static_cast<uint16_t>(wanted);
  } else {
    while (taken_[highest_free_]) --highest_free_;
    process.number = highest_free_;
  }
  taken_[process.number] = true;
  slot_of_[wanted] = static_cast<uint16_t>(processes_.size());
  processes_.push_back(process);
  return &processes_.back();
}

Result<OpKind> Importer::KindOf(const JepsenEvent& event, uint32_t line) const {
  const std::string& f = event.f;
  if (f == "read" || f == "get") return OpKind::kGet;
  switch (model_) {
    case HistoryModel::kCounter:
      if (f == "add" || f == "incr") return OpKind::kIncr;
      return At(line, fmt::format("'{}' is not done to a counter", EscapeForTerminal(f, 40)),
                "a counter knows read and add; --model cache knows more");
    case HistoryModel::kRegister:
      if (f == "write" || f == "set") return OpKind::kSet;
      return At(line, fmt::format("'{}' is not done to a register", EscapeForTerminal(f, 40)),
                "a register knows read and write; --model cache knows more");
    case HistoryModel::kCache:
      if (f == "write") return OpKind::kSet;
      if (const std::optional<OpKind> kind = ParseOpKind(f)) return *kind;
      break;
  }
  return At(
      line, fmt::format("'{}' is not done to a cache", EscapeForTerminal(f, 40)),
      "what is known: init, get, has, set, add, delete, incr, touch, clear, cull, read, write");
}

Result<void> Importer::TakeKey(const JepsenEvent& event, uint32_t line, Op* op) {
  if (!TakesKey(op->kind)) return {};
  const bool none = std::holds_alternative<std::monostate>(event.key);
  if (none && model_ == HistoryModel::kCache) {
    return At(line, fmt::format("{} needs a key", OpKindName(op->kind)),
              R"(say which: "key":"k0", or --model register where there is only one)");
  }
  const auto [found, added] = key_of_.try_emplace(event.key, parts_.header.keys.size());
  if (added) {
    const char* only = model_ == HistoryModel::kCounter ? "counter" : "register";
    parts_.header.keys.push_back(none ? only : ToText(event.key));
    is_counter_.push_back(false);
  }
  op->key = found->second;
  return {};
}

Result<void> Importer::Invoke(const JepsenEvent& event, Process& process, int64_t time,
                              uint32_t line) {
  if (process.open_op != kNoOp) {
    return At(line,
              fmt::format("process {} begins before what it began in line {} has ended",
                          *event.process, invoked_[process.open_op]),
              "a process does one thing at a time: number the clients apart");
  }
  Op op;
  TEARPROOF_ASSIGN_OR_RETURN(op.kind, KindOf(event, line));
  op.invoke = time;
  op.process = process.number;
  op.sequence = process.ops++;
  TEARPROOF_RETURN_IF_ERROR(TakeKey(event, line, &op));
  process.open_op = static_cast<uint32_t>(parts_.ops.size());
  TEARPROOF_RETURN_IF_ERROR(TakeWritten(event, process, line, &op));
  parts_.ops.push_back(op);
  lines_.push_back(line);
  invoked_.push_back(line);
  slots_.push_back(static_cast<uint16_t>(&process - processes_.data()));
  return {};
}

// What the invocation says is written, or added.
Result<void> Importer::TakeWritten(const JepsenEvent& event, Process& process, uint32_t line,
                                   Op* op) {
  if (op->kind == OpKind::kSet || op->kind == OpKind::kAdd || op->kind == OpKind::kTouch) {
    if (event.ttl_millis) op->ttl_millis = *event.ttl_millis;
  }
  if (op->kind == OpKind::kIncr) {
    const int64_t* delta = std::get_if<int64_t>(&event.value);
    if (delta == nullptr || *delta < 0 || *delta > std::numeric_limits<int32_t>::max()) {
      return At(line,
                fmt::format("{} needs what is added, as an integer from 0 to 2147483647",
                            EscapeForTerminal(event.f, 40)),
                "counters that also go down are not judged");
    }
    op->length = static_cast<uint32_t>(*delta);
    is_counter_[op->key] = true;
  }
  if (op->kind != OpKind::kSet && op->kind != OpKind::kAdd) return {};
  if (std::holds_alternative<std::monostate>(event.value) ||
      std::holds_alternative<bool>(event.value)) {
    return At(line, fmt::format("{} needs a value to write", EscapeForTerminal(event.f, 40)),
              "an integer or a text");
  }
  op->length = kLength;
  UseValue(event.value, op->key, process.open_op);
  if (!process.wrote) FindFirstSequence(event, *op, process);
  process.wrote = true;
  return {};
}

// A value that our own export wrote says which of its process's operations it is: the numbers are
// then those of the run.
void Importer::FindFirstSequence(const JepsenEvent& event, const Op& op, Process& process) {
  const std::string* text = std::get_if<std::string>(&event.value);
  const std::string own = fmt::format("p{}#", process.number);
  if (text == nullptr || !text->starts_with(own)) return;
  uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [rest, problem] = std::from_chars(text->data() + own.size(), end, number);
  if (problem == std::errc() && rest == end && number >= op.sequence && number < kMaxSequence / 2) {
    process.first_sequence = number - op.sequence;
  }
}

void Importer::UseValue(const JepsenValue& value, uint32_t key, uint32_t op) {
  ValueUse use;
  const std::string text = ToText(value);
  use.digest = DigestOf(value, text, key);
  use.op = op;
  const int64_t* number = std::get_if<int64_t>(&value);
  use.integer = number != nullptr;
  if (number != nullptr) use.number = *number;
  use.length = static_cast<uint32_t>(std::max<size_t>(text.size(), kLength));
  use.damaged = text == "damaged";
  uses_.push_back(use);
}

Result<void> Importer::Complete(const JepsenEvent& event, Process& process, int64_t time,
                                uint32_t line) {
  if (process.open_op == kNoOp) {
    return At(line, fmt::format("process {} ends what it never began", *event.process),
              R"(each operation has a line "type":"invoke" before)");
  }
  const uint32_t index = process.open_op;
  Op& op = parts_.ops[index];
  TEARPROOF_ASSIGN_OR_RETURN(const OpKind kind, KindOf(event, line));
  if (kind != op.kind) {
    return At(line, fmt::format("process {} ends '{}', but what it began in line {} is another",
                                *event.process, EscapeForTerminal(event.f, 40), invoked_[index]));
  }
  if (TakesKey(kind) && !std::holds_alternative<std::monostate>(event.key)) {
    Op ended = op;
    TEARPROOF_RETURN_IF_ERROR(TakeKey(event, line, &ended));
    if (ended.key != op.key) {
      return At(line, fmt::format("it names another key than line {}", invoked_[index]));
    }
  }
  process.open_op = kNoOp;
  if (event.type == Type::kInfo) {
    if (event.ended && event.has_error) {
      op.outcome = Outcome::kError;
      op.ret = time;
      return {};
    }
    if (event.ended) process.reaped = time;
    slot_of_.erase(*event.process);  // What goes on under this number is a new process.
    return {};
  }
  op.ret = time;
  if (event.type == Type::kFail) {
    op.outcome = event.has_error ? Outcome::kUnsupported : Outcome::kRefused;
    return {};
  }
  return TakeAnswer(event, line, index);
}

Result<void> Importer::TakeAnswer(const JepsenEvent& event, uint32_t line, uint32_t index) {
  Op& op = parts_.ops[index];
  if (op.kind == OpKind::kHas) {
    const bool* there = std::get_if<bool>(&event.value);
    if (there == nullptr) return At(line, "has is answered by true or false");
    op.outcome = *there ? Outcome::kHit : Outcome::kMiss;
    return {};
  }
  if (op.kind != OpKind::kGet) {
    op.outcome = Outcome::kDone;
    return {};
  }
  lines_[index] = line;
  if (std::holds_alternative<std::monostate>(event.value)) {
    op.outcome = Outcome::kMiss;
    return {};
  }
  const int64_t* number = std::get_if<int64_t>(&event.value);
  if (std::holds_alternative<bool>(event.value) ||
      (model_ == HistoryModel::kCounter && number == nullptr)) {
    return At(line, "a read is answered by a value or null",
              model_ == HistoryModel::kCounter ? "a counter's value is an integer" : "");
  }
  op.outcome = Outcome::kHit;
  op.length = kLength;
  UseValue(event.value, op.key, index);
  if (event.bytes && uses_.back().damaged) uses_.back().length = *event.bytes;
  return {};
}

// A key that is incremented is a counter, and so is one to which nothing but 0 is ever written.
void Importer::FindCounters() {
  std::vector<bool> written(is_counter_.size());
  std::vector<bool> only_zero(is_counter_.size(), true);
  for (const ValueUse& use : uses_) {
    const Op& op = parts_.ops[use.op];
    if (op.kind == OpKind::kGet) continue;
    written[op.key] = true;
    if (!use.integer || use.number != 0) only_zero[op.key] = false;
  }
  for (size_t key = 0; key < is_counter_.size(); ++key) {
    if (written[key] && only_zero[key]) is_counter_[key] = true;
  }
}

// Who wrote what was read. Of the writes of a value, the one that may have happened counts; where
// there is none, one that failed.
Result<void> Importer::TraceValues() {
  std::unordered_map<Digest, uint32_t, DigestHash> writer;
  for (const bool failed : {false, true}) {
    for (const ValueUse& use : uses_) {
      Op& op = parts_.ops[use.op];
      if (op.kind == OpKind::kGet || op.may_have_happened() == failed) continue;
      if (is_counter_[op.key] && use.integer && use.number == 0) {
        op.counter = true;
        continue;
      }
      const auto [first, added] = writer.try_emplace(use.digest, use.op);
      if (added || failed) continue;
      return At(
          lines_[use.op],
          fmt::format("the value of line {} is written to its key again", lines_[first->second]),
          "which of the writes a read saw cannot be told: write every value only once");
    }
  }
  for (const ValueUse& use : uses_) {
    Op& op = parts_.ops[use.op];
    if (op.kind != OpKind::kGet) continue;
    const auto found = writer.find(use.digest);
    if (is_counter_[op.key] && use.integer) {
      op.observation = Observed::kNumber;
      op.observed = static_cast<uint64_t>(use.number);
    } else if (found != writer.end()) {
      const Op& write = parts_.ops[found->second];
      op.observation = Observed::kIntact;
      op.observed = ValueId{write.process, write.sequence}.Pack();
    } else {
      op.observation = use.damaged ? Observed::kDamaged : Observed::kShort;
      op.observed = use.digest.low;
      op.length = use.length;
    }
  }
  return {};
}

// Counters from elsewhere are at 0 before anything is done to them.
void Importer::BeginCounters() {
  if (model_ != HistoryModel::kCounter || parts_.ops.empty()) return;
  const size_t keys = parts_.header.keys.size();
  const auto free = std::find(taken_.begin(), taken_.end(), false);
  const auto number = static_cast<uint16_t>(free - taken_.begin());
  int64_t time = earliest_ - parts_.header.clock_uncertainty - 2 * static_cast<int64_t>(keys) - 2;
  for (uint32_t key = 0; key < keys; ++key) {
    Op op;
    op.kind = OpKind::kSet;
    op.outcome = Outcome::kDone;
    op.counter = true;
    op.process = number;
    op.sequence = key;
    op.key = key;
    op.length = kLength;
    op.invoke = time;
    op.ret = time + 1;
    time += 2;
    parts_.ops.push_back(op);
  }
  ProcessInfo info;
  info.number = number;
  info.role = "setup";
  parts_.processes.push_back(info);
}

Result<ImportedHistory> Importer::Finish() {
  if (parts_.ops.empty()) {
    return UsageError(EscapeForTerminal(source_) + " holds no operation",
                      "a history has one JSON object a line");
  }
  std::map<uint16_t, ImportedHistory::Lines> lines;
  for (const Process& process : processes_) {
    ProcessInfo info;
    info.number = process.number;
    info.role = "client";
    if (process.reaped != kNever) {
      info.end = ProcessInfo::End::kKilled;
      info.reaped = process.reaped;
    }
    parts_.processes.push_back(info);
    lines[process.number] = {process.first_sequence, std::vector<uint32_t>(process.ops)};
  }
  for (size_t i = 0; i < parts_.ops.size(); ++i) {
    Op& op = parts_.ops[i];
    lines[op.process].of_op[op.sequence] = lines_[i];
    op.sequence += processes_[slots_[i]].first_sequence;
  }
  FindCounters();
  TEARPROOF_RETURN_IF_ERROR(TraceValues());
  BeginCounters();
  parts_.header.time_base = timed_ ? TimeBase::kMonotonicNanos : TimeBase::kStep;
  parts_.header.scenario = source_;
  TEARPROOF_ASSIGN_OR_RETURN(History history, History::Build(std::move(parts_)));
  return ImportedHistory{std::move(history), model_, skipped_, std::move(lines)};
}

}  // namespace

uint32_t ImportedHistory::LineOf(const Op& op) const {
  const auto found = lines.find(op.process);
  if (found == lines.end() || op.sequence < found->second.first_sequence) return 0;
  const uint64_t index = op.sequence - found->second.first_sequence;
  return index < found->second.of_op.size() ? found->second.of_op[index] : 0;
}

Result<ImportedHistory> ImportJepsen(std::istream& in, const std::string& source,
                                     HistoryModel model, int64_t clock_uncertainty) {
  Importer importer(source, model, clock_uncertainty);
  JepsenEventParser parser;
  const auto at = [&](size_t line, const Error& error) {
    return UsageError(fmt::format("{}:{}: {}", EscapeForTerminal(source), line, error.what),
                      error.remedy);
  };
  constexpr size_t kBuffer = kMaxJepsenLine + 2;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBuffer);
  for (size_t number = 1; in.getline(buffer.get(), kBuffer); ++number) {
    // The newline is counted where there is one.
    const auto size = static_cast<size_t>(in.gcount()) - (in.eof() ? 0 : 1);
    const std::string_view line(buffer.get(), size);
    if (number > kMostLines) return at(number, UsageError("there are too many lines"));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Result<JepsenEvent> event = parser.Parse(line);
    if (!event.ok()) return at(number, event.error());
    TEARPROOF_RETURN_IF_ERROR(importer.Take(event.value(), static_cast<uint32_t>(number)));
  }
  if (!in.eof()) {
    return UsageError(fmt::format("{} has a line of more than {} bytes", EscapeForTerminal(source),
                                  kMaxJepsenLine),
                      "a history has one operation's event a line");
  }
  return importer.Finish();
}

}  // namespace tearproof
