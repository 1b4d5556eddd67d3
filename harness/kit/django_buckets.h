// Django's file cache before the fix of ticket #20536, all but its way of writing an entry.
//
// Purpose: the original and the variants of it that people ran differ in `set` alone. An entry is
// DIR/h[0:2]/h[2:4]/h[4:32], h the md5 of the key; a pickled deadline, then the pickled value.
// Thread and process safety: none and, as the ticket says, none. Errors of the system are
// swallowed, as the original swallows them.
#ifndef TEARPROOF_HARNESS_KIT_DJANGO_BUCKETS_H_
#define TEARPROOF_HARNESS_KIT_DJANGO_BUCKETS_H_

#include <optional>
#include <string>

#include "harness/kit/django_options.h"
#include "harness/kit/operations.h"

namespace tearproof::kit {

class DjangoBuckets : public Operations {
 public:
  DjangoBuckets(const BackendSetup& setup, const DjangoOptions& options)
      : directory_(setup.directory), options_(options) {}

 protected:
  // Writes the entry's file; `text` is the deadline, then the value. Swallows what fails.
  virtual void WriteEntry(const std::string& path, const std::string& text) = 0;
  // Whether set culls. The variants leave it to a cron job.
  virtual bool CullsInSet() const = 0;

  void Init(const Request& request, Response& response) override;
  void Get(const Request& request, Response& response) override;
  void Has(const Request& request, Response& response) override;
  void Set(const Request& request, Response& response) override;
  void Add(const Request& request, Response& response) override;
  void Delete(const Request& request, Response& response) override;
  void Incr(const Request& request, Response& response) override;
  void Clear(const Request& request, Response& response) override;
  void Cull(const Request& request, Response& response) override;

  const std::string& directory() const { return directory_; }

 private:
  std::string PathOf(std::string_view key) const;
  // unlink by name, then rmdir of both parents, whose errors do not count.
  static int RemoveEntry(const std::string& path);
  void Store(std::string_view key, std::string_view value, std::optional<double> deadline);
  void CullDirectory();
  // Whether a walk from the working directory stays within the run's own "tearproof-..." directory.
  bool WorkingDirectoryIsOurs() const;

  std::string directory_;
  DjangoOptions options_;
  std::string buffer_;  // Only saves allocations.
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_DJANGO_BUCKETS_H_
