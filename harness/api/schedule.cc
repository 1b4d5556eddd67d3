#include "harness/api/schedule.h"

#include <fmt/format.h>

#include <charconv>

#include "harness/core/text.h"

namespace tearproof {
namespace {

constexpr size_t kMaxChoices = 1 << 20;

// ':' separates the fields, so a name that holds one (a backend's options do) has it escaped; so
// is whatever a terminal might obey or a mail program change.
std::string EscapeField(std::string_view field) {
  std::string escaped;
  for (char c : field) {
    if (c == ':' || c == '%' || c <= ' ' || c > '~') {
      escaped += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

template <typename Number>
bool ParseNumber(std::string_view text, int base, Number* number) {
  const auto [rest, problem] =
      std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return !text.empty() && problem == std::errc() && rest == text.data() + text.size();
}

bool UnescapeField(std::string_view field, std::string* plain) {
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '%') {
      *plain += field[i];
      continue;
    }
    unsigned code = 0;
    if (i + 2 >= field.size() || !ParseNumber(field.substr(i + 1, 2), 16, &code)) return false;
    *plain += static_cast<char>(code);
    i += 2;
  }
  return true;
}

bool ParseChoices(std::string_view text, std::vector<uint32_t>* choices) {
  if (text.empty()) return true;
  for (const std::string& part : Split(text, '.')) {
    const std::vector<std::string> run = Split(part, '*');
    uint32_t choice = 0;
    uint32_t times = 1;
    if (run.size() > 2 || !ParseNumber(run[0], 10, &choice)) return false;
    if (run.size() == 2 && !ParseNumber(run[1], 10, &times)) return false;
    if (times == 0 || times > kMaxChoices - choices->size()) return false;
    choices->insert(choices->end(), times, choice);
  }
  return true;
}

}  // namespace

std::string Schedule::Print() const {
  std::string text =
      fmt::format("TP1:{}:{:016x}:{}:", EscapeField(scenario), program_hash, EscapeField(backend));
  for (size_t i = 0; i < choices.size();) {
    size_t end = i + 1;
    while (end < choices.size() && choices[end] == choices[i]) ++end;
    if (i > 0) text += '.';
    text += std::to_string(choices[i]);
    if (end - i > 1) text += fmt::format("*{}", end - i);
    i = end;
  }
  return text;
}

Result<Schedule> Schedule::Parse(std::string_view text) {
  const std::vector<std::string> fields = Split(text, ':');
  if (fields[0] != "TP1") {
    return UsageError(
        fmt::format("'{}' is no schedule of this version", EscapeForTerminal(fields[0], 20)),
        "a schedule begins with TP1:");
  }
  Schedule schedule;
  if (fields.size() != 5 || !UnescapeField(fields[1], &schedule.scenario) ||
      !ParseNumber(fields[2], 16, &schedule.program_hash) ||
      !UnescapeField(fields[3], &schedule.backend) || !ParseChoices(fields[4], &schedule.choices)) {
    return UsageError(
        fmt::format("the schedule '{}' is cut short or damaged", EscapeForTerminal(text, 60)),
        "paste the whole line as it was printed");
  }
  return schedule;
}

}  // namespace tearproof
