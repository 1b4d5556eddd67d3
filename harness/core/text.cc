#include "harness/core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace tearproof {
namespace {

struct Unit {
  std::string_view suffix;
  double factor;
};

// Sizes are lowered before they are looked at.
constexpr std::array<Unit, 11> kSizeUnits = {{{"", 1},
                                              {"b", 1},
                                              {"k", 1024},
                                              {"kb", 1024},
                                              {"kib", 1024},
                                              {"m", 1048576},
                                              {"mb", 1048576},
                                              {"mib", 1048576},
                                              {"g", 1073741824},
                                              {"gb", 1073741824},
                                              {"gib", 1073741824}}};

constexpr std::array<Unit, 8> kDurationUnits = {{{"ns", 1},
                                                 {"us", 1e3},
                                                 {"µs", 1e3},
                                                 {"ms", 1e6},
                                                 {"s", 1e9},
                                                 {"m", 60e9},
                                                 {"min", 60e9},
                                                 {"h", 3600e9}}};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "12.5 ms" → 12.5 × the factor of "ms"; NaN if `text` is no such thing.
double ParseQuantity(std::string_view text, std::span<const Unit> units) {
  double number = 0;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || !std::isfinite(number) || number < 0) return std::nan("");
  std::string_view suffix(rest, text.data() + text.size() - rest);
  while (!suffix.empty() && suffix.front() == ' ') suffix.remove_prefix(1);
  for (const Unit& unit : units) {
    if (unit.suffix == suffix) return number * unit.factor;
  }
  return std::nan("");
}

// The length of the well-formed UTF-8 sequence at the start of `text`, or 0 (Unicode 15, table
// 3-7). C1 control characters count as ill-formed, since terminals obey them.
size_t Utf8SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i, unsigned char low, unsigned char high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first == 0xc2) return continues(1, 0xa0, 0xbf) ? 2 : 0;
  if (first >= 0xc3 && first <= 0xdf) return continues(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned char high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2, 0x80, 0xbf) && continues(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

uint32_t DecodeUtf8(std::string_view sequence) {
  constexpr std::array<unsigned char, 5> kLeadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t code = static_cast<unsigned char>(sequence[0]) & kLeadBits[sequence.size()];
  for (const char c : sequence.substr(1))
    code = (code << 6) | (static_cast<unsigned char>(c) & 0x3f);
  return code;
}

// Characters that reorder or hide text: bidirectional marks, zero-width and tag characters.
bool IsDeceptive(std::string_view sequence) {
  const uint32_t code = DecodeUtf8(sequence);
  return code == 0x061c || code == 0x180e || code == 0xfeff || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
         (code >= 0xe0000 && code <= 0xe0fff);
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substitute = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substitute, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Result<uint64_t> ParseSize(std::string_view text) {
  const double bytes = ParseQuantity(Lower(text), kSizeUnits);
  if (std::isnan(bytes) || bytes != std::floor(bytes) || bytes > 1e15) {
    return UsageError(fmt::format("'{}' is no size", EscapeForTerminal(text, 60)),
                      "write it like 512, 4KiB or 1MiB");
  }
  return static_cast<uint64_t>(bytes);
}

std::string FormatSize(uint64_t bytes) {
  constexpr std::array<const char*, 4> kNames = {"B", "KiB", "MiB", "GiB"};
  size_t unit = 0;
  while (unit + 1 < kNames.size() && bytes >= 1024 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", bytes, kNames[unit]);
}

Result<int64_t> ParseDuration(std::string_view text) {
  constexpr std::array<Unit, 1> kNoUnit = {{{"", 1}}};
  if (!std::isnan(ParseQuantity(text, kNoUnit))) {
    return UsageError(fmt::format("'{}' has no unit", text),
                      fmt::format("write {0}s or {0}min", text));
  }
  const double nanos = ParseQuantity(text, kDurationUnits);
  if (std::isnan(nanos) || nanos > 9e18) {
    return UsageError(fmt::format("'{}' is no duration", EscapeForTerminal(text, 60)),
                      "write it like 500ms, 5s or 10min");
  }
  return static_cast<int64_t>(nanos);
}

std::string FormatDuration(int64_t nanos) {
  // Three digits are shown; what would round to a fourth is shown in the next unit.
  const double value = static_cast<double>(nanos);
  if (nanos < 1'000) return fmt::format("{} ns", nanos);
  if (value < 999.5e3) return fmt::format("{:.3g} µs", value / 1e3);
  if (value < 999.5e6) return fmt::format("{:.3g} ms", value / 1e6);
  if (value < 119.5e9) return fmt::format("{:.3g} s", value / 1e9);
  if (value < 119.5 * 60e9) return fmt::format("{:.3g} min", value / 60e9);
  if (value < 999.5 * 3600e9) return fmt::format("{:.3g} h", value / 3600e9);
  return fmt::format("{:.0f} h", value / 3600e9);
}

std::string FormatCount(uint64_t count) {
  std::string digits = std::to_string(count);
  for (size_t from_end = 3; from_end < digits.size(); from_end += 4) {
    digits.insert(digits.size() - from_end, 1, ',');
  }
  return digits;
}

std::string FormatRounded(double count) {
  if (count < 999.5) return fmt::format("{:.0f}", count);
  if (count < 99.95e3) return fmt::format("{:.1f} k", count / 1e3);
  if (count < 999.5e3) return fmt::format("{:.0f} k", count / 1e3);
  if (count < 999.95e6) return fmt::format("{:.1f} M", count / 1e6);
  return fmt::format("{:.1f} G", count / 1e9);
}

std::string Singular(std::string_view plural) {
  size_t end = plural.find("s ");
  if (end == std::string_view::npos) end = plural.empty() ? 0 : plural.size() - 1;
  const std::string_view noun = plural.substr(0, end);
  const std::string rest(plural.substr(std::min(end + 1, plural.size())));
  if (noun.ends_with("ie")) return std::string(noun.substr(0, noun.size() - 2)) + "y" + rest;
  if (noun.ends_with("sse") || noun.ends_with("tche")) {
    return std::string(noun.substr(0, noun.size() - 1)) + rest;
  }
  return std::string(noun) + rest;
}

std::string Counted(uint64_t count, std::string_view plural) {
  return fmt::format("{} {}", FormatCount(count),
                     count == 1 ? Singular(plural) : std::string(plural));
}

std::string EscapeForTerminal(std::string_view text, size_t limit) {
  std::string safe;
  while (!text.empty()) {
    if (safe.size() >= limit) return safe + "…";
    const unsigned char first = static_cast<unsigned char>(text[0]);
    size_t length = Utf8SequenceLength(text);
    if (first == '\n') {
      safe += "\\n";
    } else if (first == '\t') {
      safe += "\\t";
    } else if (first == '\r') {
      safe += "\\r";
    } else if (length == 0 || first < 0x20 || first == 0x7f ||
               IsDeceptive(text.substr(0, length))) {
      length = std::max<size_t>(length, 1);
      for (size_t i = 0; i < length; ++i) {
        safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
      }
    } else {
      safe += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return safe;
}

std::string NearestName(std::string_view name, std::span<const std::string> known) {
  const std::string wanted = Lower(name);
  std::string best;
  size_t best_distance = SIZE_MAX;
  for (const std::string& candidate : known) {
    const std::string lower = Lower(candidate);
    // Who writes "django-20536" need not know of "regressions/".
    for (const std::string& each : {lower, lower.substr(lower.rfind('/') + 1)}) {
      const size_t distance = EditDistance(wanted, each);
      if (distance < best_distance && distance * 3 <= std::max(name.size(), each.size())) {
        best = candidate;
        best_distance = distance;
      }
    }
  }
  return best;
}

Error UnknownNameError(std::string_view what, std::string_view name,
                       std::span<const std::string> known) {
  const std::string nearest = NearestName(name, known);
  std::string remedy = nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest);
  remedy += "Known: " + Join(known, ", ");
  return UsageError(fmt::format("unknown {} '{}'", what, EscapeForTerminal(name, 60)),
                    std::move(remedy));
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string Join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string ShellQuote(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace tearproof
