// The variant of Django's file cache that the second user of ticket #20536 ran in production.
//
// Purpose: ticket-rename and ticket-rename-fsync differ by one call. As kit::DjangoBuckets, but
// set writes a temporary file in the cache's directory and renames it into the bucket, and does
// not cull: that was a daily cron job's work. Errors of the system are swallowed; the temporary
// file then stays.
// Thread and process safety: that is what is judged.
#ifndef TEARPROOF_HARNESS_KIT_TICKET_RENAME_H_
#define TEARPROOF_HARNESS_KIT_TICKET_RENAME_H_

#include <memory>
#include <string>

#include "harness/core/random.h"
#include "harness/kit/django_buckets.h"

namespace tearproof::kit {

class TicketRename : public DjangoBuckets {
 public:
  // `sync`: fsync of the file before the rename.
  static Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup, bool sync);

  TicketRename(const BackendSetup& setup, const DjangoOptions& options, bool sync);

 protected:
  void WriteEntry(const std::string& path, const std::string& text) override;
  bool CullsInSet() const override { return false; }

 private:
  Random random_;
  bool sync_;
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_TICKET_RENAME_H_
