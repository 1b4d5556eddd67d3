#include "harness/kit/ticket_rename.h"

#include <stdio.h>
#include <unistd.h>

#include "harness/core/unique_fd.h"
#include "harness/kit/file_io.h"
#include "harness/kit/python.h"

namespace tearproof::kit {

namespace {

constexpr size_t kWriteBlock = 4096;

}  // namespace

Result<std::unique_ptr<Backend>> TicketRename::Open(const BackendSetup& setup, bool sync) {
  TEARPROOF_ASSIGN_OR_RETURN(const DjangoOptions options, ParseDjangoOptions(setup.options));
  return std::unique_ptr<Backend>(std::make_unique<TicketRename>(setup, options, sync));
}

TicketRename::TicketRename(const BackendSetup& setup, const DjangoOptions& options, bool sync)
    : DjangoBuckets(setup, options), random_(DeriveSeed(setup.seed, setup.process)), sync_(sync) {}

void TicketRename::WriteEntry(const std::string& path, const std::string& text) {
  UniqueFd fd;
  std::string temporary;
  if (MakeTemporaryFile(random_, directory() + "/tmp", "", fd, temporary) != 0) return;
  if (WriteAll(fd.get(), text, kWriteBlock) != 0) return;
  if (sync_ && fsync(fd.get()) != 0) return;
  fd.Reset();
  rename(temporary.c_str(), path.c_str());
}

}  // namespace tearproof::kit
