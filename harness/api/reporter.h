// A report format.
//
// Purpose: a pure function of a run record; it opens no file, reads no clock, looks at no
// environment. Each lives in reports/<format>/ and is found by CMake through `Make` in namespace
// tearproof::reports::<folder>.
// Thread safety: Render may be called from several threads.
#ifndef TEARPROOF_HARNESS_API_REPORTER_H_
#define TEARPROOF_HARNESS_API_REPORTER_H_

#include <memory>
#include <string>
#include <string_view>

#include "harness/api/run_record.h"

namespace tearproof {

struct RenderOptions {
  bool color = false;
  size_t columns = 80;
  bool quiet = false;  // Only what is broken, and the verdict.
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual std::string_view name() const = 0;  // "junit"; also the option's name
  virtual std::string Render(const RunRecord& record, const RenderOptions& options) const = 0;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_REPORTER_H_
