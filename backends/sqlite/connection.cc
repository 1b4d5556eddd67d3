#include "backends/sqlite/connection.h"

#include <time.h>

namespace tearproof::backends::sqlite {
namespace {

// SQLite's own busy handler sleeps up to 100 ms at a time, in which eight processes starve each
// other. A short and even pause keeps everybody's turn near.
constexpr int64_t kPause = 500 * kNanosPerMicro;

void Pause() {
  const timespec pause = {0, static_cast<long>(kPause)};
  nanosleep(&pause, nullptr);
}

}  // namespace

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::Bind(int parameter, std::string_view bytes) {
  if (statement_ == nullptr) return *this;
  // A null pointer would bind NULL instead of no bytes.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  sqlite3_bind_blob64(statement_, parameter, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::Bind(int parameter, int64_t number) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, parameter, number);
  return *this;
}

int Statement::Step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }

std::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : static_cast<size_t>(size)};
}

int64_t Statement::Number(int column) const { return sqlite3_column_int64(statement_, column); }

int Connection::Open(const std::string& path) {
  statements_.clear();
  database_.reset();
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) return code;
  return sqlite3_busy_handler(database, &Connection::OnBusy, this);
}

int Connection::Run(const char* sql) {
  return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
}

Statement Connection::Prepare(const char* sql) {
  auto& statement = statements_[sql];
  if (statement == nullptr && database_ != nullptr) {
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement.reset(prepared);
  }
  return Statement(statement.get());
}

std::string Connection::Message() const {
  return database_ == nullptr ? "no database is open" : sqlite3_errmsg(database_.get());
}

int Connection::SystemErrno() const {
  return database_ == nullptr ? 0 : sqlite3_system_errno(database_.get());
}

bool Connection::WaitIfBusy(int code) {
  // SQLITE_PROTOCOL is a lost race for the lock of the write-ahead log.
  const int primary = code & 0xff;
  if (primary != SQLITE_BUSY && primary != SQLITE_PROTOCOL) return false;
  if (MonotonicNanos() >= deadline_) return false;
  Pause();
  return true;
}

int Connection::OnBusy(void* connection, int) {
  if (MonotonicNanos() >= static_cast<Connection*>(connection)->deadline_) return 0;
  Pause();
  return 1;
}

}  // namespace tearproof::backends::sqlite
