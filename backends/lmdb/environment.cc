#include "backends/lmdb/environment.h"

#include <cerrno>
#include <cstddef>
#include <utility>

namespace tearproof::backends::lmdb {
namespace {

// An upper bound, no allocation: the file grows only as pages are written.
constexpr size_t kMapBytes = size_t{4} << 30;
constexpr unsigned kMaxReaders = 1024;

}  // namespace

int Transaction::Begin(MDB_env* environment, unsigned flags) {
  if (environment == nullptr) return EINVAL;
  return mdb_txn_begin(environment, nullptr, flags, &transaction_);
}

int Transaction::Commit() { return mdb_txn_commit(std::exchange(transaction_, nullptr)); }

int Environment::Open(const std::string& directory, unsigned flags) {
  environment_.reset();
  MDB_env* environment = nullptr;
  int code = mdb_env_create(&environment);
  if (code != 0) return code;
  std::unique_ptr<MDB_env, Close> opening(environment);
  code = mdb_env_set_mapsize(environment, kMapBytes);
  if (code == 0) code = mdb_env_set_maxreaders(environment, kMaxReaders);
  if (code == 0) code = mdb_env_open(environment, directory.c_str(), flags, 0666);
  if (code != 0) return code;
  environment_ = std::move(opening);
  ForgetDeadReaders();
  Transaction transaction;
  code = transaction.Begin(environment, MDB_RDONLY);
  if (code == 0) code = mdb_dbi_open(transaction.get(), nullptr, 0, &database_);
  return code == 0 ? transaction.Commit() : code;
}

void Environment::ForgetDeadReaders() {
  int dead = 0;
  mdb_reader_check(environment_.get(), &dead);
}

}  // namespace tearproof::backends::lmdb
