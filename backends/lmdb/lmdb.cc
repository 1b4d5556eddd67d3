// One LMDB environment: a copy-on-write tree in a mapped file, one writer at a time, readers that
// wait for nobody.
#include <lmdb.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "backends/lmdb/environment.h"
#include "harness/kit/expiry.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"
#include "harness/kit/operations.h"

namespace tearproof::backends::lmdb {
namespace {

// The largest key of LMDB as built by default. Keys begin with a byte that tells a key from the
// hash of one, so that no key meets another's hash, and none is empty, which LMDB forbids.
constexpr size_t kMaxKeyBytes = 511;

std::string KeyOf(std::string_view key) {
  const bool fits = key.size() < kMaxKeyBytes;
  std::string stored(1, fits ? 'k' : 'h');
  return stored.append(fits ? std::string(key) : kit::Md5Hex(key));
}

MDB_val Borrow(std::string_view bytes) {
  return MDB_val{bytes.size(), const_cast<char*>(bytes.data())};
}

// A record: eight bytes of deadline, then the value.
struct Record {
  int64_t deadline = 0;
  std::string_view value;
};

Record Decode(const MDB_val& stored) {
  Record record;
  std::memcpy(&record.deadline, stored.mv_data, sizeof(record.deadline));
  record.value = {static_cast<const char*>(stored.mv_data) + sizeof(record.deadline),
                  stored.mv_size - sizeof(record.deadline)};
  return record;
}

class Lmdb : public kit::Operations {
 public:
  explicit Lmdb(const BackendSetup& setup)
      : directory_(setup.directory), flags_(setup.options.at("sync") == "no" ? MDB_NOSYNC : 0) {}

 protected:
  void Init(const Request&, Response& response) override {
    const int problem = kit::MakeDirectories(directory_, 0777);
    if (problem != 0) return kit::FailWithErrno(response, problem, "mkdir", directory_);
    Finish(environment_.Open(directory_, flags_), Outcome::kDone, response, "open");
  }

  void Get(const Request& request, Response& response) override {
    Read(request, response, [&](const Record& record) { response.value.assign(record.value); });
  }

  void Has(const Request& request, Response& response) override {
    Read(request, response, [](const Record&) {});
  }

  void Set(const Request& request, Response& response) override {
    Change(response, "set", [&](MDB_txn* transaction, Outcome&) {
      return Put(transaction, KeyOf(request.key), kit::DeadlineAfter(request.ttl_millis),
                 request.value);
    });
  }

  void Add(const Request& request, Response& response) override {
    Change(response, "add", [&](MDB_txn* transaction, Outcome& outcome) {
      const std::string key = KeyOf(request.key);
      Record present;
      const int code = Find(transaction, key, present);
      if (code == MDB_NOTFOUND) {
        return Put(transaction, key, kit::DeadlineAfter(request.ttl_millis), request.value);
      }
      outcome = Outcome::kRefused;
      return code;
    });
  }

  void Delete(const Request& request, Response& response) override {
    Change(response, "delete", [&](MDB_txn* transaction, Outcome& outcome) {
      const std::string key = KeyOf(request.key);
      Record present;
      int code = Find(transaction, key, present);
      if (code == MDB_NOTFOUND) outcome = Outcome::kRefused;
      if (code == 0) {
        MDB_val name = Borrow(key);
        code = mdb_del(transaction, environment_.database(), &name, nullptr);
      }
      return code == MDB_NOTFOUND ? 0 : code;
    });
  }

  void Incr(const Request& request, Response& response) override {
    Change(response, "incr", [&](MDB_txn* transaction, Outcome& outcome) {
      const std::string key = KeyOf(request.key);
      Record present;
      const int code = Find(transaction, key, present);
      if (code == 0) response.value.assign(present.value);
      if (code == 0 && kit::AddToNumber(response.value, request.delta)) {
        return Put(transaction, key, present.deadline, response.value);
      }
      outcome = Outcome::kRefused;
      return code == MDB_NOTFOUND ? 0 : code;
    });
  }

  void Touch(const Request& request, Response& response) override {
    Change(response, "touch", [&](MDB_txn* transaction, Outcome& outcome) {
      const std::string key = KeyOf(request.key);
      Record present;
      const int code = Find(transaction, key, present);
      if (code == 0) {
        // The record lies in the map, which Put may move it within.
        const std::string value(present.value);
        return Put(transaction, key, kit::DeadlineAfter(request.ttl_millis), value);
      }
      outcome = Outcome::kRefused;
      return code == MDB_NOTFOUND ? 0 : code;
    });
  }

  void Clear(const Request&, Response& response) override {
    Change(response, "clear", [&](MDB_txn* transaction, Outcome&) {
      return mdb_drop(transaction, environment_.database(), 0);
    });
  }

  void Cull(const Request&, Response& response) override {
    Change(response, "cull", [&](MDB_txn* transaction, Outcome&) {
      MDB_cursor* cursor = nullptr;
      int code = mdb_cursor_open(transaction, environment_.database(), &cursor);
      if (code != 0) return code;
      MDB_val key;
      MDB_val stored;
      while ((code = mdb_cursor_get(cursor, &key, &stored, MDB_NEXT)) == 0) {
        if (!kit::HasExpired(Decode(stored).deadline)) continue;
        code = mdb_cursor_del(cursor, 0);
        if (code != 0) break;
      }
      mdb_cursor_close(cursor);
      return code == MDB_NOTFOUND ? 0 : code;
    });
  }

 private:
  // A meta page that could not be written makes the handle useless, and nothing but the handle.
  int Begin(Transaction& transaction, unsigned flags) {
    int code = transaction.Begin(environment_.get(), flags);
    if (code != MDB_PANIC) return code;
    code = environment_.Open(directory_, flags_);
    return code == 0 ? transaction.Begin(environment_.get(), flags) : code;
  }

  // MDB_NOTFOUND also for a record that has expired.
  int Find(MDB_txn* transaction, std::string_view key, Record& record) const {
    MDB_val name = Borrow(key);
    MDB_val stored;
    const int code = mdb_get(transaction, environment_.database(), &name, &stored);
    if (code != 0) return code;
    record = Decode(stored);
    return kit::HasExpired(record.deadline) ? MDB_NOTFOUND : 0;
  }

  int Put(MDB_txn* transaction, std::string_view key, int64_t deadline,
          std::string_view value) const {
    MDB_val name = Borrow(key);
    MDB_val stored{sizeof(deadline) + value.size(), nullptr};
    const int code = mdb_put(transaction, environment_.database(), &name, &stored, MDB_RESERVE);
    if (code != 0) return code;
    std::memcpy(stored.mv_data, &deadline, sizeof(deadline));
    if (!value.empty()) {
      std::memcpy(static_cast<char*>(stored.mv_data) + sizeof(deadline), value.data(),
                  value.size());
    }
    return 0;
  }

  template <typename Use>
  void Read(const Request& request, Response& response, Use use) {
    Transaction transaction;
    int code = Begin(transaction, MDB_RDONLY);
    if (code == MDB_READERS_FULL) {
      environment_.ForgetDeadReaders();
      code = Begin(transaction, MDB_RDONLY);
    }
    Record record;
    if (code == 0) code = Find(transaction.get(), KeyOf(request.key), record);
    if (code == 0) use(record);
    if (code == MDB_NOTFOUND) return response.Is(Outcome::kMiss);
    Finish(code, Outcome::kHit, response, "read");
  }

  // `body` returns LMDB's code and may set the outcome, which is kDone otherwise. A full map may be
  // the fault of dead readers: they are forgotten, and it is tried once more.
  template <typename Body>
  void Change(Response& response, const char* operation, Body body) {
    Outcome outcome = Outcome::kDone;
    int code = ChangeOnce(outcome, body);
    if (code == MDB_MAP_FULL) {
      environment_.ForgetDeadReaders();
      outcome = Outcome::kDone;
      code = ChangeOnce(outcome, body);
    }
    Finish(code, outcome, response, operation);
  }

  template <typename Body>
  int ChangeOnce(Outcome& outcome, Body body) {
    Transaction transaction;
    int code = Begin(transaction, 0);
    if (code == 0) code = body(transaction.get(), outcome);
    if (code == 0 && outcome == Outcome::kDone) code = transaction.Commit();
    return code;
  }

  void Finish(int code, Outcome outcome, Response& response, const char* call) const {
    if (code == 0) return response.Is(outcome);
    response.Fail(code > 0 ? code : 0,
                  std::string(call) + " " + directory_ + ": " + mdb_strerror(code));
  }

  std::string directory_;
  unsigned flags_;
  Environment environment_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<Lmdb>(setup));
}

}  // namespace tearproof::backends::lmdb
