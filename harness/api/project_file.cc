#include "harness/api/project_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/api/description_fields.h"
#include "harness/api/toml_reader.h"
#include "harness/core/text.h"

namespace tearproof {
namespace {

constexpr uint64_t kMostProcesses = 1'000;
constexpr int64_t kLongestRun = int64_t{30} * 24 * 3600 * 1'000'000'000;

// The text of `key` by `parse`; reports what it cannot read.
template <typename T>
std::optional<T> ReadParsed(TomlTable& table, std::string_view key,
                            Result<T> (*parse)(std::string_view)) {
  const std::optional<std::string> text = table.String(key);
  if (!text.has_value()) return std::nullopt;
  Result<T> parsed = parse(*text);
  if (parsed.ok()) return std::move(parsed).value();
  table.Report(key, parsed.error());
  return std::nullopt;
}

// An array of strings, none of them empty, of which there is at least one if the key is there.
std::vector<std::string> ReadNames(TomlTable& table, std::string_view key) {
  std::vector<std::string> names;
  const auto strings = table.Strings(key);
  if (!strings.has_value()) return names;
  if (strings->empty()) table.Report(key, UsageError("must not be empty"));
  for (const TomlString& name : *strings) {
    if (name.text.empty()) {
      table.problems().Report(name.place, table.PathOf(key), UsageError("must not be empty"));
    }
    names.push_back(name.text);
  }
  return names;
}

// Reports a scenario that is neither "*" nor among the known ones.
void CheckScenario(const TomlTable& table, const TomlString& name,
                   std::span<const std::string> known) {
  if (known.empty() || name.text.empty() || name.text == "*") return;
  if (std::find(known.begin(), known.end(), name.text) != known.end()) return;
  Error problem = UnknownNameError("scenario", name.text, known);
  problem.remedy += ". Of your own, those are known whose file a profile names";
  table.problems().Report(name.place, table.path(), problem);
}

KnownRace ReadKnownRace(TomlTable table, std::span<const std::string> scenarios) {
  KnownRace race;
  race.scenario = table.RequiredString("scenario");
  CheckScenario(table, {race.scenario, table.PlaceOf("scenario")}, scenarios);
  const std::string promise = table.RequiredString("promise");
  if (!promise.empty()) {
    race.promise =
        ReadPromise(table, {promise, table.PlaceOf("promise")}).value_or(Promise::kIntact);
  }
  race.engine = table.RequiredString("engine");
  if (!race.engine.empty()) CheckEngine(table, {race.engine, table.PlaceOf("engine")});
  race.issue = table.RequiredString("issue");
  table.RejectUnknown();
  return race;
}

void ReadBackendOptions(TomlTable& table, ProjectBackend& backend) {
  std::optional<TomlTable> options = table.Table("options");
  if (!options.has_value()) return;
  for (const TomlString& name : options->Keys()) {
    CheckTomlName(*options, name, "option");
    backend.options[name.text] = options->OptionText(name.text).value_or("");
  }
}

// What belongs to the base already is asked for only where there is a command.
void ReadCommand(TomlTable& table, ProjectBackend& backend) {
  backend.command = ReadNames(table, "command");
  for (const std::string& argument : backend.command) {
    if (argument.find('\0') != std::string::npos) {
      table.Report("command", UsageError("an argument holds a NUL byte"));
    }
  }
  backend.description.summary = table.String("summary").value_or("");
  const auto read = [&table](const char* key, std::string_view off, std::string_view on,
                             std::optional<bool>* value) {
    const std::optional<std::string> word = table.String(key);
    if (!word) return;
    if (*word != off && *word != on) {
      table.Report(key, UsageError(fmt::format("is \"{}\" or \"{}\"", off, on)));
    }
    *value = *word == on;
  };
  read("handle", "process", "operation", &backend.description.process_per_operation);
  read("reset", "directory", "process", &backend.description.restarts);
  ReadContract(table, false, backend.description);
  if (!backend.description.max_entries_option.empty() &&
      !backend.options.contains(backend.description.max_entries_option)) {
    table.Report("max_entries_option", UsageError("is none of the options"));
  }
}

ProjectBackend ReadBackend(TomlTable table, const std::string& name,
                           std::span<const std::string> scenarios) {
  ProjectBackend backend;
  backend.description.id = name;
  backend.description.title = table.String("title").value_or("");
  ReadBackendOptions(table, backend);
  const bool has_base = table.Has("base");
  if (has_base) backend.base = table.RequiredString("base");
  if (has_base == table.Has("command")) {
    table.problems().ReportMissing(
        table.place(), table.path(),
        UsageError("needs a base or a command, exactly one of the two",
                   "base = \"temp-rename\", or command = [\"python3\", \"adapter.py\"]"));
  } else if (!has_base) {
    ReadCommand(table, backend);
  }
  ReadExpectations(table, backend.description);
  if (std::optional<TomlTable> expected = table.Table("expect")) {
    for (const TomlString& scenario : expected->Keys()) {
      CheckScenario(*expected, scenario, scenarios);
    }
  }
  for (const TomlTable& race : table.Tables("known")) {
    backend.known.push_back(ReadKnownRace(race, scenarios));
  }
  table.RejectUnknown();
  return backend;
}

void ReadProcesses(TomlTable& table, Profile& profile) {
  std::optional<TomlTable> processes = table.Table("processes");
  if (!processes.has_value()) return;
  for (const TomlString& role : processes->Keys()) {
    CheckTomlName(*processes, role, "role");
    const auto count = processes->Integer(role.text, 1, kMostProcesses);
    profile.processes[role.text] = static_cast<uint32_t>(count.value_or(1));
  }
}

Profile ReadProfile(TomlTable table, const std::string& name) {
  Profile profile;
  profile.name = name;
  profile.scenarios = ReadNames(table, "scenarios");
  profile.backends = ReadNames(table, "backends");
  ReadProcesses(table, profile);
  profile.duration_nanos = ReadParsed<int64_t>(table, "duration", &ParseDuration);
  if (profile.duration_nanos.has_value() &&
      (*profile.duration_nanos == 0 || *profile.duration_nanos > kLongestRun)) {
    table.Report("duration", UsageError("is out of bounds", "more than 0, at most 720h"));
  }
  profile.value_sizes = ReadParsed<SizeDistribution>(table, "value_size", &ParseSizeDistribution);
  profile.kills_per_second = ReadParsed<double>(table, "kill", &ParseKillRate);
  profile.seed = table.Integer("seed", 0, INT64_MAX);
  if (table.Has("dir")) profile.directory = table.RequiredString("dir");
  if (table.Has("strict")) profile.strict = table.Bool("strict", false);
  if (table.Has("expect")) profile.expect = table.Bool("expect", false);
  table.RejectUnknown();
  return profile;
}

// Those that the profile names by their files.
void AddOwnScenarios(const Profile& profile, std::vector<std::string>* known) {
  for (const std::string& name : profile.scenarios) {
    if (name.ends_with(".toml")) known->push_back(std::filesystem::path(name).stem());
  }
}

}  // namespace

std::string ProjectBackend::KnownIssue(std::string_view engine, std::string_view scenario,
                                       Promise promise) const {
  for (const KnownRace& race : known) {
    if (race.engine == engine && race.promise == promise &&
        (race.scenario == scenario || race.scenario == "*")) {
      return race.issue;
    }
  }
  return "";
}

const ProjectBackend* ProjectFile::FindBackend(std::string_view name) const {
  for (const ProjectBackend& backend : backends) {
    if (backend.description.id == name) return &backend;
  }
  return nullptr;
}

const Profile* ProjectFile::FindProfile(std::string_view name) const {
  for (const Profile& profile : profiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

Result<ProjectFile> ParseProjectFile(std::string_view toml, const std::string& source,
                                     std::span<const std::string> scenarios) {
  TEARPROOF_ASSIGN_OR_RETURN(const TomlNode document, ParseToml(toml, source));
  TomlProblems problems(source);
  TomlTable root(document, "", problems);
  ProjectFile project;
  std::vector<std::string> known(scenarios.begin(), scenarios.end());
  if (std::optional<TomlTable> profiles = root.Table("profile")) {
    for (const TomlString& name : profiles->Keys()) {
      CheckTomlName(*profiles, name, "profile");
      if (auto table = profiles->Table(name.text)) {
        project.profiles.push_back(ReadProfile(*table, name.text));
        if (!scenarios.empty()) AddOwnScenarios(project.profiles.back(), &known);
      }
    }
  }
  if (std::optional<TomlTable> backends = root.Table("backend")) {
    for (const TomlString& name : backends->Keys()) {
      CheckTomlName(*backends, name, "backend");
      if (auto table = backends->Table(name.text)) {
        project.backends.push_back(ReadBackend(*table, name.text, known));
      }
    }
  }
  root.RejectUnknown();
  if (problems.any()) return problems.first();
  return project;
}

Result<BackendDescription> Derive(const ProjectBackend& backend, const BackendDescription& base) {
  TEARPROOF_CHECK(backend.base == base.id, backend.base + " is not " + base.id);
  TEARPROOF_ASSIGN_OR_RETURN(const BackendOptions options, ResolveOptions(base, backend.options));
  BackendDescription derived = base;
  derived.id = backend.description.id;
  if (!backend.description.title.empty()) derived.title = backend.description.title;
  for (BackendOption& option : derived.options) option.default_value = options.at(option.name);
  for (const auto& [scenario, engines] : backend.description.expect) {
    for (const auto& [engine, promises] : engines) {
      for (const auto& [promise, expectation] : promises) {
        derived.expect[scenario][engine][promise] = expectation;
      }
    }
  }
  return derived;
}

}  // namespace tearproof
