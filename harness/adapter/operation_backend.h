// A cache of which each operation is a process of its own: `handle = "operation"`.
//
// Purpose: for languages whose programs live for one request. For each operation a process is
// started, asked init and the operation, and ended; its interval is that of the operation alone.
// Thread safety: none. Errors: as adapter_backend.h; what cannot be started has failed without a
// change.
#ifndef TEARPROOF_HARNESS_ADAPTER_OPERATION_BACKEND_H_
#define TEARPROOF_HARNESS_ADAPTER_OPERATION_BACKEND_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/api/backend.h"

namespace tearproof::adapter {

class OperationBackend : public Backend {
 public:
  // `directory` is where the processes start. `running` is told the number of each process, and 0
  // before it is forgotten.
  OperationBackend(std::vector<std::string> command, std::string directory, BackendSetup setup,
                   std::function<void(pid_t)> running)
      : command_(std::move(command)),
        directory_(std::move(directory)),
        setup_(std::move(setup)),
        running_(std::move(running)) {}

  void Execute(const Request& request, Response& response) override;

 private:
  std::vector<std::string> command_;
  std::string directory_;
  BackendSetup setup_;
  std::function<void(pid_t)> running_;
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_OPERATION_BACKEND_H_
