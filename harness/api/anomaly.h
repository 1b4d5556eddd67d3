// The catalogue of anomalies: name, cause, remedy.
//
// Purpose: a verdict names an anomaly; reports print its cause and usual remedy in a sentence, and
// `tearproof explain NAME` prints the whole entry. Thread safety: constant data.
#ifndef TEARPROOF_HARNESS_API_ANOMALY_H_
#define TEARPROOF_HARNESS_API_ANOMALY_H_

#include <span>
#include <string_view>

#include "harness/api/promise.h"

namespace tearproof {

struct Anomaly {
  std::string_view name;         // "torn-read"
  Promise promise;               // The promise that it breaks. `fresh`, which is about the order of
                                 // everything, names anomalies of more particular promises, too.
  std::string_view what;         // What is seen, in a sentence.
  std::string_view cause;        // How it usually comes about, in a sentence.
  std::string_view remedy;       // What usually helps, in a sentence.
  std::string_view explanation;  // Some paragraphs, with an interleaving. Plain text, 78 columns.
};

std::span<const Anomaly> AllAnomalies();
// nullptr where there is none of that name.
const Anomaly* FindAnomaly(std::string_view name);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_ANOMALY_H_
