#include "harness/core/layout.h"

#include <algorithm>

#include "harness/core/text.h"

namespace tearproof {
namespace {

// The bytes of the first `columns` code points of `text`.
size_t PrefixBytes(std::string_view text, size_t columns) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const bool starts_code_point = (static_cast<unsigned char>(text[bytes]) & 0xc0) != 0x80;
    if (starts_code_point && columns-- == 0) break;
    ++bytes;
  }
  return bytes;
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string Repeat(std::string_view text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

std::string PadRight(std::string_view text, size_t columns) {
  const size_t width = DisplayWidth(text);
  return std::string(text) + std::string(columns - std::min(columns, width), ' ');
}

std::string PadLeft(std::string_view text, size_t columns) {
  const size_t width = DisplayWidth(text);
  return std::string(columns - std::min(columns, width), ' ') + std::string(text);
}

std::string Shorten(std::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  return std::string(text.substr(0, PrefixBytes(text, columns - 1))) + "…";
}

std::vector<std::string> WrapWords(std::string_view text, size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& part : Split(text, ' ')) {
    std::string_view word = part;
    if (word.empty()) continue;
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > columns) {
      lines.push_back(std::move(line));
      line.clear();
    }
    while (DisplayWidth(word) > columns) {
      const size_t bytes = PrefixBytes(word, columns);
      lines.emplace_back(word.substr(0, bytes));
      word.remove_prefix(bytes);
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string Block(std::string_view first, std::string_view text, size_t columns) {
  const size_t indent = DisplayWidth(first);
  const size_t room = columns > indent + 20 ? columns - indent : 20;
  std::string block;
  for (const std::string& line : WrapWords(text, room)) {
    block += block.empty() ? std::string(first) : std::string(indent, ' ');
    block += line + "\n";
  }
  return block;
}

std::string Entry(std::string_view name, size_t name_columns, std::string_view meaning,
                  size_t columns) {
  if (DisplayWidth(name) < name_columns) {
    return Block(PadRight(name, name_columns), meaning, columns);
  }
  return std::string(name) + "\n" + Block(std::string(name_columns, ' '), meaning, columns);
}

}  // namespace tearproof
