// A connection to an SQLite database, and the waiting that contention asks for.
//
// Thread safety: none. Process safety: SQLite's; a connection must not be carried through fork.
// Ownership: owns the connection and its prepared statements. Errors: SQLite's result codes.
#ifndef TEARPROOF_BACKENDS_SQLITE_CONNECTION_H_
#define TEARPROOF_BACKENDS_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "harness/core/clock.h"

namespace tearproof::backends::sqlite {

// How long an operation waits for others before it fails with "database is locked".
inline constexpr int64_t kPatience = 60 * kNanosPerSecond;

// A prepared statement in use; resets it when it goes, so that it holds no lock.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Parameters count from 1. The bytes are borrowed until the statement goes.
  Statement& Bind(int parameter, std::string_view bytes);
  Statement& Bind(int parameter, int64_t number);
  // SQLITE_ROW, SQLITE_DONE or an error. A statement that could not be prepared is SQLITE_ERROR.
  int Step();
  std::string_view Bytes(int column) const;
  int64_t Number(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Connection {
 public:
  // Opens or makes the database. An earlier connection of this object is closed first.
  int Open(const std::string& path);
  // Runs SQL that returns nothing.
  int Run(const char* sql);
  // The statement of that text, prepared once a connection. REQUIRES: `sql` is a constant.
  Statement Prepare(const char* sql);
  // Rows that the last statement changed.
  int Changes() const { return sqlite3_changes(database_.get()); }
  bool InTransaction() const {
    return database_ != nullptr && sqlite3_get_autocommit(database_.get()) == 0;
  }
  // What the last error was, in SQLite's words.
  std::string Message() const;
  // The errno of the system call behind the last error, or 0.
  int SystemErrno() const;

  // Starts the clock of an operation's patience.
  void BeginWaiting() { deadline_ = MonotonicNanos() + kPatience; }
  // Whether `code` says that others are in the way and it is worth another attempt. Sleeps a little
  // if so.
  bool WaitIfBusy(int code);

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  static int OnBusy(void* connection, int attempt);

  std::unique_ptr<sqlite3, Close> database_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  int64_t deadline_ = 0;
};

}  // namespace tearproof::backends::sqlite

#endif  // TEARPROOF_BACKENDS_SQLITE_CONNECTION_H_
