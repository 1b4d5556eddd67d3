#include "harness/api/schedule.h"

#include <fmt/format.h>

#include <algorithm>
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

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsCall(std::string_view text) {
  const size_t mark = text.find('=');
  if (mark == std::string_view::npos) return IsWord(text);
  return IsWord(text.substr(0, mark)) && IsWord(text.substr(mark + 1));
}

bool ParseItem(const std::string& text, uint32_t* choice) { return ParseNumber(text, 10, choice); }
bool ParseItem(const std::string& text, std::string* call) {
  *call = text;
  return IsCall(text);
}

// Items separated by dots; n equal ones may be written item*n.
template <typename Item>
bool ParseRuns(std::string_view text, std::vector<Item>* items) {
  if (text.empty()) return true;
  for (const std::string& part : Split(text, '.')) {
    const std::vector<std::string> run = Split(part, '*');
    Item item{};
    uint32_t times = 1;
    if (run.size() > 2 || !ParseItem(run[0], &item)) return false;
    if (run.size() == 2 && !ParseNumber(run[1], 10, &times)) return false;
    if (times == 0 || times > kMaxChoices - items->size()) return false;
    items->insert(items->end(), times, item);
  }
  return true;
}

template <typename Item>
void PrintRuns(const std::vector<Item>& items, std::string* text) {
  for (size_t i = 0; i < items.size();) {
    size_t end = i + 1;
    while (end < items.size() && items[end] == items[i]) ++end;
    if (i > 0) *text += '.';
    *text += fmt::format("{}", items[i]);
    if (end - i > 1) *text += fmt::format("*{}", end - i);
    i = end;
  }
}

}  // namespace

std::string Schedule::Print() const {
  std::string text =
      fmt::format("TP1:{}:{:016x}:{}:", EscapeField(scenario), program_hash, EscapeField(backend));
  PrintRuns(choices, &text);
  if (!calls.empty()) {
    text += ':';
    PrintRuns(calls, &text);
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
  if (fields.size() < 5 || fields.size() > 6 || !UnescapeField(fields[1], &schedule.scenario) ||
      !ParseNumber(fields[2], 16, &schedule.program_hash) ||
      !UnescapeField(fields[3], &schedule.backend) || !ParseRuns(fields[4], &schedule.choices) ||
      (fields.size() == 6 && (!ParseRuns(fields[5], &schedule.calls) || schedule.calls.empty() ||
                              schedule.calls.size() != schedule.choices.size()))) {
    return UsageError(
        fmt::format("the schedule '{}' is cut short or damaged", EscapeForTerminal(text, 60)),
        "paste the whole line as it was printed");
  }
  return schedule;
}

}  // namespace tearproof
