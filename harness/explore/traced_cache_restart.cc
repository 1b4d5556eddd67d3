// How an execution begins: all processes at home, a fresh directory, and what lies in it before.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "harness/explore/traced_cache.h"

namespace tearproof::explore {
namespace {

constexpr const char* kName = "x";
constexpr const char* kCache = "cache";
constexpr const char* kForeignFile = "NOT-A-CACHE-FILE.txt";
// Who polls for what nobody makes never comes home: it is started anew.
constexpr size_t kStepsHome = 64;

}  // namespace

std::set<std::string> TracedCache::FilesUnder(const std::string& directory) {
  std::set<std::string> files;
  std::error_code problem;
  for (auto it = std::filesystem::recursive_directory_iterator(directory, problem);
       !problem && it != std::filesystem::recursive_directory_iterator(); it.increment(problem)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) continue;
    files.insert(it->path().lexically_relative(directory).string());
  }
  return files;
}

Result<void> TracedCache::MakeFreshDirectory() {
  const std::string path = directory_.path() + "/" + kName;
  if (!place_.valid()) {
    if (mkdir(path.c_str(), 0700) != 0) return SystemError(errno, "cannot create " + path);
    place_.Reset(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!place_.valid()) return SystemError(errno, "cannot open " + path);
    TEARPROOF_RETURN_IF_ERROR(session_->BeginExecution(path));
    if (setup_.scenario.foreign_files) {
      session_->Watch({kCache, {std::string(kCache) + "/" + kForeignFile}});
    }
  } else {
    TEARPROOF_RETURN_IF_ERROR(RemoveContents(place_.get(), path));
    session_->BeginExecutionAgain();
  }
  return setup_.scenario.foreign_files ? PlantForeignFiles() : Result<void>();
}

// One beside the cache's directory and one in it.
Result<void> TracedCache::PlantForeignFiles() {
  constexpr std::string_view kText = "This file is not the cache's. Leave it as it is.\n";
  if (mkdirat(place_.get(), kCache, 0777) != 0) {
    return SystemError(errno, "cannot create " + CacheDirectory());
  }
  for (const std::string& name :
       {std::string("beside"), std::string(kCache) + "/" + kForeignFile}) {
    const UniqueFd file(
        openat(place_.get(), name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    if (!file.valid() ||
        write(file.get(), kText.data(), kText.size()) != static_cast<ssize_t>(kText.size())) {
      return SystemError(errno, "cannot write the file " + name,
                         "free some space, or give another --dir");
    }
  }
  return {};
}

Result<void> TracedCache::BringHome() {
  // One that waits for a lock may be let go by another that goes on.
  for (size_t round = 0; round < actors_.size(); ++round) {
    for (const Actor& actor : actors_) {
      for (size_t step = 0; step < kStepsHome; ++step) {
        const trace::Standing standing = session_->state(actor.number).standing;
        if (standing != trace::Standing::kAtCall && standing != trace::Standing::kBlocked) break;
        if (!session_->Step(actor.number)) break;
      }
    }
  }
  for (Actor& actor : actors_) {
    // Descriptors that it leaked would pile up, and change the numbers of those to come.
    const bool leaked =
        setup_.faults != 0 && actor.number < processes() &&
        session_->OpenPaths(actor.number).size() > std::max(actor.kept_open, stays_open_);
    const bool waits = session_->state(actor.number).standing == trace::Standing::kWaitsForInput;
    if (!waits || leaked || StayedHalfOpen(actor) || setup_.scenario.reset == "process") {
      TEARPROOF_RETURN_IF_ERROR(session_->Restart(actor.number));
    }
    std::array<char, 4096> rest;
    while (read(session_->output(actor.number), rest.data(), rest.size()) > 0) {
    }
    actor.received.clear();
    actor.next = actor.sequence = 0;
    actor.running = actor.begun = actor.gone = actor.struck = false;
  }
  return {};
}

// Its init, which met a fault, left it in a state in which no other execution begins.
bool TracedCache::StayedHalfOpen(const Actor& actor) const {
  const bool struck = std::any_of(parts_.struck.begin(), parts_.struck.end(),
                                  [&](const Struck& each) { return each.process == actor.number; });
  return struck && HasOwnInit(actor);
}

bool TracedCache::HasOwnInit(const Actor& actor) {
  return std::any_of(actor.script.begin(), actor.script.end(),
                     [](const Task& task) { return task.kind == OpKind::kInit; });
}

// All begin with init where nothing lies before: they are to find no directory, and to race for it.
bool TracedCache::MakesItself() const {
  const auto begin = actors_.begin();
  return begin[static_cast<int64_t>(processes())].script.empty() &&
         std::all_of(begin, begin + processes(), HasOwnInit);
}

// Init, cull and clear, or delete each key where there is no clear.
Result<void> TracedCache::TidyUp(Actor& actor) {
  for (const OpKind kind : {OpKind::kInit, OpKind::kCull, OpKind::kClear}) {
    TEARPROOF_RETURN_IF_ERROR(DoFreely(actor, TaskOf(kind, 0, {})));
  }
  if (parts_.ops.back().outcome != tearproof::Outcome::kUnsupported) return {};
  for (const uint32_t key : NamedKeys()) {
    TEARPROOF_RETURN_IF_ERROR(DoFreely(actor, TaskOf(OpKind::kDelete, key, {})));
  }
  return {};
}

// How the cache makes its temporary names, from one process alone: a random one that looks like a
// word is told by others that are made alike, and there must be some before the first that counts.
Result<void> TracedCache::LearnNames() {
  Actor& setup = actors_[processes()];
  const bool taught = setup_.scenario.tidy ||
                      std::any_of(setup.script.begin(), setup.script.end(), [](const Task& task) {
                        return task.kind == OpKind::kSet || task.kind == OpKind::kAdd;
                      });
  if (std::exchange(learned_names_, true) || taught) return {};
  // What goes wrong here does so again where it counts.
  bool well = DoFreely(setup, TaskOf(OpKind::kInit, 0, {})).ok();
  for (ProcessId p = 0; p < processes() && well; ++p) {
    well = DoAllFreely(setup, actors_[p].script).ok();
  }
  TEARPROOF_RETURN_IF_ERROR(BringHome());
  return MakeFreshDirectory();
}

// What one process alone leaves after all that is done in an execution.
Result<void> TracedCache::LearnWhatStays() {
  Actor& setup = actors_[processes()];
  TEARPROOF_RETURN_IF_ERROR(DoFreely(setup, TaskOf(OpKind::kInit, 0, {})));
  TEARPROOF_RETURN_IF_ERROR(DoAllFreely(setup, setup.script));
  for (ProcessId p = 0; p < processes(); ++p) {
    TEARPROOF_RETURN_IF_ERROR(DoAllFreely(setup, actors_[p].script));
  }
  TEARPROOF_RETURN_IF_ERROR(TidyUp(setup));
  stays_ = FilesUnder(CacheDirectory());
  TEARPROOF_RETURN_IF_ERROR(BringHome());
  return MakeFreshDirectory();
}

Result<void> TracedCache::Restart() {
  TEARPROOF_RETURN_IF_ERROR(BringHome());
  TEARPROOF_RETURN_IF_ERROR(MakeFreshDirectory());
  TEARPROOF_RETURN_IF_ERROR(LearnNames());
  if (setup_.scenario.tidy && !stays_) TEARPROOF_RETURN_IF_ERROR(LearnWhatStays());
  parts_ = History::Parts();
  parts_.header.time_base = TimeBase::kStep;
  parts_.header.keys = keys_;
  parts_.header.scenario = setup_.scenario.id;
  now_ = 0;
  unseen_ = trace::Unseen::kNothing;
  log_.clear();
  changes_before_.clear();
  for (const Actor& actor : actors_) {
    ProcessInfo info;
    info.number = static_cast<uint16_t>(actor.number);
    info.role = actor.role;
    parts_.processes.push_back(std::move(info));
  }
  Actor& setup = actors_[processes()];
  const Task init = TaskOf(OpKind::kInit, 0, {});
  if (!MakesItself()) TEARPROOF_RETURN_IF_ERROR(DoFreely(setup, init));
  TEARPROOF_RETURN_IF_ERROR(DoAllFreely(setup, setup.script));
  for (ProcessId p = 0; p < processes(); ++p) {
    if (!HasOwnInit(actors_[p])) TEARPROOF_RETURN_IF_ERROR(DoFreely(actors_[p], init));
  }
  if (setup_.scenario.advance_nanos) {
    session_->Advance(*setup_.scenario.advance_nanos);
    parts_.header.advanced = *setup_.scenario.advance_nanos;
    parts_.header.advanced_at = ++now_;
  }
  for (ProcessId p = 0; p < processes(); ++p) {
    if (setup_.faults != 0) actors_[p].kept_open = session_->OpenPaths(p).size();
    Footprint ignored;
    TEARPROOF_RETURN_IF_ERROR(GoOn(actors_[p], &ignored));
    // It may be stuck, or dead, before it comes to a call.
    FateOf(actors_[p], &ignored);
  }
  return {};
}

}  // namespace tearproof::explore
