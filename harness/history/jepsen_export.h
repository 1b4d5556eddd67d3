// A history as JSON lines in the form of Jepsen's histories, for other checkers (Knossos, Elle,
// Porcupine's readers, a notebook).
//
// One line an event, in order of time:
//
//     {"index":0,"type":"invoke","process":3,"f":"set","key":"k0","value":"p3#812","time":1204}
//     {"index":1,"type":"ok","process":3,"f":"set","key":"k0","value":"p3#812","time":3311}
//
//   type     invoke, then ok (hit, miss, done), fail (refused, unsupported: it did not happen) or
//            info (error, or open at the death of its process: it may or may not have happened).
//            An operation that never returned has no second line.
//   f        init, get, has, set, add, delete, incr, touch, clear, cull.
//   key      As the cache was given it; bytes that are no UTF-8 become U+FFFD. null without a key.
//   value    set, add: the value written. get: null in the invocation and for a miss. A value is
//            named by its writer, "p3#812": operation 812 of process 3; one too short for a stamp
//            by the digest of its bytes, "digest:1f0c..."; "damaged" is no set's value. Counters
//            are numbers: 0 for set and add, what was read for get, the delta for incr (where it
//            is ok and known: the new number). has: true or false.
//   ttl      Milliseconds, of set, add and touch that have one.
//   bytes    Of a damaged value: how many were returned.
//   error    Of info that answered an error: its text, where one was captured. Of fail, where the
//            cache has no such operation; without it, fail is the cache's answer by contract.
//   ended    true, of info: it took effect by this time or never. (Jepsen's own info may take
//            effect at any later time.)
//   time     In the history's time base. Clocks of different processes agree only within the
//            header's uncertainty; the order of lines within it means nothing.
//
// A process whose operation ended as info goes on under its number only if it answered an error:
// unlike in Jepsen, such a process is not replaced. jepsen_import.h reads it all back.
//
// Thread safety: pure. Errors: the stream's.
#ifndef TEARPROOF_HARNESS_HISTORY_JEPSEN_EXPORT_H_
#define TEARPROOF_HARNESS_HISTORY_JEPSEN_EXPORT_H_

#include <ostream>

#include "harness/history/history.h"

namespace tearproof {

void ExportJepsen(const History& history, std::ostream& out);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_JEPSEN_EXPORT_H_
