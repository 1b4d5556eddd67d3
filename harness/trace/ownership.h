// What of the watched directory is the cache's own, and what calls did to the rest.
//
// Purpose: `confined` is broken by a call, whatever is left of it at the end: a file that is not
// the cache's was written, renamed or removed, or a name was made beside the cache's directory.
// Only calls in the directory that the execution began with are looked at.
// Thread safety: plain data. Paths: relative to that directory.
#ifndef TEARPROOF_HARNESS_TRACE_OWNERSHIP_H_
#define TEARPROOF_HARNESS_TRACE_OWNERSHIP_H_

#include <set>
#include <string>
#include <vector>

#include "harness/trace/footprint.h"

namespace tearproof::trace {

struct Call;

struct Ownership {
  std::string own;                // The cache's directory: all but this is foreign; "": nothing is.
  std::set<std::string> foreign;  // Files within it that are not the cache's either.

  bool IsForeign(const std::string& path) const;
};

// The paths of what the call, which touches `footprint`, changes and the cache does not own.
std::vector<std::string> ForeignChanges(const Call& call, const Footprint& footprint,
                                        const Ownership& ownership);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_OWNERSHIP_H_
