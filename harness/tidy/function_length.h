// How long the functions of a C++ source are, found by matching braces.
//
// Purpose: no parser; a heuristic that knows comments, literals, namespaces, classes and
// initialisers, and is right for code in this repository's style. Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_TIDY_FUNCTION_LENGTH_H_
#define TEARPROOF_HARNESS_TIDY_FUNCTION_LENGTH_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tearproof::tidy {

struct FunctionSpan {
  std::string head;  // Its declaration, white space collapsed.
  size_t line = 0;   // Where the declaration begins, counted from 1.
  size_t lines = 0;  // From there to the closing brace.
};

// All functions with a body, in order; lambdas within a function belong to it.
std::vector<FunctionSpan> FindFunctions(std::string_view source);

// `source` with comments, literals and preprocessor lines blanked; newlines stay where they were.
std::string BlankNonCode(std::string_view source);

}  // namespace tearproof::tidy

#endif  // TEARPROOF_HARNESS_TIDY_FUNCTION_LENGTH_H_
