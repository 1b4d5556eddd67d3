// The repository's files, as the rules look at them.
//
// Thread safety: plain data. Errors: kEnvironment where the tree cannot be read.
#ifndef TEARPROOF_HARNESS_TIDY_SOURCE_TREE_H_
#define TEARPROOF_HARNESS_TIDY_SOURCE_TREE_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::tidy {

struct SourceFile {
  std::string path;  // Relative to the root: "harness/core/text.h"
  std::string text;

  std::string_view Name() const;    // "text.h"
  std::string_view Folder() const;  // "harness/core"; empty at the top.
  std::vector<std::string_view> Lines() const;
};

// All files that belong to the repository at `root`, by path: what git knows of or would add, where
// `root` is a working tree of its own; else all but build folders and hidden ones.
Result<std::vector<SourceFile>> LoadTree(const std::string& root);

}  // namespace tearproof::tidy

#endif  // TEARPROOF_HARNESS_TIDY_SOURCE_TREE_H_
