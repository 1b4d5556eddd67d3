#include "harness/cli/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/adapter/probe.h"
#include "harness/api/registry.h"
#include "harness/cli/checkout.h"
#include "harness/cli/machine.h"
#include "harness/cli/shipped_adapters.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

Result<KnownScenario> ReadScenarioFile(const std::string& path) {
  const Result<std::string> text = ReadTextFile(path);
  if (!text.ok()) {
    return UsageError(text.error().what,
                      "`tearproof list scenarios` names those that come with tearproof");
  }
  const std::string id = std::filesystem::path(path).stem().string();
  TEARPROOF_ASSIGN_OR_RETURN(Scenario scenario, ParseScenario(text.value(), id, path));
  return KnownScenario{std::move(scenario), text.value()};
}

bool LooksLikeFile(const std::string& name) {
  return name.ends_with(".toml") || name.starts_with("./") || name.starts_with("/");
}

// "a,b" is a and b, but a file may be named as it likes.
std::vector<std::string> SplitScenarios(const std::vector<std::string>& names) {
  std::vector<std::string> items;
  for (const std::string& name : names) {
    if (LooksLikeFile(name) && std::filesystem::exists(name)) {
      items.push_back(name);
      continue;
    }
    for (std::string& part : Split(name, ',')) items.push_back(std::move(part));
  }
  return items;
}

// "cmd:python3 adapter.py": a program that has no other name.
constexpr std::string_view kProgram = "cmd:";
bool IsProgram(std::string_view name) { return name.starts_with(kProgram); }

// "a:x=1,y=2" and "b" of "a:x=1,y=2,b".
std::vector<std::string> SplitBackends(const std::vector<std::string>& names) {
  std::vector<std::string> items;
  for (const std::string& name : names) {
    if (IsProgram(name)) {
      items.push_back(name);
      continue;
    }
    bool first = true;
    for (const std::string& part : Split(name, ',')) {
      const bool continues = !first && part.find('=') != std::string::npos &&
                             part.find(':') == std::string::npos &&
                             items.back().find(':') != std::string::npos;
      if (continues) {
        items.back() += "," + part;
      } else {
        items.push_back(part);
      }
      first = false;
    }
  }
  return items;
}

Result<std::map<std::string, std::string>> SplitOptions(const std::string& text) {
  std::map<std::string, std::string> options;
  for (const std::string& part : Split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(fmt::format("'{}' is no option of a backend", EscapeForTerminal(part, 60)),
                        "write it like name:option=value,option=value");
    }
    options[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return options;
}

// Which values an option of an adapter takes, only the adapter knows.
Result<BackendOptions> ResolveAdapterOptions(BackendDescription description,
                                             const std::map<std::string, std::string>& given) {
  for (BackendOption& option : description.options) {
    const auto value = given.find(option.name);
    if (value != given.end()) option.default_value = value->second;
  }
  return ResolveOptions(description, given);
}

// Reports should say which version was judged, and which file was really loaded.
void NoteWhatWasLoaded(const adapter::Introduction& introduction, NamedBackend* backend) {
  backend->loaded = {introduction.version, introduction.runtime, introduction.source,
                     RevisionOf(introduction.source)};
  const bool titled = !backend->description.title.empty() && backend->description.adapter;
  if (titled && !introduction.version.empty()) {
    backend->description.title += " " + introduction.version;
  }
}

// Fills in what its description leaves to the adapter. A package that is missing is no error.
Result<void> AskAdapter(NamedBackend* backend, const std::atomic<bool>* interrupted) {
  const Result<adapter::Introduction> introduction =
      adapter::Probe(backend->command, backend->options, DefaultParentDirectory(),
                     adapter::kProbePatience, interrupted);
  const auto& shipped = backend->description.adapter;
  if (introduction.ok()) {
    NoteWhatWasLoaded(introduction.value(), backend);
    return adapter::Complete(introduction.value(), &backend->description);
  }
  const bool interrupt = interrupted != nullptr && interrupted->load();
  if (!shipped || interrupt) return introduction.error();
  TEARPROOF_ASSIGN_OR_RETURN(const std::string folder, FindAdapterFolder(shipped->folder));
  if (Succeeds(FillIn(shipped->needs, folder, backend->options))) return introduction.error();
  backend->missing =
      "what it needs is missing: " + Join(FillIn({shipped->install}, folder, backend->options), "");
  return {};
}

// Whether `description` belongs to the group of backends so called.
bool IsOfGroup(const BackendDescription& description, std::string_view group) {
  if (description.adapter) return group == "adapters";
  return group == (description.broken ? "broken" : "all");
}

}  // namespace

Result<std::unique_ptr<Catalogue>> Catalogue::Load(const std::string& project_file) {
  auto catalogue = std::make_unique<Catalogue>();
  for (const RegisteredScenario& registered : RegisteredScenarios()) {
    const std::string toml(registered.toml);
    TEARPROOF_ASSIGN_OR_RETURN(Scenario scenario, ParseScenario(toml, std::string(registered.id),
                                                                std::string(registered.path)));
    catalogue->scenarios_.push_back({std::move(scenario), toml});
  }
  TEARPROOF_RETURN_IF_ERROR(catalogue->LoadBackends());
  TEARPROOF_RETURN_IF_ERROR(catalogue->LoadProject(project_file));
  for (const RegisteredChecker& registered : RegisteredCheckers()) {
    catalogue->checkers_.push_back(registered.make());
  }
  for (const RegisteredReporter& registered : RegisteredReporters()) {
    catalogue->reporters_.push_back(registered.make());
  }
  return catalogue;
}

Result<void> Catalogue::LoadBackends() {
  const auto load = [this](const auto& registered) -> Result<void> {
    TEARPROOF_ASSIGN_OR_RETURN(
        BackendDescription description,
        ParseBackendDescription(registered.description_toml, std::string(registered.id),
                                std::string(registered.description_path)));
    backends_.push_back(std::move(description));
    return {};
  };
  for (const RegisteredBackend& registered : RegisteredBackends()) {
    TEARPROOF_RETURN_IF_ERROR(load(registered));
  }
  for (const RegisteredAdapter& registered : RegisteredAdapters()) {
    TEARPROOF_RETURN_IF_ERROR(load(registered));
    auto& shipped = backends_.back().adapter;
    TEARPROOF_CHECK(shipped.has_value(), std::string(registered.id) + " has an [adapter]");
    shipped->folder = registered.folder;
  }
  return {};
}

Result<void> Catalogue::LoadProject(const std::string& path) {
  const std::string source = path.empty() ? "tearproof.toml" : path;
  if (path.empty() && !std::filesystem::exists(source)) return {};
  const Result<std::string> text = ReadTextFile(source);
  if (!text.ok()) return UsageError(text.error().what);
  std::vector<std::string> scenarios;
  for (const KnownScenario& known : scenarios_) scenarios.push_back(known.scenario.id);
  TEARPROOF_ASSIGN_OR_RETURN(project_, ParseProjectFile(text.value(), source, scenarios));
  for (const ProjectBackend& backend : project_.backends) {
    TEARPROOF_RETURN_IF_ERROR(AddProjectBackend(backend));
  }
  return {};
}

Result<void> Catalogue::AddProjectBackend(const ProjectBackend& backend) {
  const std::string& name = backend.description.id;
  std::vector<std::string> ids;
  const BackendDescription* base = nullptr;
  for (const BackendDescription& known : backends_) {
    if (known.id == name)
      return UsageError("tearproof.toml: there is a backend " + name + " already");
    if (known.id == backend.base) base = &known;
    ids.push_back(known.id);
  }
  if (!backend.command.empty()) {
    backends_.push_back(backend.description);
    for (const auto& [option, value] : backend.options) {
      backends_.back().options.push_back({option, value, {}, "sent to the adapter"});
    }
    return {};
  }
  if (base == nullptr) return UnknownNameError("base of " + name, backend.base, ids);
  TEARPROOF_ASSIGN_OR_RETURN(BackendDescription derived, Derive(backend, *base));
  backends_.push_back(std::move(derived));
  return {};
}

Result<const Profile*> Catalogue::FindProfile(const std::string& name) const {
  if (const Profile* profile = project_.FindProfile(name)) return profile;
  std::vector<std::string> names;
  for (const Profile& profile : project_.profiles) names.push_back(profile.name);
  return UnknownNameError("profile", name, names);
}

std::vector<const Checker*> Catalogue::checkers() const {
  std::vector<const Checker*> all;
  for (const auto& checker : checkers_) all.push_back(checker.get());
  return all;
}

const Reporter& Catalogue::reporter(std::string_view name) const {
  for (const auto& reporter : reporters_) {
    if (reporter->name() == name) return *reporter;
  }
  CheckFailed(__FILE__, __LINE__, "reporter is registered", name);
}

std::vector<std::string> Catalogue::ReportFormats() {
  std::vector<std::string> names;
  for (const RegisteredReporter& registered : RegisteredReporters()) {
    names.emplace_back(registered.make()->name());
  }
  return names;
}

Result<std::vector<KnownScenario>> Catalogue::FindScenarios(
    const std::vector<std::string>& names, const std::vector<std::string>& tags) const {
  std::vector<KnownScenario> found;
  const auto add = [&](const KnownScenario& wanted) {
    const bool there = std::any_of(found.begin(), found.end(), [&](const KnownScenario& each) {
      return each.scenario.id == wanted.scenario.id && each.toml == wanted.toml;
    });
    if (!there) found.push_back(wanted);
  };
  for (const std::string& tag : SplitScenarios(tags)) {
    TEARPROOF_RETURN_IF_ERROR(CheckTag(tag));
    for (const KnownScenario& known : scenarios_) {
      if (known.scenario.HasTag(tag)) add(known);
    }
  }
  for (const std::string& name : SplitScenarios(names)) {
    if (name == "all") {
      for (const KnownScenario& known : scenarios_) add(known);
    } else if (LooksLikeFile(name)) {
      TEARPROOF_ASSIGN_OR_RETURN(const KnownScenario scenario, ReadScenarioFile(name));
      add(scenario);
    } else if (const KnownScenario* known = FindScenario(name)) {
      add(*known);
    } else {
      return NoScenarioError(name);
    }
  }
  return found;
}

const KnownScenario* Catalogue::FindScenario(std::string_view id) const {
  for (const KnownScenario& known : scenarios_) {
    if (known.scenario.id == id) return &known;
  }
  return nullptr;
}

std::vector<std::string> Catalogue::ScenarioIds() const {
  std::vector<std::string> ids;
  for (const KnownScenario& known : scenarios_) ids.push_back(known.scenario.id);
  return ids;
}

Result<void> Catalogue::CheckTag(const std::string& tag) const {
  std::set<std::string> tags;
  for (const KnownScenario& known : scenarios_) {
    tags.insert(known.scenario.tags.begin(), known.scenario.tags.end());
  }
  if (tags.contains(tag)) return {};
  return UnknownNameError("tag", tag, std::vector<std::string>(tags.begin(), tags.end()));
}

Result<std::vector<NamedBackend>> Catalogue::FindBackends(
    const std::vector<std::string>& names, const std::atomic<bool>* interrupted) const {
  std::vector<std::string> items;
  const auto add = [&](const std::string& item) {
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
  };
  for (const std::string& item : SplitBackends(names)) {
    if (item != "all" && item != "broken" && item != "adapters") {
      add(item);
      continue;
    }
    for (const BackendDescription& description : backends_) {
      if (IsOfGroup(description, item)) add(description.id);
    }
  }
  std::vector<NamedBackend> found;
  for (const std::string& item : items) {
    TEARPROOF_ASSIGN_OR_RETURN(NamedBackend backend, FindBackend(item, interrupted));
    found.push_back(std::move(backend));
  }
  return found;
}

Result<NamedBackend> Catalogue::FindBackend(const std::string& named,
                                            const std::atomic<bool>* interrupted) const {
  if (IsProgram(named)) {
    NamedBackend backend;
    backend.description.id = "cmd";
    for (const PromiseInfo& info : AllPromises()) {
      if (info.always) backend.description.promises.insert(info.promise);
    }
    backend.display = named;
    // The shell splits the words and gives way to the program.
    backend.command = {"sh", "-c", "exec " + named.substr(kProgram.size())};
    TEARPROOF_RETURN_IF_ERROR(AskAdapter(&backend, interrupted));
    return backend;
  }
  const size_t colon = named.find(':');
  const std::string id = named.substr(0, colon);
  for (const BackendDescription& description : backends_) {
    if (description.id != id) continue;
    std::map<std::string, std::string> given;
    if (colon != std::string::npos) {
      TEARPROOF_ASSIGN_OR_RETURN(given, SplitOptions(named.substr(colon + 1)));
    }
    const ProjectBackend* own = project_.FindBackend(id);
    TEARPROOF_ASSIGN_OR_RETURN(BackendOptions options,
                               own != nullptr && !own->command.empty()
                                   ? ResolveAdapterOptions(description, given)
                                   : ResolveOptions(description, given));
    NamedBackend backend{description, description.id, {}, {}, std::move(options), named, {}, {}};
    if (own != nullptr) {
      backend.implementation = own->base;
      backend.command = own->command;
      backend.known = own->known;
    }
    if (const auto& shipped = description.adapter) {
      TEARPROOF_ASSIGN_OR_RETURN(const std::string folder, FindAdapterFolder(shipped->folder));
      backend.command = FillIn(shipped->command, folder, backend.options);
      backend.implementation.clear();
    }
    if (!backend.command.empty()) TEARPROOF_RETURN_IF_ERROR(AskAdapter(&backend, interrupted));
    return backend;
  }
  return NoBackendError(id);
}

std::set<Promise> Catalogue::Exercisable(const Scenario& scenario, bool limit) const {
  Checker::Ingredients ingredients = scenario.Ingredients();
  // A scenario that is to pass a limit names one.
  ingredients.limit = limit && scenario.backend_options.contains("max_entries");
  std::set<Promise> promises;
  for (const auto& checker : checkers_) {
    if (checker->Applies(ingredients)) promises.insert(checker->promise());
  }
  return promises;
}

std::vector<std::string> Catalogue::BackendIds() const {
  std::vector<std::string> ids;
  for (const BackendDescription& description : backends_) ids.push_back(description.id);
  return ids;
}

// Scenarios and backends are easily taken for each other.
Error Catalogue::NoBackendError(const std::string& id) const {
  if (id == "cmd") {
    return UsageError("cmd is no backend by itself", "write --backend cmd:'python3 adapter.py'");
  }
  Error error = UnknownNameError("backend", id, BackendIds());
  if (FindScenario(id) != nullptr) {
    error.remedy = fmt::format("that is a scenario: stress {} --backend NAME", id);
  }
  return error;
}

Error Catalogue::NoScenarioError(const std::string& name) const {
  Error error = UnknownNameError("scenario", name, ScenarioIds());
  const std::vector<std::string> backends = BackendIds();
  if (std::find(backends.begin(), backends.end(), name) != backends.end()) {
    error.remedy = fmt::format("that is a backend: name it with --backend {}", name);
  }
  return error;
}

}  // namespace tearproof::cli
