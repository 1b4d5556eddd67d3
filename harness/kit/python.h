// What Python's library does with files, call by call, for models of caches written in Python.
//
// Purpose: a model of a Python cache must make the system calls that the original makes and show
// the exceptions that the original lets out. Functions return 0 or an errno; an exception is a
// value, so that a model can say which ones the original swallows.
// Thread and process safety: as the system calls'.
#ifndef TEARPROOF_HARNESS_KIT_PYTHON_H_
#define TEARPROOF_HARNESS_KIT_PYTHON_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "harness/api/backend.h"
#include "harness/core/random.h"
#include "harness/core/unique_fd.h"

namespace tearproof::kit {

// The classes of exception that the modelled caches tell apart.
enum class PythonKind : uint8_t {
  kNone,         // Nothing was raised.
  kOsError,      // OSError, IOError and what is derived from them.
  kEofError,     // EOFError.
  kPickleError,  // pickle.PickleError and UnpicklingError.
  kOther,        // ValueError, TypeError, KeyError, zlib.error, ...
};

struct PythonException {
  PythonKind kind = PythonKind::kNone;
  int number = 0;    // errno of a kOsError.
  std::string text;  // As a traceback's last line: "EOFError: Ran out of input"

  bool raised() const { return kind != PythonKind::kNone; }
};

// "FileNotFoundError: [Errno 2] No such file or directory: '/x/y'".
PythonException OsError(int number, std::string_view path);
// The exception leaves the cache: its caller sees it.
void Leak(Response& response, const PythonException& exception);
void LeakOsError(Response& response, int number, std::string_view path);

// time.time().
double PythonTime();

// os.path.exists: stat(2), any error is "no".
bool PathExists(const std::string& path);
// os.makedirs without exist_ok: stat and mkdir each missing parent, then mkdir `path`; that the
// last one exists is an error (EEXIST), as for whoever loses the race.
int MakeDirectoriesStrictly(const std::string& path, unsigned mode);

// tempfile.mkstemp: O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW at 0600, another name on EEXIST. On success
// `fd` and `path` (stem, eight random letters or digits, suffix) are set.
int MakeTemporaryFile(Random& random, std::string_view stem, std::string_view suffix, UniqueFd& fd,
                      std::string& path);

// os.walk, top down: calls `visit` with the path of each file. Directories that cannot be listed
// are passed over, as os.walk does; symbolic links are not followed. Stops and returns what
// `visit` returned once that is not 0.
int WalkFiles(const std::string& path, const std::function<int(const std::string&)>& visit);
// shutil.rmtree: stops at the first error and returns it.
int RemoveTree(const std::string& path);

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_PYTHON_H_
