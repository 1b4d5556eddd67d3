#include "harness/api/description_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/api/scenario.h"
#include "harness/core/text.h"

namespace tearproof {
namespace {

constexpr uint64_t kMaxEntries = 1'000'000'000'000;
constexpr int64_t kCoarsestTtl = 3'600'000'000'000;

void ReportAt(const TomlTable& table, const TomlString& at, std::string_view key,
              const Error& problem) {
  table.problems().Report(at.place, table.PathOf(key), problem);
}

Error ListedTwice(const std::string& name) {
  return UsageError(fmt::format("'{}' is listed twice", name));
}

std::vector<std::string> PromiseNames() {
  std::vector<std::string> names;
  for (const PromiseInfo& info : AllPromises()) names.emplace_back(info.name);
  return names;
}

void ReadOptOuts(TomlTable& table, BackendDescription& description) {
  std::optional<TomlTable> reasons = table.Table("opted_out");
  if (!reasons.has_value()) return;
  for (const TomlString& name : reasons->Keys()) {
    const std::optional<Promise> promise = ReadPromise(*reasons, name);
    const std::string reason = reasons->RequiredString(name.text);
    if (!promise.has_value()) continue;
    if (!InfoOf(*promise).always) {
      reasons->Report(name.text, UsageError("is promised only by those that declare it",
                                            "leave it out of promises"));
    }
    description.opted_out[*promise] = reason;
  }
}

void ReadPromises(TomlTable& table, BackendDescription& description) {
  ReadOptOuts(table, description);
  std::set<Promise> listed;
  for (const TomlString& name : table.Strings("promises").value_or(std::vector<TomlString>())) {
    const std::optional<Promise> promise = ReadPromise(table, name);
    if (!promise.has_value()) continue;
    if (!listed.insert(*promise).second) {
      ReportAt(table, name, "promises", ListedTwice(name.text));
    }
    if (description.opted_out.contains(*promise)) {
      ReportAt(table, name, "promises",
               UsageError(fmt::format("'{}' is opted out of, too", name.text)));
    }
  }
  description.promises = listed;
  for (const PromiseInfo& info : AllPromises()) {
    if (info.always && !description.opted_out.contains(info.promise)) {
      description.promises.insert(info.promise);
    }
  }
}

void ReadOperations(TomlTable& table, bool required, BackendDescription& description) {
  const auto names = table.Strings("operations");
  if (!names.has_value()) {
    if (required && !table.Has("operations")) table.ReportMissing("operations");
    return;
  }
  for (const TomlString& name : *names) {
    const std::optional<OpKind> kind = ParseOpKind(name.text);
    if (!kind.has_value()) {
      ReportAt(table, name, "operations", UnknownNameError("operation", name.text, OpKindNames()));
    } else if (!description.operations.insert(*kind).second) {
      ReportAt(table, name, "operations", ListedTwice(name.text));
    }
  }
  if (!description.operations.contains(OpKind::kInit)) {
    table.Report("operations", UsageError("lacks init", "every process begins with it"));
  }
}

void ReadTtlResolution(TomlTable& table, BackendDescription& description) {
  const std::optional<std::string> text = table.String("ttl_resolution");
  if (!text.has_value()) return;
  Result<int64_t> resolution = ParseDuration(*text);
  if (resolution.ok() && resolution.value() > kCoarsestTtl) {
    resolution = UsageError("is out of bounds", "at most 1h");
  }
  if (resolution.ok() && !description.ttl) {
    resolution = UsageError("there is no time to live to resolve", "say ttl = true");
  }
  if (!resolution.ok()) return table.Report("ttl_resolution", resolution.error());
  description.ttl_resolution = resolution.value();
}

// A promise that the operations and limits give no meaning to is a mistake in the file.
void CheckPromisesMakeSense(TomlTable& table, const BackendDescription& description) {
  struct Need {
    Promise promise;
    bool met;
    const char* what;
  };
  const auto has = [&](OpKind kind) {
    return description.operations.empty() || description.operations.contains(kind);
  };
  const bool limited = description.max_entries.has_value() ||
                       !description.max_entries_option.empty() || description.operations.empty();
  const std::array<Need, 5> needs = {{
      {Promise::kStaysGone, has(OpKind::kDelete), "the operation delete"},
      {Promise::kAddOnce, has(OpKind::kAdd), "the operation add"},
      {Promise::kIncrExact, has(OpKind::kIncr), "the operation incr"},
      {Promise::kExpires, description.ttl, "ttl = true"},
      {Promise::kBounded, limited, "max_entries or max_entries_option"},
  }};
  for (const Need& need : needs) {
    if (need.met || !description.promises.contains(need.promise)) continue;
    table.Report("promises", UsageError(fmt::format("'{}' means nothing without {}",
                                                    PromiseName(need.promise), need.what)));
  }
}

std::optional<Expectation> ParseExpectation(std::string_view name) {
  for (Expectation each :
       {Expectation::kMustHold, Expectation::kMustBreak, Expectation::kMayBreak}) {
    if (ExpectationName(each) == name) return each;
  }
  return std::nullopt;
}

void ReadEngineExpectations(TomlTable table, std::map<Promise, Expectation>& expectations) {
  for (const TomlString& name : table.Keys()) {
    const std::optional<Promise> promise = ReadPromise(table, name);
    const std::optional<std::string> text = table.String(name.text);
    if (!promise.has_value() || !text.has_value()) continue;
    const std::optional<Expectation> expectation = ParseExpectation(*text);
    if (!expectation.has_value()) {
      const std::vector<std::string> known = {"must-hold", "must-break", "may-break"};
      table.Report(name.text, UnknownNameError("expectation", *text, known));
    } else {
      expectations[*promise] = *expectation;
    }
  }
}

}  // namespace

std::optional<Promise> ReadPromise(const TomlTable& table, const TomlString& name) {
  const std::optional<Promise> promise = ParsePromise(name.text);
  if (!promise.has_value()) {
    table.problems().Report(name.place, table.path(),
                            UnknownNameError("promise", name.text, PromiseNames()));
  }
  return promise;
}

void CheckEngine(const TomlTable& table, const TomlString& name) {
  const std::vector<std::string> known = {"stress", "explore", "explore-fault", "crash"};
  // A model's name is the crash engine's matter.
  if (name.text.starts_with("crash-")) return;
  if (std::find(known.begin(), known.end(), name.text) == known.end()) {
    table.problems().Report(name.place, table.path(), UnknownNameError("engine", name.text, known));
  }
}

void ReadContract(TomlTable& table, bool ask_for_operations, BackendDescription& description) {
  ReadOperations(table, ask_for_operations, description);
  description.ttl = table.Bool("ttl", false);
  description.evicts = table.Bool("evicts", false);
  description.miss_after_kill = table.Bool("miss_after_kill", false);
  for (const TomlString& name :
       table.Strings("volatile_files").value_or(std::vector<TomlString>())) {
    description.volatile_files.push_back(name.text);
  }
  description.max_entries = table.Integer("max_entries", 1, kMaxEntries);
  description.max_entries_option = table.String("max_entries_option").value_or("");
  ReadTtlResolution(table, description);
  ReadPromises(table, description);
  CheckPromisesMakeSense(table, description);
}

void ReadExpectations(TomlTable& table, BackendDescription& description) {
  std::optional<TomlTable> scenarios = table.Table("expect");
  if (!scenarios.has_value()) return;
  for (const TomlString& scenario : scenarios->Keys()) {
    std::optional<TomlTable> engines = scenarios->Table(scenario.text);
    if (!engines.has_value()) continue;
    for (const TomlString& engine : engines->Keys()) {
      CheckEngine(*engines, engine);
      if (auto promises = engines->Table(engine.text)) {
        ReadEngineExpectations(*promises, description.expect[scenario.text][engine.text]);
      }
    }
  }
}

}  // namespace tearproof
