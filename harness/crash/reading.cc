#include "harness/crash/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "harness/api/request_maker.h"
#include "harness/core/text.h"

namespace tearproof::crash {
namespace {

class Asker {
 public:
  Asker(Backend& cache, const ReadingPlan& plan)
      : cache_(cache), plan_(plan), maker_(&plan.keys, plan.counters, VerifyMode::kFull) {}

  Outcome Ask(OpKind kind, uint32_t key) {
    Task task;
    task.kind = kind;
    task.key = key;
    Op op;
    op.process = plan_.process;
    op.sequence = reading_.ops.size();
    const Request& request = maker_.Make(task, &op);
    op.invoke = op.ret = static_cast<int64_t>(reading_.ops.size()) + 1;
    cache_.Execute(request, response_);
    maker_.Judge(response_, &op);
    if (op.outcome == Outcome::kError) {
      reading_.evidence.push_back({op.process, op.sequence, response_.error, {}});
    }
    if (op.observation == Observed::kDamaged) {
      reading_.evidence.push_back({op.process, op.sequence, "", DescribeDamage(response_.value)});
    }
    reading_.answers.push_back(Answer(op));
    reading_.ops.push_back(op);
    return op.outcome;
  }

  Reading Take() { return std::move(reading_); }

 private:
  std::string Answer(const Op& op) const {
    std::string text(OpKindName(op.kind));
    if (op.key != kNoKey) text += " " + EscapeForTerminal(plan_.keys[op.key], 40);
    text += fmt::format(" → {}", OutcomeName(op.outcome));
    if (op.outcome == Outcome::kError) text += ": " + EscapeForTerminal(response_.error, 200);
    if (op.kind != OpKind::kGet || op.outcome != Outcome::kHit) return text;
    text += fmt::format(", {} bytes", op.length);
    if (op.observation == Observed::kDamaged) return text + ", of no set";
    if (op.observation != Observed::kIntact) return text;
    const ValueId id = ValueId::Unpack(op.observed);
    return text + fmt::format(", of set #{} of process {}", id.sequence, id.process);
  }

  Backend& cache_;
  const ReadingPlan& plan_;
  RequestMaker maker_;
  Response response_;
  Reading reading_;
};

std::vector<std::string> FilesUnder(const std::string& directory) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code problem;
  for (fs::recursive_directory_iterator it(directory, problem), end; !problem && it != end;
       it.increment(problem)) {
    std::error_code ignored;
    if (!it->is_symlink(ignored) && it->is_directory(ignored)) continue;
    files.push_back(it->path().lexically_relative(directory).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Encoder {
 public:
  template <typename T>
  void Plain(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Text(std::string_view text) {
    Plain(uint64_t{text.size()});
    bytes_.append(text);
  }
  void Texts(const std::vector<std::string>& texts) {
    Plain(uint64_t{texts.size()});
    for (const std::string& text : texts) Text(text);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  void Plain(T* value) {
    if (bytes_.size() < sizeof(*value)) {
      good_ = false;
      bytes_ = {};
      return;
    }
    std::memcpy(value, bytes_.data(), sizeof(*value));
    bytes_.remove_prefix(sizeof(*value));
  }
  // No more than there are bytes left.
  uint64_t Count() {
    uint64_t count = 0;
    Plain(&count);
    if (count > bytes_.size()) good_ = false;
    return good_ ? count : 0;
  }
  std::string Text() {
    const uint64_t size = Count();
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  void Texts(std::vector<std::string>* texts) {
    for (uint64_t left = Count(); left > 0 && good_; --left) texts->push_back(Text());
  }
  bool good() const { return good_; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

Reading RunPlan(Backend& cache, const ReadingPlan& plan, const std::string& directory) {
  Asker asker(cache, plan);
  asker.Ask(OpKind::kInit, kNoKey);
  for (const uint32_t key : plan.asked_for) asker.Ask(OpKind::kGet, key);
  if (!plan.tidies) return asker.Take();
  // It was opened anew for this state: a second init would find what the first one left.
  asker.Ask(OpKind::kCull, kNoKey);
  if (asker.Ask(OpKind::kClear, kNoKey) == Outcome::kUnsupported) {
    for (const uint32_t key : plan.asked_for) asker.Ask(OpKind::kDelete, key);
  }
  Reading reading = asker.Take();
  reading.left = FilesUnder(directory);
  return reading;
}

std::string Encode(const Reading& reading) {
  Encoder encoder;
  encoder.Plain(uint64_t{reading.ops.size()});
  for (const Op& op : reading.ops) encoder.Plain(op);
  encoder.Plain(uint64_t{reading.evidence.size()});
  for (const Evidence& evidence : reading.evidence) {
    encoder.Plain(evidence.process);
    encoder.Plain(evidence.sequence);
    encoder.Text(evidence.text);
    encoder.Plain(uint64_t{evidence.damage.size()});
    for (const DamageRun& run : evidence.damage) encoder.Plain(run);
  }
  encoder.Texts(reading.answers);
  encoder.Texts(reading.left);
  return encoder.Take();
}

std::optional<Reading> DecodeReading(std::string_view bytes) {
  Decoder decoder(bytes);
  Reading reading;
  for (uint64_t left = decoder.Count(); left > 0 && decoder.good(); --left) {
    decoder.Plain(&reading.ops.emplace_back());
  }
  for (uint64_t left = decoder.Count(); left > 0 && decoder.good(); --left) {
    Evidence& evidence = reading.evidence.emplace_back();
    decoder.Plain(&evidence.process);
    decoder.Plain(&evidence.sequence);
    evidence.text = decoder.Text();
    for (uint64_t runs = decoder.Count(); runs > 0 && decoder.good(); --runs) {
      decoder.Plain(&evidence.damage.emplace_back());
    }
  }
  decoder.Texts(&reading.answers);
  decoder.Texts(&reading.left);
  return decoder.good() ? std::optional(std::move(reading)) : std::nullopt;
}

}  // namespace tearproof::crash
