#include "harness/cli/real_crash_cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/crash_bench.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "harness/crash/real_crash.h"

namespace tearproof::cli {
namespace {

// Runs of one cell, at most: one for each call after which the file system begins to write.
constexpr uint32_t kMostRuns = 12;

class RealCrashCell {
 public:
  RealCrashCell(const CrashCellRequest& request,
                const std::function<void(const CrashProgress&)>& progress)
      : request_(request),
        cell_(*request.cell),
        settings_(*request.settings),
        progress_(progress) {}

  CrashCellOutcome Run() {
    const int64_t begin = MonotonicNanos();
    const Result<void> done = CrashAll();
    CellRecord& record = outcome_.records.emplace_back();
    if (done.ok()) {
      Describe(&record);
    } else {
      record.state = CellState::kFailed;
      record.reason = done.error().Message();
    }
    record.elapsed = MonotonicNanos() - begin;
    record.rerun =
        fmt::format("{} crash {} --backend {} --real {}", request_.program_name,
                    ShellQuote(cell_.named), ShellQuote(cell_.backend.display), settings_.real);
    NameCell(cell_, "crash", &record);
    return std::move(outcome_);
  }

 private:
  Result<void> CrashAll() {
    TEARPROOF_ASSIGN_OR_RETURN(setup_.system, crash::FindRealFileSystem(settings_.real));
    TEARPROOF_ASSIGN_OR_RETURN(const auto models, crash::FindModels(setup_.system.model));
    model_ = models.front();
    setup_.cache = CrashBench::Setup(request_);
    setup_.budget.images = std::min<uint64_t>(setup_.budget.images, settings_.budget.states);
    setup_.forgotten = cell_.backend.description.volatile_files;
    TEARPROOF_ASSIGN_OR_RETURN(bench_, CrashBench::Start(request_));
    uint32_t calls = 0;
    uint32_t stride = 1;
    for (uint32_t after = 0; after <= calls; after += stride) {
      if (settings_.budget.stop != nullptr && settings_.budget.stop->load()) break;
      progress_({"a real " + settings_.real, result_.runs});
      TEARPROOF_ASSIGN_OR_RETURN(const crash::RealRun real, CrashForReal(setup_, after));
      calls = static_cast<uint32_t>(real.run.log.calls.size());
      stride = calls / kMostRuns + 1;
      TEARPROOF_RETURN_IF_ERROR(Judge(real));
    }
    return {};
  }

  Result<void> Judge(const crash::RealRun& real) {
    TEARPROOF_RETURN_IF_ERROR(bench_.judge->Begin(real.run));
    unmountable_ += real.unmountable;
    result_.candidates += real.images;
    result_.losses = std::min(result_.runs == 0 ? SIZE_MAX : result_.losses, real.drawn.losses);
    result_.exhausted = result_.exhausted && real.drawn.exhausted;
    ++result_.runs;
    NoteStrangers(real);
    for (const crash::RealState& state : real.states) {
      const crash::Digest digest = DigestOf(state.tree);
      TEARPROOF_ASSIGN_OR_RETURN(const crash::StateJudge::Judged judged,
                                 bench_.judge->Judge(state.tree, digest, state.calls));
      result_.states.insert(digest);
      if (!judged.fresh) continue;
      ++result_.judged;
      for (const Verdict& verdict : *judged.verdicts) {
        const auto [merged, fresh] = result_.verdicts.try_emplace(verdict.promise, verdict);
        if (!fresh) merged->second = Merge(std::move(merged->second), verdict);
      }
    }
    return {};
  }

  void NoteStrangers(const crash::RealRun& real) {
    const crash::Strangers found = FindStrangers(real, *model_, kMostStates);
    result_.points += found.moments;
    undecided_ += found.undecided;
    if (strangers_ == 0 && !found.states.empty()) {
      const crash::RealState& state = *found.states.front();
      const std::string after =
          state.calls == 0 ? "nothing" : real.run.log.calls[state.calls - 1].label;
      stranger_ = fmt::format("after {}: {}", after, EscapeForTerminal(PrintTree(state.tree), 300));
    }
    strangers_ += found.states.size();
  }

  static std::string PrintTree(const crash::Tree& tree) {
    std::vector<std::string> files;
    const std::function<void(crash::NodeId, const std::string&)> visit =
        [&](crash::NodeId id, const std::string& path) {
          const crash::Node& node = tree.nodes[id];
          if (node.kind != crash::NodeKind::kDirectory) {
            const std::string bytes = node.bytes.ToString();
            const auto zeros = std::count(bytes.begin(), bytes.end(), '\0');
            files.push_back(
                fmt::format("{} ({} bytes, {} of them zero)", path, bytes.size(), zeros));
          }
          for (const auto& [name, below] : node.entries) visit(below, path + "/" + name);
        };
    visit(crash::kRoot, "");
    return Join(files, ", ");
  }

  // REQUIRES: there are images that were not read.
  std::string Bound() const {
    switch (result_.losses) {
      case 0:
        return "not all images that have all writes of their epochs were read";
      case 1:
        return "of each epoch the image with all writes was read, and not all that lack one run of "
               "them";
      default:
        return fmt::format(
            "of each epoch the images that lack fewer than {0} runs of writes were read, and not "
            "all that lack {0}",
            result_.losses);
    }
  }

  void Describe(CellRecord* record) {
    CrashRecord& crashed = record->crashed.emplace();
    crashed.model = "real " + settings_.real;
    crashed.model_title = fmt::format("{} on a recorded disk", settings_.real);
    crashed.lanes = ExploredCache(cell_, settings_.parent_directory).Lanes();
    crashed.runs = result_.runs;
    crashed.points = result_.points;
    crashed.candidates = result_.candidates;
    crashed.states = result_.states.size();
    crashed.judged = result_.judged;
    crashed.losses = result_.losses;
    crashed.exhausted = result_.exhausted;
    if (!result_.exhausted) {
      crashed.bound = Bound();
    }
    record->scope =
        fmt::format("{}, {}", explore::DescribePrograms(cell_.known.scenario), crashed.model_title);
    for (const auto& [promise, verdict] : result_.verdicts) {
      PromiseResult& each = record->promises.emplace_back();
      each.verdict = verdict;
      each.promised = cell_.backend.description.promises.contains(promise);
      each.expectation = cell_.backend.description.Expected(fmt::format("crash-{}", model_->name),
                                                            cell_.known.scenario.id, promise);
    }
    outcome_.notes.push_back(
        strangers_ == 0
            ? fmt::format("{} in {}: all states of the real {} are states of the model {}",
                          cell_.backend.display, cell_.known.scenario.id, settings_.real,
                          model_->name)
            : fmt::format("{} in {}: {} of the real {} are no states of the model {}, which is "
                          "wrong: {}",
                          cell_.backend.display, cell_.known.scenario.id,
                          Counted(strangers_, "states"), settings_.real, model_->name, stranger_));
    if (undecided_ > 0) {
      outcome_.notes.push_back(fmt::format("{} could not be compared: the model allows too many",
                                           Counted(undecided_, "states")));
    }
    if (unmountable_ > 0) {
      outcome_.notes.push_back(
          fmt::format("{} could not be mounted", Counted(unmountable_, "images")));
    }
  }

  static constexpr uint64_t kMostStates = 200'000;

  const CrashCellRequest& request_;
  const PlannedCell& cell_;
  const CrashSettings& settings_;
  const std::function<void(const CrashProgress&)>& progress_;
  crash::RealSetup setup_;
  const crash::PersistenceModel* model_ = nullptr;
  CrashBench bench_;
  crash::ModelResult result_;
  uint64_t strangers_ = 0;
  uint64_t undecided_ = 0;
  uint64_t unmountable_ = 0;
  std::string stranger_;
  CrashCellOutcome outcome_;
};

}  // namespace

CrashCellOutcome RunRealCrashCell(const CrashCellRequest& request,
                                  const std::function<void(const CrashProgress&)>& progress) {
  return RealCrashCell(request, progress).Run();
}

}  // namespace tearproof::cli
