// A history from elsewhere, as JSON lines in the form of Jepsen's histories, to be judged.
//
// Purpose: the other direction of jepsen_export.h, for what other tools write:
//
//     {"process":0,"type":"invoke","f":"write","value":5,"time":1204}
//     {"process":0,"type":"ok","f":"write","value":5,"time":3311}
//
//   model     cache: the operations of jepsen_export.h; read and write are get and set. register:
//             read and write. counter: read, and add or incr with what is added; it begins at 0.
//   key       "key", or the value as [key value]; of a register or counter it may be missing.
//   value     Integers and texts. What is read is traced to the write of that value, so no two
//             writes to a key may write the same, but for those that failed. null read is a miss.
//             A value that nobody wrote is taken for bytes of no set.
//   ok        It happened. fail: it did not; without "error" because the cache refused it by
//             contract (add on a present key, incr, touch or delete of a missing one). info, or no
//             second line: it may take effect at any later time, unless "ended" is true; its
//             process may go on, and is a new one then, as in Jepsen.
//   time      Nanoseconds of one clock for all processes. Where no line has a time, the order of
//             the lines is the order of the events.
//   others    "index" and all other fields are skipped, and so are lines of "nemesis".
//
// The history must hold every operation on its keys since there was nothing in them: a checker
// concludes from what is not there.
//
// Thread safety: pure. Memory: no line is held beyond its own end; some 150 bytes an operation.
// Errors: kUsage, "<source>:<line>: ...", for the first line that is wrong. Safe for hostile input.
#ifndef TEARPROOF_HARNESS_HISTORY_JEPSEN_IMPORT_H_
#define TEARPROOF_HARNESS_HISTORY_JEPSEN_IMPORT_H_

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/history/history.h"

namespace tearproof {

enum class HistoryModel : uint8_t { kCache, kRegister, kCounter };

inline constexpr size_t kMaxJepsenLine = 1 << 20;  // Bytes.

struct ImportedHistory {
  History history;
  HistoryModel model = HistoryModel::kCache;
  uint64_t skipped = 0;  // Lines of no client.
  // By process: its first sequence, and of each operation the line that states its value.
  struct Lines {
    uint64_t first_sequence = 0;
    std::vector<uint32_t> of_op;
  };
  std::map<uint16_t, Lines> lines;

  // The line that states what `op` wrote or read; 0 for one that no line states.
  uint32_t LineOf(const Op& op) const;
};

// `source` is named in errors.
Result<ImportedHistory> ImportJepsen(std::istream& in, const std::string& source,
                                     HistoryModel model, int64_t clock_uncertainty = 0);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_JEPSEN_IMPORT_H_
