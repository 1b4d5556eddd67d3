// Strict reading of the project's TOML files.
//
// Purpose: a misspelt key that is silently ignored would make a run judge something else than its
// author meant. So a TomlTable remembers which keys were asked for, and whatever is left over is
// an error; every value has one type and bounds. The first problem found is kept, as
// "scenarios/get-set.toml:12:3: roles.writer.stress.mix: unknown operation 'sett'; did you mean
// 'set'?", and the reader goes on with defaults, so that callers need no branch after each field.
//
// Thread safety: none. Ownership: a TomlTable borrows its document's nodes and TomlProblems.
// Errors: kUsage. Library exceptions stop here.
#ifndef TEARPROOF_HARNESS_API_TOML_READER_H_
#define TEARPROOF_HARNESS_API_TOML_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/core/result.h"

namespace tearproof {

// Where something stands in its file; 1 is the first line and column.
struct TomlPlace {
  uint32_t line = 1;
  uint32_t column = 1;
};

// A parsed value. Tables keep the order of the file.
struct TomlNode {
  struct Entry;
  struct Other {};  // A date or a time, of which no file of ours has any.
  using Table = std::vector<Entry>;
  using Array = std::vector<TomlNode>;

  TomlPlace place;
  std::variant<Other, bool, int64_t, double, std::string, Array, Table> value;
};
struct TomlNode::Entry {
  std::string key;
  TomlPlace place;  // Of the key.
  TomlNode node;
};

// Errors: kUsage with the place, for what is no TOML or larger than 1 MiB, or nested too deeply.
Result<TomlNode> ParseToml(std::string_view text, const std::string& source);

// The first problem found in one document.
class TomlProblems {
 public:
  explicit TomlProblems(std::string source) : source_(std::move(source)) {}

  // `path` names the field: "roles.writer.stress.mix"; it may be empty.
  void Report(TomlPlace place, const std::string& path, const Error& problem);
  // Of something absent. Others go before it, since a misspelt key is also a missing one.
  void ReportMissing(TomlPlace place, const std::string& path, const Error& problem);
  bool any() const { return first_.has_value() || missing_.has_value(); }
  // REQUIRES: any().
  const Error& first() const { return first_.has_value() ? *first_ : *missing_; }

 private:
  Error Placed(TomlPlace place, const std::string& path, const Error& problem) const;

  std::string source_;
  std::optional<Error> first_;
  std::optional<Error> missing_;
};

// A string of the file and its place, for problems that its reader finds later.
struct TomlString {
  std::string text;
  TomlPlace place;
};

class TomlTable {
 public:
  // REQUIRES: `node` holds a table; both outlive this object.
  TomlTable(const TomlNode& node, std::string path, TomlProblems& problems);

  const std::string& path() const { return path_; }
  TomlPlace place() const { return node_.place; }
  TomlProblems& problems() const { return problems_; }
  std::string PathOf(std::string_view key) const;

  // All keys of this table, in the order of the file, for tables whose keys are names that the
  // user chose. It counts as asking for each.
  std::vector<TomlString> Keys();
  bool Has(std::string_view key);
  // Of the value of `key`; of the table where there is none.
  TomlPlace PlaceOf(std::string_view key) const;

  // Each asks for `key`. What is absent is `nullopt` or the default; what has the wrong type or is
  // out of bounds is reported, too.
  std::optional<std::string> String(std::string_view key);
  std::string RequiredString(std::string_view key);  // Neither absent nor empty.
  bool Bool(std::string_view key, bool otherwise);
  std::optional<uint64_t> Integer(std::string_view key, uint64_t least, uint64_t most);
  std::optional<std::vector<TomlString>> Strings(std::string_view key);  // An array.
  // A string or an array of strings that is not empty.
  std::optional<std::vector<TomlString>> StringOrStrings(std::string_view key);
  // A string, an integer or a boolean, as text: the value of an option.
  std::optional<std::string> OptionText(std::string_view key);
  std::optional<TomlTable> Table(std::string_view key);
  std::vector<TomlTable> Tables(std::string_view key);  // An array of tables: [[key]].

  // Reports a problem of the value of `key`.
  void Report(std::string_view key, const Error& problem) const;
  // Reports that the table lacks `key`, which it needs.
  void ReportMissing(std::string_view key, std::string remedy = "") const;
  // Reports a key that nobody asked for. The last thing to do with a table.
  void RejectUnknown() const;

 private:
  const TomlNode* Find(std::string_view key);
  std::optional<std::vector<TomlString>> StringsOf(const TomlNode& node, std::string_view key);
  void ReportType(const TomlNode& node, std::string_view key, std::string_view expected) const;

  const TomlNode& node_;
  std::string path_;
  TomlProblems& problems_;
  std::set<std::string, std::less<>> known_;
};

// Reports unless `name` looks like "get-set": lower-case letters, digits, '-' and '_'; a letter or
// digit first; at most 64 bytes. `what`: "role".
void CheckTomlName(const TomlTable& table, const TomlString& name, std::string_view what);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_TOML_READER_H_
