// Which state of a disk: one path of choices a state.
//
// Purpose: the losses of a crash point, drawn from a ChoiceSource, so that states are enumerated,
// counted and replayed by one mechanism. Each set of losses is drawn once.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_CRASH_CRASH_CHOICES_H_
#define TEARPROOF_HARNESS_CRASH_CRASH_CHOICES_H_

#include <optional>
#include <span>
#include <vector>

#include "harness/api/choice_source.h"
#include "harness/crash/persistence.h"

namespace tearproof::crash {

inline constexpr std::string_view kLose = "lose";

// `count` losses of the point that are separate: at least one part of a line stays between two.
// Nothing: the choices led to where no further loss is left.
std::optional<std::vector<Loss>> DrawLosses(const CrashPoint& point, size_t count,
                                            ChoiceSource& choices);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_CRASH_CHOICES_H_
