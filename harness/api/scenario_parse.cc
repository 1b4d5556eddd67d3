#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "harness/api/scenario.h"
#include "harness/api/toml_reader.h"
#include "harness/core/text.h"
#include "harness/history/value.h"

namespace tearproof {
namespace {

constexpr uint64_t kMaxKeys = 1'000'000;
constexpr uint64_t kMaxCollidingKeys = 16;  // Searching for more takes seconds.
constexpr uint64_t kMaxProcesses = 1'000;
constexpr uint64_t kMaxWeight = 1'000'000;
constexpr size_t kMaxSteps = 1'000;
constexpr double kMaxKillsPerSecond = 1'000;
constexpr int64_t kLeastRound = 1'000'000;
constexpr int64_t kLongestRound = 3'600'000'000'000;
constexpr int64_t kLongestPause = 1'000'000'000;  // The end of a round waits for it.

template <typename Enum, size_t kCount>
std::optional<Enum> ReadChoice(TomlTable& table, std::string_view key, std::string_view what,
                               const std::array<std::pair<const char*, Enum>, kCount>& choices) {
  const std::optional<std::string> name = table.String(key);
  if (!name.has_value()) return std::nullopt;
  std::vector<std::string> known;
  for (const auto& [text, value] : choices) {
    if (*name == text) return value;
    known.emplace_back(text);
  }
  table.Report(key, UnknownNameError(what, *name, known));
  return std::nullopt;
}

std::optional<int64_t> ReadDuration(TomlTable& table, std::string_view key, int64_t least,
                                    int64_t most) {
  const std::optional<std::string> text = table.String(key);
  if (!text.has_value()) return std::nullopt;
  const Result<int64_t> nanos = ParseDuration(*text);
  if (!nanos.ok()) {
    table.Report(key, nanos.error());
    return std::nullopt;
  }
  if (nanos.value() < least || nanos.value() > most) {
    table.Report(
        key, UsageError(fmt::format("'{}' is out of bounds", *text),
                        fmt::format("from {} to {}", FormatDuration(least), FormatDuration(most))));
    return std::nullopt;
  }
  return nanos.value();
}

void ReadKeys(TomlTable& root, Scenario& scenario) {
  KeyOptions& keys = scenario.keys;
  std::optional<TomlTable> table = root.Table("keys");
  if (!table.has_value()) return;
  const auto style = ReadChoice<KeyStyle, 3>(*table, "style", "style",
                                             {{{"plain", KeyStyle::kPlain},
                                               {"colliding", KeyStyle::kColliding},
                                               {"odd", KeyStyle::kOdd}}});
  keys.style = style.value_or(KeyStyle::kPlain);
  if (table->Bool("colliding", false)) {
    if (style.value_or(KeyStyle::kColliding) != KeyStyle::kColliding) {
      table->Report("colliding", UsageError("contradicts the style", "leave one of them out"));
    }
    keys.style = KeyStyle::kColliding;
  }
  uint64_t most = kMaxKeys;
  if (keys.style == KeyStyle::kColliding) most = kMaxCollidingKeys;
  if (keys.style == KeyStyle::kOdd) most = OddKeys().size();
  keys.count = static_cast<uint32_t>(
      table->Integer("count", 1, most).value_or(keys.style == KeyStyle::kOdd ? most : 1));
  const auto distribution = ReadChoice<KeyDistribution, 4>(*table, "distribution", "distribution",
                                                           {{{"single", KeyDistribution::kSingle},
                                                             {"uniform", KeyDistribution::kUniform},
                                                             {"zipf", KeyDistribution::kZipf},
                                                             {"own", KeyDistribution::kOwn}}});
  keys.distribution =
      distribution.value_or(keys.count == 1 ? KeyDistribution::kSingle : KeyDistribution::kUniform);
  if (keys.distribution == KeyDistribution::kSingle && keys.count > 1) {
    table->Report("distribution",
                  UsageError(fmt::format("'single' uses one key, but count is {}", keys.count),
                             "choose uniform, zipf or own"));
  }
  table->RejectUnknown();
}

void ReadValueSizes(TomlTable& table, Scenario& scenario) {
  const auto sizes = table.StringOrStrings("size");
  if (!sizes.has_value()) return;
  if (scenario.counters) {
    return table.Report("size", UsageError("contradicts counters = true",
                                           "a counter is a number; leave the size out"));
  }
  scenario.value_sizes = {};
  for (const TomlString& text : *sizes) {
    Result<SizeDistribution> parsed = ParseSizeDistribution(text.text);
    if (parsed.ok() && sizes->size() > 1 && parsed.value().range.has_value()) {
      parsed = UsageError("a range stands alone, not in a list");
    }
    if (!parsed.ok()) {
      return table.problems().Report(text.place, table.PathOf("size"), parsed.error());
    }
    scenario.value_sizes.range = parsed.value().range;
    for (uint64_t size : parsed.value().choices) scenario.value_sizes.choices.push_back(size);
  }
}

void ReadValues(TomlTable& root, Scenario& scenario) {
  scenario.value_sizes.choices = {uint64_t{scenario.counters ? 1u : 4096u}};
  std::optional<TomlTable> table = root.Table("values");
  if (!table.has_value()) return;
  ReadValueSizes(*table, scenario);
  for (const TomlString& text : table->StringOrStrings("ttl").value_or(std::vector<TomlString>())) {
    const Result<uint32_t> ttl = ParseTtl(text.text);
    if (!ttl.ok()) {
      table->problems().Report(text.place, table->PathOf("ttl"), ttl.error());
    } else {
      scenario.ttls_millis.push_back(ttl.value());
    }
  }
  const bool ever = std::any_of(scenario.ttls_millis.begin(), scenario.ttls_millis.end(),
                                [](uint32_t ttl) { return ttl != kNoTtl; });
  if (!ever) scenario.ttls_millis.clear();
  table->RejectUnknown();
}

Result<void> AllowKind(OpKind kind, const Scenario& scenario) {
  if (kind != OpKind::kIncr || scenario.counters) return {};
  return UsageError("incr needs numbers", "say counters = true");
}

// Whether a step may stand here, beside what ParseStep asks of it.
Result<void> AllowStep(const Step& step, const Scenario& scenario, bool explored) {
  if (explored && step.target == Step::Target::kAny) {
    return UsageError("'any' draws a key", "a program that is explored names its keys");
  }
  return AllowKind(step.kind, scenario);
}

std::vector<Step> ReadSteps(TomlTable& table, std::string_view key, const Scenario& scenario,
                            bool explored) {
  std::vector<Step> steps;
  const auto texts = table.Strings(key);
  if (!texts.has_value()) return steps;
  if (texts->empty()) table.Report(key, UsageError("must not be empty"));
  if (texts->size() > kMaxSteps) {
    table.Report(key, UsageError("too many steps", "at most " + FormatCount(kMaxSteps)));
    return steps;
  }
  for (const TomlString& text : *texts) {
    const Result<Step> step = ParseStep(text.text, scenario.keys.count);
    if (!step.ok()) {
      table.problems().Report(text.place, table.PathOf(key), step.error());
      continue;
    }
    const Result<void> allowed = AllowStep(step.value(), scenario, explored);
    if (!allowed.ok()) table.problems().Report(text.place, table.PathOf(key), allowed.error());
    steps.push_back(step.value());
  }
  return steps;
}

uint32_t ReadProcesses(TomlTable& table) {
  if (!table.Has("processes")) {
    table.ReportMissing("processes", "say how many, for instance processes = 2");
  }
  return static_cast<uint32_t>(table.Integer("processes", 1, kMaxProcesses).value_or(1));
}

void ReadMix(TomlTable mix, const Scenario& scenario, StressRole& role) {
  for (const TomlString& name : mix.Keys()) {
    const std::optional<OpKind> kind = ParseOpKind(name.text);
    if (!kind.has_value()) {
      mix.problems().Report(name.place, mix.path(),
                            UnknownNameError("operation", name.text, OpKindNames()));
      continue;
    }
    const Result<void> allowed = AllowKind(*kind, scenario);
    if (!allowed.ok()) mix.problems().Report(name.place, mix.path(), allowed.error());
    const uint64_t weight = mix.Integer(name.text, 0, kMaxWeight).value_or(0);
    if (weight > 0) role.mix[*kind] = static_cast<uint32_t>(weight);
  }
  if (role.mix.empty()) {
    mix.problems().ReportMissing(mix.place(), mix.path(),
                                 UsageError("no operation has a weight above 0"));
  }
}

// Whether the role writes keys that are drawn, and so needs its own under KeyDistribution::kOwn.
bool WritesDrawnKeys(const StressRole& role) {
  const auto writes = [](OpKind kind) {
    return TakesKey(kind) && kind != OpKind::kGet && kind != OpKind::kHas;
  };
  return std::any_of(role.mix.begin(), role.mix.end(),
                     [&](const auto& item) { return writes(item.first); }) ||
         std::any_of(role.sequence.begin(), role.sequence.end(), [&](const Step& step) {
           return step.target == Step::Target::kAny && writes(step.kind);
         });
}

StressRole ReadStressRole(TomlTable table, const Scenario& scenario) {
  StressRole role;
  role.processes = ReadProcesses(table);
  if (std::optional<TomlTable> mix = table.Table("mix")) ReadMix(*mix, scenario, role);
  role.sequence = ReadSteps(table, "sequence", scenario, false);
  role.pause_nanos = ReadDuration(table, "pause", 0, kLongestPause).value_or(0);
  role.every_nanos = ReadDuration(table, "every", 1'000, kLongestPause).value_or(0);
  if (table.Has("pause") && table.Has("every")) {
    table.Report("every", UsageError("pause and every exclude each other"));
  }
  if (table.Has("mix") == table.Has("sequence")) {
    table.problems().ReportMissing(table.place(), table.path(),
                                   UsageError("needs a mix or a sequence, exactly one of the two"));
  }
  if (scenario.keys.distribution == KeyDistribution::kOwn && WritesDrawnKeys(role) &&
      role.processes > scenario.keys.count) {
    table.Report("processes", UsageError(fmt::format("{} processes cannot each own one of {} keys",
                                                     role.processes, scenario.keys.count),
                                         "raise keys.count"));
  }
  table.RejectUnknown();
  return role;
}

ExploreRole ReadExploreRole(TomlTable table, const Scenario& scenario) {
  ExploreRole role;
  role.processes = ReadProcesses(table);
  if (!table.Has("program")) table.ReportMissing("program");
  role.program = ReadSteps(table, "program", scenario, true);
  table.RejectUnknown();
  return role;
}

Role ReadRole(TomlTable table, const std::string& name, const Scenario& scenario) {
  Role role;
  role.name = name;
  if (auto stress = table.Table("stress")) role.stress = ReadStressRole(*stress, scenario);
  if (auto explore = table.Table("explore")) role.explore = ReadExploreRole(*explore, scenario);
  table.RejectUnknown();
  if (!table.Has("stress") && !table.Has("explore")) {
    table.problems().ReportMissing(table.place(), table.path(),
                                   UsageError("does nothing", "give it stress, explore or both"));
  }
  return role;
}

void ReadRoles(TomlTable& root, Scenario& scenario) {
  std::optional<TomlTable> roles = root.Table("roles");
  if (!roles.has_value()) {
    return root.ReportMissing("roles", "say who does what: [roles.writer]");
  }
  for (const TomlString& name : roles->Keys()) {
    CheckTomlName(*roles, name, "role");
    if (auto table = roles->Table(name.text)) {
      scenario.roles.push_back(ReadRole(*table, name.text, scenario));
    }
  }
  if (scenario.roles.empty()) root.Report("roles", UsageError("needs at least one role"));
  if (scenario.StressProcesses() > kMaxProcesses) {
    root.Report("roles", UsageError(fmt::format("{} processes are too many in all",
                                                FormatCount(scenario.StressProcesses())),
                                    "at most " + FormatCount(kMaxProcesses)));
  }
}

void ReadStress(TomlTable& root, Scenario& scenario) {
  std::optional<TomlTable> table = root.Table("stress");
  if (!table.has_value()) return;
  scenario.before = ReadSteps(*table, "before", scenario, false);
  scenario.round_nanos =
      ReadDuration(*table, "round", kLeastRound, kLongestRound).value_or(scenario.round_nanos);
  if (const std::optional<std::string> text = table->String("kills")) {
    const Result<double> kills = ParseKillRate(*text);
    if (kills.ok()) {
      scenario.kills_per_second = kills.value();
    } else {
      table->Report("kills", kills.error());
    }
  }
  scenario.audit = table->Bool("audit", false);
  scenario.tidy = table->Bool("tidy", false);
  scenario.foreign_files = table->Bool("foreign_files", false);
  table->RejectUnknown();
}

void ReadExplore(TomlTable& root, Scenario& scenario) {
  std::optional<TomlTable> table = root.Table("explore");
  if (!table.has_value()) return;
  scenario.explore_before = ReadSteps(*table, "before", scenario, true);
  scenario.advance_nanos = ReadDuration(*table, "advance", 0, INT64_MAX);
  const auto reset = ReadChoice<const char*, 2>(
      *table, "reset", "reset", {{{"directory", "directory"}, {"process", "process"}}});
  scenario.reset = reset.value_or("directory");
  table->RejectUnknown();
}

void ReadBackendOptions(TomlTable& root, Scenario& scenario) {
  std::optional<TomlTable> table = root.Table("backend_options");
  if (!table.has_value()) return;
  for (const TomlString& name : table->Keys()) {
    CheckTomlName(*table, name, "option");
    scenario.backend_options[name.text] = table->OptionText(name.text).value_or("");
  }
}

void ReadTags(TomlTable& root, Scenario& scenario) {
  for (const TomlString& tag : root.Strings("tags").value_or(std::vector<TomlString>())) {
    CheckTomlName(root, tag, "tag");
    scenario.tags.push_back(tag.text);
  }
}

}  // namespace

Result<double> ParseKillRate(std::string_view text) {
  double rate = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, rate, std::chars_format::fixed);
  if (problem == std::errc() && rest == end) {
    return UsageError(fmt::format("'{}' has no unit", text), fmt::format("write {}/s", text));
  }
  const bool shaped = problem == std::errc() && std::string_view(rest, end - rest) == "/s";
  if (!shaped || !(rate > 0) || rate > kMaxKillsPerSecond) {
    return UsageError(fmt::format("'{}' is no rate of kills", EscapeForTerminal(text, 60)),
                      "write it like 20/s, at most 1000/s");
  }
  return rate;
}

Result<Scenario> ParseScenario(std::string_view toml, const std::string& id,
                               const std::string& source) {
  TEARPROOF_ASSIGN_OR_RETURN(const TomlNode document, ParseToml(toml, source));
  TomlProblems problems(source);
  TomlTable root(document, "", problems);
  Scenario scenario;
  scenario.id = id;
  if (!root.Has("version")) root.ReportMissing("version", "write version = 1");
  root.Integer("version", 1, 1);
  scenario.title = root.RequiredString("title");
  scenario.story = root.RequiredString("story");
  ReadTags(root, scenario);
  scenario.evicts = root.Bool("evicts", false);
  scenario.counters = root.Bool("counters", false);
  ReadBackendOptions(root, scenario);
  ReadKeys(root, scenario);
  ReadValues(root, scenario);
  ReadRoles(root, scenario);
  ReadStress(root, scenario);
  ReadExplore(root, scenario);
  root.RejectUnknown();
  if (problems.any()) return problems.first();
  return scenario;
}

}  // namespace tearproof
