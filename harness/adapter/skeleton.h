// Adapters to begin with, one a language.
//
// Purpose: the files of harness/adapter/skeletons/ as this program carries them. Each is a small
// correct cache that passes conformance as it stands. Thread safety: constant data.
#ifndef TEARPROOF_HARNESS_ADAPTER_SKELETON_H_
#define TEARPROOF_HARNESS_ADAPTER_SKELETON_H_

#include <span>
#include <string_view>

namespace tearproof::adapter {

struct Skeleton {
  std::string_view language;  // "python"
  std::string_view file;      // "adapter.py"
  std::string_view text;
};
// By language. Defined in a source that CMake generates.
std::span<const Skeleton> Skeletons();

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_SKELETON_H_
