// Text that people type and read: sizes, durations, names, and escaping at the edge.
//
// Thread safety: pure functions. Units: bytes and nanoseconds.
#ifndef TEARPROOF_HARNESS_CORE_TEXT_H_
#define TEARPROOF_HARNESS_CORE_TEXT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace tearproof {

// "4KiB", "64KB", "4k", "512", "512B" → bytes. K, M and G are powers of 1024 with or without "iB",
// in capitals or not. Error: kUsage.
Result<uint64_t> ParseSize(std::string_view text);
// 4096 → "4 KiB"; 100 → "100 B". Exact sizes only lose their zeros: 4097 → "4097 B".
std::string FormatSize(uint64_t bytes);

// "5s", "200ms", "1.5s", "10m", "10min", "8h", "250us" → nanoseconds. A number without a unit is an
// error, for nobody agrees on what it means. Error: kUsage.
Result<int64_t> ParseDuration(std::string_view text);
// 1'500'000'000 → "1.5 s"; 37'000 → "37 µs".
std::string FormatDuration(int64_t nanos);

// 1234567 → "1,234,567".
std::string FormatCount(uint64_t count);
// 1234567 → "1.2 M"; 950 → "950".
std::string FormatRounded(double count);

// "hits that met a set" → "hit that met a set": the first word that ends in s is the noun.
std::string Singular(std::string_view plural);
// "1 key", "2 keys".
std::string Counted(uint64_t count, std::string_view plural);

// Captured text made safe for a terminal: control characters, escape sequences and invalid UTF-8
// become \xNN, \n and \t; at most `limit` bytes are kept, then "…".
std::string EscapeForTerminal(std::string_view text, size_t limit = 400);

// The known name nearest to `name`, or "" when nothing is near (Levenshtein distance of at most a
// third of the longer one), in capitals or not, with or without what precedes its last slash.
std::string NearestName(std::string_view name, std::span<const std::string> known);
// "unknown backend 'naiv'; did you mean 'naive'? Known: a, b, c". An Error of kind kUsage.
Error UnknownNameError(std::string_view what, std::string_view name,
                       std::span<const std::string> known);

std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(std::span<const std::string> parts, std::string_view separator);

// `text` quoted so that a POSIX shell reads it back as one word; unquoted where nothing needs it.
std::string ShellQuote(std::string_view text);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_TEXT_H_
