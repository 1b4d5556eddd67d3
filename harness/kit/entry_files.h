// One file an entry, in one flat directory, without a lock and without a time to live.
//
// Purpose: what the plain file backends have in common, so that each one's own file shows only how
// it writes. An entry lies at <directory>/<md5 of the key>.entry and holds the value and nothing
// else. The operations here, call by call:
//   init    mkdir, with parents; an existing directory is fine
//   get     open(O_RDONLY), read to the end, close; ENOENT is a miss
//   has     access(F_OK)
//   delete  unlink; ENOENT is a refusal
//   clear   list the directory, unlink each *.entry; other files stay
// set, add and the rest are the derived class's.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_KIT_ENTRY_FILES_H_
#define TEARPROOF_HARNESS_KIT_ENTRY_FILES_H_

#include <string>
#include <string_view>

#include "harness/kit/operations.h"

namespace tearproof::kit {

class EntryFiles : public Operations {
 public:
  explicit EntryFiles(const BackendSetup& setup) : directory_(setup.directory) {}

 protected:
  void Init(const Request& request, Response& response) override;
  void Get(const Request& request, Response& response) override;
  void Has(const Request& request, Response& response) override;
  void Delete(const Request& request, Response& response) override;
  void Clear(const Request& request, Response& response) override;

  const std::string& directory() const { return directory_; }
  std::string PathOf(std::string_view key) const;

 private:
  std::string directory_;
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_ENTRY_FILES_H_
