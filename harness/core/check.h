// Checks of the harness's own invariants, on in every build.
//
// Purpose: tearproof has three error channels that never mix. This is the third: the *harness* is
// wrong. A failed check prints the condition and the run's context (seed, schedule) and ends the
// process with exit code 70. A wrong environment is a Result (result.h); a wrong cache is a
// Verdict.
//
// Thread safety: TEARPROOF_CHECK may be used from any thread. The two setters are not synchronised
// with a check that fails at the same moment; call them before starting threads.
#ifndef TEARPROOF_HARNESS_CORE_CHECK_H_
#define TEARPROOF_HARNESS_CORE_CHECK_H_

#include <string>
#include <string_view>

namespace tearproof {

// Exit code of a harness defect (sysexits.h: EX_SOFTWARE).
inline constexpr int kExitHarnessDefect = 70;

// What a failed check prints besides its condition: the seed, the schedule, the cell that runs.
void SetCheckContext(std::string context);
// What a failed check exits with instead of kExitHarnessDefect.
void SetDefectExitCode(int code);

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view detail);

}  // namespace tearproof

// Ends the process with a diagnosis unless `condition` holds. `detail` is anything convertible to
// std::string_view and is evaluated only on failure.
#define TEARPROOF_CHECK(condition, detail)                                \
  do {                                                                    \
    if (!(condition)) [[unlikely]] {                                      \
      ::tearproof::CheckFailed(__FILE__, __LINE__, #condition, (detail)); \
    }                                                                     \
  } while (false)

#endif  // TEARPROOF_HARNESS_CORE_CHECK_H_
