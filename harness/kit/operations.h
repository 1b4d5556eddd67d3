// A Backend with one method an operation.
//
// Purpose: what a C++ backend overrides is what it supports; the rest answers kUnsupported. An
// exception that leaves a method becomes a kError response, as a user of the cache would see it.
// Thread safety: as Backend's.
#ifndef TEARPROOF_HARNESS_KIT_OPERATIONS_H_
#define TEARPROOF_HARNESS_KIT_OPERATIONS_H_

#include "harness/api/backend.h"

namespace tearproof::kit {

class Operations : public Backend {
 public:
  void Execute(const Request& request, Response& response) final;

 protected:
  virtual void Init(const Request& request, Response& response);
  virtual void Get(const Request& request, Response& response);
  virtual void Has(const Request& request, Response& response);
  virtual void Set(const Request& request, Response& response);
  virtual void Add(const Request& request, Response& response);
  virtual void Delete(const Request& request, Response& response);
  virtual void Incr(const Request& request, Response& response);
  virtual void Touch(const Request& request, Response& response);
  virtual void Clear(const Request& request, Response& response);
  virtual void Cull(const Request& request, Response& response);
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_OPERATIONS_H_
