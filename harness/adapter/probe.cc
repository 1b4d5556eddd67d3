#include "harness/adapter/probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "harness/adapter/adapter_backend.h"
#include "harness/adapter/adapter_process.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

constexpr size_t kMostErrorText = 1'000;

bool DeclaresPromises(const BackendDescription& description) {
  return std::any_of(description.promises.begin(), description.promises.end(),
                     [](Promise promise) { return !InfoOf(promise).always; });
}

Result<Introduction> AskInit(const std::vector<std::string>& command, const BackendOptions& options,
                             const std::string& parent_directory, int64_t patience,
                             const std::atomic<bool>* interrupted) {
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory, OwnedDirectory::Create(parent_directory));
  directory.Claim();
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<AdapterProcess> process,
                             AdapterProcess::Start(command));
  if (interrupted != nullptr) process->BreakOn(*interrupted);
  BackendSetup setup;
  setup.directory = directory.path() + "/cache";
  setup.options = options;
  AdapterBackend backend(process.get(), std::move(setup));
  backend.SetDeadline(MonotonicNanos() + patience);
  Response response;
  backend.Execute(Request{}, response);
  if (response.outcome == Outcome::kDone) return DecodeIntroduction(backend.last_answer());
  const std::string said = response.failed() ? EscapeForTerminal(response.error, kMostErrorText)
                                             : "it answers that it does not support init";
  std::vector<std::string> words;
  for (const std::string& word : command) words.push_back(ShellQuote(word));
  return UsageError(
      "the adapter `" + EscapeForTerminal(Join(words, " "), 200) + "` did not answer init: " + said,
      "start it by hand and type a line of docs/adapters.md; what is no answer "
      "belongs on its standard error");
}

}  // namespace

Result<Introduction> Probe(const std::vector<std::string>& command, const BackendOptions& options,
                           const std::string& parent_directory, int64_t patience,
                           const std::atomic<bool>* interrupted) {
  return AskInit(command, options, parent_directory, patience, interrupted);
}

Result<void> Complete(const Introduction& introduction, BackendDescription* description) {
  if (description->title.empty()) {
    description->title = introduction.name.empty() ? description->id : introduction.name;
    if (!introduction.version.empty()) description->title += " " + introduction.version;
  }
  if (description->operations.empty()) description->operations = introduction.operations;
  if (description->operations.empty()) {
    return UsageError(
        "neither tearproof.toml nor the adapter names the operations of " + description->id,
        "let its answer to init hold \"operations\": [\"get\", \"set\"]");
  }
  if (!DeclaresPromises(*description)) {
    for (Promise promise : introduction.promises) {
      if (!description->opted_out.contains(promise)) description->promises.insert(promise);
    }
  }
  if (!description->max_entries && introduction.max_entries) {
    description->max_entries = introduction.max_entries;
    // A cache with a limit drops entries; to judge it as if it did not would accuse it falsely.
    description->evicts = true;
  }
  description->concurrency = introduction.concurrency;
  if (!description->process_per_operation) {
    description->process_per_operation = introduction.process_per_operation;
  }
  if (!description->restarts) description->restarts = introduction.restarts;
  if (!description->ttl && introduction.ttl_resolution) {
    description->ttl = true;
    description->ttl_resolution = *introduction.ttl_resolution;
  }
  return {};
}

}  // namespace tearproof::adapter
