// A value or the reason why there is none.
//
// Purpose: the first of the three error channels: the environment or the user is wrong. Exceptions
// of libraries are caught where the library is called and become an Error. An Error says what
// happened, to what, and what to do; its kind decides the exit code.
//
// Thread safety: as the contained value's. Ownership: owns value or error.
#ifndef TEARPROOF_HARNESS_CORE_RESULT_H_
#define TEARPROOF_HARNESS_CORE_RESULT_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "harness/core/check.h"

namespace tearproof {

enum class ErrorKind {
  kUsage,        // The user asked for something that cannot be: exit code 64.
  kEnvironment,  // This machine cannot do it (space, permission, limits): exit code 77.
};

struct Error {
  ErrorKind kind = ErrorKind::kEnvironment;
  int errno_value = 0;  // 0 where no system call failed.
  std::string what;     // "cannot create /x/y: No space left on device (ENOSPC)"
  std::string remedy;   // "free some space, or name another directory with --dir"; may be empty

  // One line: what, then the remedy.
  std::string Message() const;
  // 64 or 77.
  int ExitCode() const;
};

// An Error of kind kUsage.
Error UsageError(std::string what, std::string remedy = "");
// An Error of kind kEnvironment whose text ends in the name and meaning of `errno_value`.
Error SystemError(int errno_value, std::string what, std::string remedy = "");

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: by design

  bool ok() const { return state_.index() == 0; }
  // REQUIRES: ok().
  T& value() & {
    TEARPROOF_CHECK(ok(), "value() of an error: " + error().what);
    return std::get<0>(state_);
  }
  const T& value() const& {
    TEARPROOF_CHECK(ok(), "value() of an error: " + error().what);
    return std::get<0>(state_);
  }
  T&& value() && { return std::move(value()); }
  // REQUIRES: !ok().
  const Error& error() const {
    TEARPROOF_CHECK(!ok(), "error() of a value");
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success, or the reason why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: by design

  bool ok() const { return !error_.has_value(); }
  // REQUIRES: !ok().
  const Error& error() const {
    TEARPROOF_CHECK(!ok(), "error() of a success");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace tearproof

// Returns the error of `expression` from the enclosing function, if it is one.
#define TEARPROOF_RETURN_IF_ERROR(expression)                         \
  do {                                                                \
    if (auto tearproof_result = (expression); !tearproof_result.ok()) \
      return tearproof_result.error();                                \
  } while (false)

#define TEARPROOF_CONCATENATE_INNER(a, b) a##b
#define TEARPROOF_CONCATENATE(a, b) TEARPROOF_CONCATENATE_INNER(a, b)
#define TEARPROOF_ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                                        \
  if (!result.ok()) return result.error();                           \
  target = std::move(result).value()
// Assigns the value of `expression` to `target` (which may be a declaration), or returns its error.
#define TEARPROOF_ASSIGN_OR_RETURN(target, expression)                                         \
  TEARPROOF_ASSIGN_OR_RETURN_INNER(TEARPROOF_CONCATENATE(tearproof_result_, __LINE__), target, \
                                   expression)

#endif  // TEARPROOF_HARNESS_CORE_RESULT_H_
