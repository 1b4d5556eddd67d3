#include "harness/explore/frontier.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "harness/core/text.h"

namespace tearproof::explore {
namespace {

constexpr std::string_view kVersion = "explored-2";
constexpr size_t kNumbers = 15;

std::array<uint64_t*, 10> Numbers(Exploration& counts) {
  return {&counts.executions, &counts.abandoned, &counts.too_long,  &counts.repeated,
          &counts.classes,    &counts.deadlocks, &counts.livelocks, &counts.steps,
          &counts.kills,      &counts.faults};
}

Error Damaged() {
  return UsageError("the saved exploration is damaged, or of another version", "begin a new one");
}

}  // namespace

std::string Frontier::Print() const {
  Exploration copy = counts;
  std::string text(kVersion);
  for (const uint64_t* number : Numbers(copy)) text += fmt::format(" {}", *number);
  text += fmt::format(" {} {} {:d} {:d} {:d}", counts.interleavings.Digits(), counts.uncounted,
                      counts.waited, counts.polled, same_lengths);
  text += mishap ? fmt::format(" {}.{}", mishap->process, mishap->position) : " -";
  if (mishap && mishap->fault) text += "." + trace::FaultMark(*mishap->fault);
  for (size_t i = 0; i < lengths.size(); ++i) {
    text += fmt::format(" {}", lengths[i]);
    for (const FaultSet faults : i < possible.size() ? possible[i] : std::vector<FaultSet>()) {
      text += fmt::format(".{}", faults);
    }
  }
  return text + '\n' + tree;
}

Result<Frontier> Frontier::Parse(std::string_view text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return Damaged();
  const std::vector<std::string> fields = Split(text.substr(0, end), ' ');
  if (fields.size() < kNumbers + 2 || fields[0] != kVersion) return Damaged();
  bool good = true;
  const auto number = [&](const std::string& field) {
    uint64_t value = 0;
    const char* const last = field.data() + field.size();
    const auto [rest, problem] = std::from_chars(field.data(), last, value);
    good = good && !field.empty() && problem == std::errc() && rest == last;
    return value;
  };
  Frontier frontier;
  size_t at = 1;
  for (uint64_t* count : Numbers(frontier.counts)) *count = number(fields[at++]);
  const auto interleavings = BigCount::Parse(fields[at++]);
  if (!interleavings) return Damaged();
  frontier.counts.interleavings = *interleavings;
  frontier.counts.uncounted = number(fields[at++]);
  frontier.counts.waited = number(fields[at++]) != 0;
  frontier.counts.polled = number(fields[at++]) != 0;
  frontier.same_lengths = number(fields[at++]) != 0;
  if (const std::string& mishap = fields[at++]; mishap != "-") {
    const std::vector<std::string> parts = Split(mishap, '.');
    if (parts.size() < 2 || parts.size() > 3) return Damaged();
    frontier.mishap = Mishap{static_cast<ProcessId>(number(parts[0])),
                             static_cast<uint32_t>(number(parts[1])), std::nullopt};
    if (parts.size() == 3) frontier.mishap->fault = trace::ParseFault(parts[2]);
    if (parts.size() == 3 && !frontier.mishap->fault) return Damaged();
  }
  while (at < fields.size()) {
    const std::vector<std::string> parts = Split(fields[at++], '.');
    frontier.lengths.push_back(number(parts[0]));
    std::vector<FaultSet>& possible = frontier.possible.emplace_back();
    for (size_t i = 1; i < parts.size(); ++i) {
      possible.push_back(static_cast<FaultSet>(number(parts[i])));
    }
  }
  if (!good || frontier.lengths.size() > kMaxProcesses) return Damaged();
  frontier.tree = text.substr(end + 1);
  return frontier;
}

}  // namespace tearproof::explore
