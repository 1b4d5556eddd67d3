#include "harness/api/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "harness/core/text.h"
#include "harness/history/value.h"

namespace tearproof {
namespace {

Result<uint64_t> ParseValueSize(std::string_view text) {
  TEARPROOF_ASSIGN_OR_RETURN(const uint64_t bytes, ParseSize(text));
  if (bytes < 1 || bytes > kMaxValueBytes) {
    return UsageError(fmt::format("a value of '{}' is out of bounds", text),
                      "from 1 byte to 16 MiB");
  }
  return bytes;
}

// "k12" → 12.
Result<uint32_t> ParseKeyIndex(std::string_view word, uint32_t key_count) {
  uint32_t index = 0;
  const char* end = word.data() + word.size();
  const bool shaped = word.size() >= 2 && word[0] == 'k' && (word[1] != '0' || word.size() == 2);
  if (!shaped || std::from_chars(word.data() + 1, end, index).ptr != end) {
    return UsageError(fmt::format("'{}' is no key", EscapeForTerminal(word, 60)),
                      "write k0, k1, ..., any or each");
  }
  if (index >= key_count || std::to_string(index) != word.substr(1)) {
    return UsageError(
        fmt::format("'{}' is not among the keys", EscapeForTerminal(word, 60)),
        key_count == 1 ? "the only key is k0" : fmt::format("they are k0 to k{}", key_count - 1));
  }
  return index;
}

bool TakesTtl(OpKind kind) {
  return kind == OpKind::kSet || kind == OpKind::kAdd || kind == OpKind::kTouch;
}

Result<void> ParseStepTarget(std::string_view word, uint32_t key_count, Step& step) {
  if (word == "any") {
    step.target = Step::Target::kAny;
  } else if (word == "each") {
    step.target = Step::Target::kEach;
  } else {
    step.target = Step::Target::kKey;
    TEARPROOF_ASSIGN_OR_RETURN(step.key, ParseKeyIndex(word, key_count));
  }
  return {};
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words = Split(text, ' ');
  std::erase(words, "");
  return words;
}

void AddStep(const Step& step, Checker::Ingredients& ingredients) {
  ingredients.kinds.insert(step.kind);
  ingredients.ttl |= step.ttl_millis.value_or(kNoTtl) != kNoTtl;
}

}  // namespace

uint64_t SizeDistribution::Draw(Random& random) const {
  if (!range.has_value()) {
    TEARPROOF_CHECK(!choices.empty(), "a distribution of no sizes");
    return choices[choices.size() == 1 ? 0 : random.Below(choices.size())];
  }
  const auto [least, most] = *range;
  const double ratio = static_cast<double>(most + 1) / static_cast<double>(least);
  const double drawn = static_cast<double>(least) * std::pow(ratio, random.Unit());
  return std::clamp(static_cast<uint64_t>(drawn), least, most);
}

uint64_t SizeDistribution::Largest() const {
  if (range.has_value()) return range->second;
  TEARPROOF_CHECK(!choices.empty(), "a distribution of no sizes");
  return *std::max_element(choices.begin(), choices.end());
}

std::string SizeDistribution::Describe() const {
  if (range.has_value()) {
    return FormatSize(range->first) + " to " + FormatSize(range->second);
  }
  std::vector<std::string> sizes;
  for (uint64_t size : choices) sizes.push_back(FormatSize(size));
  if (sizes.size() < 2) return Join(sizes, "");
  const std::string last = sizes.back();
  sizes.pop_back();
  return Join(sizes, ", ") + " or " + last;
}

Result<SizeDistribution> ParseSizeDistribution(std::string_view text) {
  SizeDistribution sizes;
  const size_t dots = text.find("..");
  if (dots != std::string_view::npos) {
    TEARPROOF_ASSIGN_OR_RETURN(const uint64_t least, ParseValueSize(text.substr(0, dots)));
    TEARPROOF_ASSIGN_OR_RETURN(const uint64_t most, ParseValueSize(text.substr(dots + 2)));
    if (least > most) {
      return UsageError(fmt::format("'{}' begins above its end", EscapeForTerminal(text, 60)));
    }
    sizes.range = {least, most};
    return sizes;
  }
  for (const std::string& part : Split(text, ',')) {
    TEARPROOF_ASSIGN_OR_RETURN(const uint64_t size, ParseValueSize(part));
    sizes.choices.push_back(size);
  }
  return sizes;
}

Result<uint32_t> ParseTtl(std::string_view text) {
  if (text == "none") return kNoTtl;
  TEARPROOF_ASSIGN_OR_RETURN(const int64_t nanos, ParseDuration(text));
  if (nanos % 1'000'000 != 0 || nanos / 1'000'000 >= kNoTtl) {
    return UsageError(fmt::format("'{}' is no time to live", EscapeForTerminal(text, 60)),
                      "whole milliseconds, less than 49 days");
  }
  return static_cast<uint32_t>(nanos / 1'000'000);
}

Result<Step> ParseStep(std::string_view text, uint32_t key_count) {
  const std::vector<std::string> words = Words(text);
  if (words.empty()) return UsageError("an empty step", "write it like 'set k0'");
  const std::optional<OpKind> kind = ParseOpKind(words[0]);
  if (!kind.has_value()) return UnknownNameError("operation", words[0], OpKindNames());
  Step step;
  step.kind = *kind;
  size_t next = 1;
  if (TakesKey(*kind)) {
    if (words.size() < 2) {
      return UsageError(fmt::format("'{}' needs a key", words[0]), "k0, k1, ..., any or each");
    }
    TEARPROOF_RETURN_IF_ERROR(ParseStepTarget(words[1], key_count, step));
    next = 2;
  }
  if (next < words.size() && words[next].starts_with("ttl=")) {
    if (!TakesTtl(*kind)) {
      return UsageError(fmt::format("'{}' takes no ttl", words[0]), "only set, add and touch do");
    }
    TEARPROOF_ASSIGN_OR_RETURN(step.ttl_millis, ParseTtl(words[next].substr(4)));
    ++next;
  }
  if (next < words.size()) {
    return UsageError(fmt::format("'{}' does not belong there", EscapeForTerminal(words[next], 60)),
                      "a step is an operation, its key where it takes one, and perhaps ttl=20ms");
  }
  return step;
}

std::vector<std::string> OpKindNames() {
  std::vector<std::string> names;
  for (size_t kind = 0; kind < kOpKindCount; ++kind) {
    names.emplace_back(OpKindName(static_cast<OpKind>(kind)));
  }
  return names;
}

const Role* Scenario::FindRole(std::string_view name) const {
  for (const Role& role : roles) {
    if (role.name == name) return &role;
  }
  return nullptr;
}

Checker::Ingredients Scenario::Ingredients() const {
  Checker::Ingredients ingredients;
  ingredients.kinds.insert(OpKind::kInit);
  // Not the audit's gets: they come when all is quiet, and put nothing to the test that reads do
  // under way.
  for (uint32_t ttl : ttls_millis) ingredients.ttl |= ttl != kNoTtl;
  for (const Step& step : before) AddStep(step, ingredients);
  for (const Role& role : roles) {
    if (!role.stress.has_value()) continue;
    for (const auto& [kind, weight] : role.stress->mix) {
      if (weight > 0) ingredients.kinds.insert(kind);
    }
    for (const Step& step : role.stress->sequence) AddStep(step, ingredients);
  }
  ingredients.kills = kills_per_second > 0;
  ingredients.counters = counters;
  ingredients.odd_keys = keys.style == KeyStyle::kOdd;
  ingredients.foreign_files = foreign_files;
  ingredients.surveyed = tidy;
  return ingredients;
}

uint32_t Scenario::StressProcesses() const {
  uint32_t processes = 0;
  for (const Role& role : roles) {
    if (role.stress.has_value()) processes += role.stress->processes;
  }
  return processes;
}

bool Scenario::HasTag(std::string_view tag) const {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

}  // namespace tearproof
