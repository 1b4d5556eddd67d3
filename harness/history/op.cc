#include "harness/history/op.h"

namespace tearproof {
namespace {

constexpr std::array<std::string_view, kOpKindCount> kKindNames = {
    "init", "get", "has", "set", "add", "delete", "incr", "touch", "clear", "cull"};
constexpr std::array<std::string_view, kOutcomeCount> kOutcomeNames = {
    "open", "hit", "miss", "done", "refused", "error", "unsupported", "failed"};

template <typename Enum, size_t kCount>
std::optional<Enum> ParseName(const std::array<std::string_view, kCount>& names,
                              std::string_view name) {
  for (size_t i = 0; i < kCount; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view OpKindName(OpKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::string_view OutcomeName(Outcome outcome) {
  return kOutcomeNames[static_cast<size_t>(outcome)];
}

std::optional<OpKind> ParseOpKind(std::string_view name) {
  return ParseName<OpKind>(kKindNames, name);
}

std::optional<Outcome> ParseOutcome(std::string_view name) {
  return ParseName<Outcome>(kOutcomeNames, name);
}

bool TakesKey(OpKind kind) {
  return kind != OpKind::kInit && kind != OpKind::kClear && kind != OpKind::kCull;
}

}  // namespace tearproof
