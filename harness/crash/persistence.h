// What a model says of one log: which parts a disk may lack at each moment, and what it holds then.
//
// Purpose: a part is what is there or not, never half. A loss is a run of neighbouring parts that
// are missing; what needs a missing part is missing, too. The states of a moment are the sets of
// losses; the more losses, the further the disk is from what the processes saw.
// Thread safety: immutable once made. Ownership: borrows log and model.
#ifndef TEARPROOF_HARNESS_CRASH_PERSISTENCE_H_
#define TEARPROOF_HARNESS_CRASH_PERSISTENCE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/crash/persistence_model.h"
#include "harness/crash/write_log.h"

namespace tearproof::crash {

inline constexpr uint32_t kNoCall = UINT32_MAX;

struct PartOfLog {
  uint32_t call = 0;
  std::vector<uint32_t> effects;  // Indices into WriteLog::effects: one, or those of a rename.
  uint64_t begin = 0;             // Of kData: which of its bytes.
  uint64_t end = 0;
  uint64_t grows_to = 0;        // The file is at least so long once the part is there.
  uint32_t line = 0;            // Parts that are neighbours share a line.
  std::vector<uint32_t> needs;  // Parts without which it is not there.
  uint32_t synced = kNoCall;    // From after that call on it is on the disk for sure.
};

// Missing: the parts of a line from `first` to `last`, as places in CrashPoint::parts.
struct Loss {
  uint32_t line = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

// The moment after a call, or before the first one.
struct CrashPoint {
  uint32_t calls = 0;           // So many have happened.
  std::vector<uint32_t> parts;  // That may be missing, by line and then by call.
  std::vector<Loss> losses;     // All that can be one loss, by line, first and last.
};

class Persistence {
 public:
  Persistence(const WriteLog& log, const PersistenceModel& model);

  CrashPoint PointAfter(uint32_t calls) const;
  // The parts of the point that are missing with these losses: a flag for each part of the log.
  std::vector<bool> Missing(const CrashPoint& point, std::span<const Loss> losses) const;
  // What the disk holds. `missing` as above.
  Tree StateOf(const CrashPoint& point, const std::vector<bool>& missing) const;
  // Of the parts that it has and that make a difference there, not of those whose bytes were
  // written over or lie behind the end: where that is the same, the state is, whatever the moment.
  Digest KeyOf(const CrashPoint& point, const std::vector<bool>& missing) const;

  const std::vector<PartOfLog>& parts() const { return parts_; }
  const WriteLog& log() const { return log_; }
  // `bytes 0–511 of k0`, `the name k0`.
  std::string Describe(uint32_t part) const;

 private:
  bool Journals() const { return model_.Of(Rule::kNames) == Setting::kJournal; }
  bool OnJournal(const PartOfLog& part) const { return Journals() && part.line == 0; }
  uint32_t LineOf(NodeId node);
  uint32_t AddPart(PartOfLog part);
  void AddData(uint32_t effect);
  void AddGrowth(uint32_t effect);
  void AddSize(uint32_t effect);
  void AddEntry(uint32_t effect);
  void NeedLengthOf(NodeId node, std::vector<uint32_t>* needs) const;
  void Apply(const Sync& sync);
  void ForceOwn(NodeId node, bool data_only, uint32_t call);
  void ForceNamesOf(NodeId node, uint32_t call);
  void ForceJournal(uint32_t last_part, uint32_t call);
  bool HasUnsyncedGrowth(NodeId node) const;
  // The last part on the journal that concerns the node, or kNoCall; `data_only`: and its data.
  uint32_t LastJournalPart(NodeId node, bool data_only) const;
  void Force(uint32_t part, uint32_t call);
  bool Concerns(const PartOfLog& part, NodeId node) const;
  void FindCovers();
  // Of the first `calls` calls, without those that are missing: what can be told from the state.
  std::vector<bool> Shown(uint32_t calls, const std::vector<bool>& missing) const;
  const Effect& First(const PartOfLog& part) const { return log_.effects[part.effects.front()]; }

  const WriteLog& log_;
  const PersistenceModel& model_;
  // By effect: of kData its bytes, as far behind the beginning of a block as in the file.
  std::vector<FileBytes> written_;
  std::vector<PartOfLog> parts_;
  // By part: later parts that write over all of its bytes.
  std::vector<std::vector<uint32_t>> covers_;
  bool sets_times_ = false;  // Some call does, and a write after it counts even without bytes.
  std::map<NodeId, uint32_t> lines_;
  uint32_t next_line_ = 1;
  std::map<NodeId, uint32_t> last_growth_;                       // Parts.
  std::map<NodeId, uint32_t> last_cut_;                          // Parts.
  std::map<std::pair<NodeId, uint64_t>, uint32_t> last_sector_;  // Parts.
  std::map<NodeId, bool> was_cut_;                               // And not closed since.
  std::vector<uint32_t> next_name_needs_;  // Parts, of the next part on the journal.
};

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_PERSISTENCE_H_
