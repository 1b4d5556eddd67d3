// As ticket-rename, with flush and fsync of the file before the rename.
#include "harness/kit/ticket_rename.h"

namespace tearproof::backends::ticket_rename_fsync {

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return kit::TicketRename::Open(setup, /*sync=*/true);
}

}  // namespace tearproof::backends::ticket_rename_fsync
