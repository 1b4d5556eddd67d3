// An LMDB environment and its transactions.
//
// Thread safety: none. Process safety: LMDB's: one open environment a process and file, never
// carried through fork. Ownership: owns environment and transactions. Errors: LMDB's codes, which
// are errnos where positive.
#ifndef TEARPROOF_BACKENDS_LMDB_ENVIRONMENT_H_
#define TEARPROOF_BACKENDS_LMDB_ENVIRONMENT_H_

#include <lmdb.h>

#include <memory>
#include <string>

namespace tearproof::backends::lmdb {

// Aborts what was not committed.
class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
  }

  // `flags`: 0 or MDB_RDONLY.
  int Begin(MDB_env* environment, unsigned flags);
  int Commit();
  MDB_txn* get() const { return transaction_; }

 private:
  MDB_txn* transaction_ = nullptr;
};

class Environment {
 public:
  // Opens or makes the environment in `directory`. An earlier one of this object is closed first.
  int Open(const std::string& directory, unsigned flags);
  MDB_env* get() const { return environment_.get(); }
  MDB_dbi database() const { return database_; }
  // Frees the reader slots of dead processes, whose snapshots would keep pages from being reused.
  void ForgetDeadReaders();

 private:
  struct Close {
    void operator()(MDB_env* environment) const { mdb_env_close(environment); }
  };

  std::unique_ptr<MDB_env, Close> environment_;
  MDB_dbi database_ = 0;
};

}  // namespace tearproof::backends::lmdb

#endif  // TEARPROOF_BACKENDS_LMDB_ENVIRONMENT_H_
