#include "harness/trace/file_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tearproof::trace {
namespace {

// Numbers of what was found carry this bit; numbers of what a process made are its number and a
// count.
constexpr uint64_t kFound = uint64_t{1} << 63;
constexpr int kProcessShift = 40;

// FNV-1a, finished so that numbers that differ in one bit have nothing in common.
uint64_t Hash(uint64_t seed, std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ (seed * 0x9e3779b97f4a7c15ULL);
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  return hash ^ (hash >> 31);
}

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// mktemp(1): "tmp." and letters and digits, which may all be small letters.
bool IsShellTemporary(std::string_view name) {
  constexpr size_t kShortest = 10;
  return name.size() >= kShortest && name.starts_with("tmp.") &&
         std::all_of(name.begin() + 4, name.end(), IsWordCharacter);
}

// Python's tempfile: "tmp" and eight of a-z, 0-9 and _; one in twelve has no digit.
bool IsPythonTemporary(std::string_view name) {
  constexpr size_t kLength = 11;
  return name.size() >= kLength && name.starts_with("tmp") &&
         name.substr(3, kLength - 3).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string_view::npos;
}

bool IsDigest(std::string_view word) {
  return (word.size() == 32 || word.size() == 40 || word.size() == 64) &&
         word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool WordLooksRandom(std::string_view word) {
  constexpr size_t kShortest = 6;
  if (word.size() < kShortest || IsDigest(word)) return false;
  bool digit = false;
  bool upper = false;
  bool lower = false;
  bool changes = false;  // From lower case to upper within: camelCase is rare in file names.
  size_t uppers = 0;
  for (const char c : word) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digit = true;
    if (std::isupper(static_cast<unsigned char>(c)) != 0) {
      changes = changes || lower;
      upper = true;
      ++uppers;
    }
    if (std::islower(static_cast<unsigned char>(c)) != 0) lower = true;
  }
  return (digit && (upper || lower)) || changes || (lower && uppers > 1) ||
         (digit && word.size() >= 8);
}

void ReplaceAll(std::string_view what, std::string_view by, std::string* text) {
  for (size_t at = text->find(what); at != std::string::npos;
       at = text->find(what, at + by.size())) {
    text->replace(at, what.size(), by);
  }
}

// `name` contains the number `id`, not as a part of a longer one.
bool ContainsNumber(std::string_view name, pid_t id) {
  const std::string digits = std::to_string(id);
  for (size_t at = name.find(digits); at != std::string_view::npos;
       at = name.find(digits, at + 1)) {
    const size_t end = at + digits.size();
    const bool starts = at == 0 || std::isdigit(static_cast<unsigned char>(name[at - 1])) == 0;
    const bool ends =
        end == name.size() || std::isdigit(static_cast<unsigned char>(name[end])) == 0;
    if (starts && ends) return true;
  }
  return false;
}

}  // namespace

std::string_view FindRandomWord(std::string_view name) {
  size_t begin = 0;
  while (begin < name.size()) {
    size_t end = begin;
    while (end < name.size() && IsWordCharacter(name[end])) ++end;
    const std::string_view word = name.substr(begin, end - begin);
    if (WordLooksRandom(word)) return word;
    begin = end + 1;
  }
  return {};
}

void FileIdentity::Renew() {
  numbers_.clear();
  created_.assign(created_.size(), 0);
  temporaries_.assign(temporaries_.size(), 0);
  shown_.clear();
  nameless_.clear();
}

// One random name in a hundred looks like a word: those that are made alike are told by the others.
bool FileIdentity::IsRandom(std::string_view name) {
  if (IsPythonTemporary(name) || IsShellTemporary(name)) return true;
  const std::string_view word = FindRandomWord(name);
  if (word.empty()) {
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
      return name.size() == pattern.length && name.starts_with(pattern.before) &&
             name.ends_with(pattern.after);
    });
  }
  const auto begin = static_cast<size_t>(word.data() - name.data());
  patterns_.insert({std::string(name.substr(0, begin)),
                    std::string(name.substr(begin + word.size())), name.size()});
  return true;
}

uint64_t FileIdentity::Number(dev_t device, ino_t inode, std::string_view path) {
  const auto [position, inserted] = numbers_.try_emplace({device, inode}, 0);
  if (inserted) position->second = Hash(0, path) | kFound;
  return position->second;
}

uint64_t FileIdentity::NumberOfNew(dev_t device, ino_t inode, size_t process) {
  const uint64_t number = ((process + 1) << kProcessShift) | ++created_[process];
  numbers_[{device, inode}] = number;
  return number;
}

uint64_t FileIdentity::EntryNumber(uint64_t directory, std::string_view name) const {
  return Hash(directory, NameToShow(name));
}

uint64_t FileIdentity::NumberOfDescription(size_t process) {
  return ((process + 1) << kProcessShift) | ++created_[process];
}

bool FileIdentity::NoteNewName(std::string_view name, size_t process, pid_t id, bool exclusive) {
  if (shown_.contains(std::string(name))) return false;
  // Without O_EXCL a program counts on its luck: then something else stands before the random part,
  // or it would rather be the name of a key.
  const bool random = IsRandom(name) && (exclusive || FindRandomWord(name).data() != name.data());
  if (!random && !ContainsNumber(name, id)) return false;
  const uint64_t number = temporaries_[process]++ * temporaries_.size() + process + 1;
  shown_.emplace(name, fmt::format("temp#{}", number));
  return true;
}

std::string_view FileIdentity::NameToShow(std::string_view name) const {
  if (shown_.empty()) return name;
  const auto found = shown_.find(std::string(name));
  return found == shown_.end() ? name : found->second;
}

std::string FileIdentity::TextToShow(std::string text, const std::string& directory) const {
  ReplaceAll(directory + "/", "", &text);
  ReplaceAll(directory, ".", &text);
  for (const auto& [name, shown] : shown_) ReplaceAll(name, shown, &text);
  return text;
}

}  // namespace tearproof::trace
