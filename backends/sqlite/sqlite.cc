// One table in one SQLite database: what a cache gets by leaving the races to a library.
#include <memory>
#include <string>

#include "backends/sqlite/connection.h"
#include "harness/kit/expiry.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"
#include "harness/kit/operations.h"

namespace tearproof::backends::sqlite {
namespace {

constexpr char kCreate[] =
    "CREATE TABLE IF NOT EXISTS entries"
    "(key BLOB PRIMARY KEY, value BLOB NOT NULL, deadline INTEGER NOT NULL)";
constexpr char kSelect[] = "SELECT value, deadline FROM entries WHERE key = ?1 AND deadline > ?2";
constexpr char kSelectDeadline[] = "SELECT deadline FROM entries WHERE key = ?1 AND deadline > ?2";
constexpr char kStore[] =
    "INSERT INTO entries(key, value, deadline) VALUES(?1, ?2, ?3) ON CONFLICT(key) DO UPDATE"
    " SET value = excluded.value, deadline = excluded.deadline";
constexpr char kStoreIfAbsent[] =
    "INSERT INTO entries(key, value, deadline) VALUES(?1, ?2, ?3) ON CONFLICT(key) DO UPDATE"
    " SET value = excluded.value, deadline = excluded.deadline WHERE entries.deadline <= ?4";
constexpr char kDelete[] = "DELETE FROM entries WHERE key = ?1 AND deadline > ?2";
constexpr char kTouch[] = "UPDATE entries SET deadline = ?3 WHERE key = ?1 AND deadline > ?2";
constexpr char kClear[] = "DELETE FROM entries";
constexpr char kCull[] = "DELETE FROM entries WHERE deadline <= ?1";

class Sqlite : public kit::Operations {
 public:
  explicit Sqlite(const BackendSetup& setup)
      : directory_(setup.directory),
        journal_(setup.options.at("journal") == "wal" ? "PRAGMA journal_mode = WAL"
                                                      : "PRAGMA journal_mode = DELETE"),
        synchronous_("PRAGMA synchronous = " + setup.options.at("synchronous")) {}

 protected:
  // Switching a new database to the write-ahead log needs it alone, and SQLite does not ask the
  // busy handler there: processes that start together meet SQLITE_BUSY, and try again.
  void Init(const Request&, Response& response) override {
    const int problem = kit::MakeDirectories(directory_, 0777);
    if (problem != 0) return kit::FailWithErrno(response, problem, "mkdir", directory_);
    Attempt(response, "init", [&] {
      int code = connection_.Open(directory_ + "/cache.sqlite");
      if (code == SQLITE_OK) code = connection_.Run(journal_);
      if (code == SQLITE_OK) code = connection_.Run(synchronous_.c_str());
      if (code == SQLITE_OK) code = connection_.Run(kCreate);
      return code;
    });
    if (response.outcome == Outcome::kError) return;
    response.Is(Outcome::kDone);
  }

  void Get(const Request& request, Response& response) override {
    Attempt(response, "get", [&] {
      Statement select = connection_.Prepare(kSelect);
      const int code = select.Bind(1, request.key).Bind(2, RealtimeNanos()).Step();
      if (code == SQLITE_ROW) response.value.assign(select.Bytes(0));
      response.Is(code == SQLITE_ROW ? Outcome::kHit : Outcome::kMiss);
      return code;
    });
  }

  void Has(const Request& request, Response& response) override {
    Attempt(response, "has", [&] {
      Statement select = connection_.Prepare(kSelectDeadline);
      const int code = select.Bind(1, request.key).Bind(2, RealtimeNanos()).Step();
      response.Is(code == SQLITE_ROW ? Outcome::kHit : Outcome::kMiss);
      return code;
    });
  }

  void Set(const Request& request, Response& response) override {
    Change(response, "set", [&] { return Store(request); });
  }

  // One statement: it inserts, or replaces an expired row, or changes nothing.
  void Add(const Request& request, Response& response) override {
    Change(response, "add", [&] {
      return connection_.Prepare(kStoreIfAbsent)
          .Bind(1, request.key)
          .Bind(2, request.value)
          .Bind(3, kit::DeadlineAfter(request.ttl_millis))
          .Bind(4, RealtimeNanos())
          .Step();
    });
    RefuseUnlessChanged(response);
  }

  void Delete(const Request& request, Response& response) override {
    Change(response, "delete", [&] {
      return connection_.Prepare(kDelete).Bind(1, request.key).Bind(2, RealtimeNanos()).Step();
    });
    RefuseUnlessChanged(response);
  }

  // Read and write lie in one transaction, which is exclusive to writers from its BEGIN on.
  void Incr(const Request& request, Response& response) override {
    bool counted = false;
    Change(response, "incr", [&] {
      counted = false;
      int64_t deadline = 0;
      {
        Statement select = connection_.Prepare(kSelect);
        const int code = select.Bind(1, request.key).Bind(2, RealtimeNanos()).Step();
        if (code != SQLITE_ROW) return code;
        response.value.assign(select.Bytes(0));
        deadline = select.Number(1);
      }
      counted = kit::AddToNumber(response.value, request.delta);
      if (!counted) return SQLITE_DONE;
      return connection_.Prepare(kStore)
          .Bind(1, request.key)
          .Bind(2, response.value)
          .Bind(3, deadline)
          .Step();
    });
    if (response.outcome == Outcome::kDone && !counted) response.Is(Outcome::kRefused);
  }

  void Touch(const Request& request, Response& response) override {
    Change(response, "touch", [&] {
      return connection_.Prepare(kTouch)
          .Bind(1, request.key)
          .Bind(2, RealtimeNanos())
          .Bind(3, kit::DeadlineAfter(request.ttl_millis))
          .Step();
    });
    RefuseUnlessChanged(response);
  }

  void Clear(const Request&, Response& response) override {
    Change(response, "clear", [&] { return connection_.Prepare(kClear).Step(); });
  }

  void Cull(const Request&, Response& response) override {
    Change(response, "cull",
           [&] { return connection_.Prepare(kCull).Bind(1, RealtimeNanos()).Step(); });
  }

 private:
  int Store(const Request& request) {
    return connection_.Prepare(kStore)
        .Bind(1, request.key)
        .Bind(2, request.value)
        .Bind(3, kit::DeadlineAfter(request.ttl_millis))
        .Step();
  }

  // Runs `body` until it is not in others' way. Its code: SQLITE_OK, _ROW, _DONE, or an error.
  template <typename Body>
  void Attempt(Response& response, const char* operation, Body body) {
    connection_.BeginWaiting();
    while (true) {
      const int code = body();
      if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
      const std::string message = connection_.Message();
      const int system_errno = connection_.SystemErrno();
      if (connection_.InTransaction()) connection_.Run("ROLLBACK");
      if (connection_.WaitIfBusy(code)) continue;
      return response.Fail(system_errno, std::string(operation) + ": " + message);
    }
  }

  // Runs `body` in a transaction that takes the write lock at its beginning, so that it never has
  // to be upgraded, which two readers at once could not do.
  template <typename Body>
  void Change(Response& response, const char* operation, Body body) {
    response.Is(Outcome::kDone);
    Attempt(response, operation, [&] {
      int code = connection_.Run("BEGIN IMMEDIATE");
      if (code != SQLITE_OK) return code;
      code = body();
      if (code != SQLITE_DONE) return code;
      changes_ = connection_.Changes();
      return connection_.Run("COMMIT");
    });
  }

  // add, delete and touch are single statements: what they did is the number of rows they changed.
  void RefuseUnlessChanged(Response& response) const {
    if (response.outcome == Outcome::kDone && changes_ == 0) response.Is(Outcome::kRefused);
  }

  std::string directory_;
  const char* journal_;
  std::string synchronous_;
  Connection connection_;
  int changes_ = 0;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<Sqlite>(setup));
}

}  // namespace tearproof::backends::sqlite
