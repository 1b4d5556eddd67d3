// The second user's variant of Django's file cache: temporary file, then rename; no fsync.
#include "harness/kit/ticket_rename.h"

namespace tearproof::backends::ticket_rename {

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return kit::TicketRename::Open(setup, /*sync=*/false);
}

}  // namespace tearproof::backends::ticket_rename
