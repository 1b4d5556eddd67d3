#include "harness/kit/operations.h"

#include <array>
#include <exception>

namespace tearproof::kit {

void Operations::Execute(const Request& request, Response& response) {
  using Method = void (Operations::*)(const Request&, Response&);
  constexpr std::array<Method, kOpKindCount> kMethods = {
      &Operations::Init,  &Operations::Get,    &Operations::Has,  &Operations::Set,
      &Operations::Add,   &Operations::Delete, &Operations::Incr, &Operations::Touch,
      &Operations::Clear, &Operations::Cull};
  response.outcome = Outcome::kUnsupported;
  try {
    (this->*kMethods[static_cast<size_t>(request.kind)])(request, response);
  } catch (const std::exception& problem) {
    response.Fail(0, problem.what());
  }
}

void Operations::Init(const Request&, Response&) {}
void Operations::Get(const Request&, Response&) {}
void Operations::Has(const Request&, Response&) {}
void Operations::Set(const Request&, Response&) {}
void Operations::Add(const Request&, Response&) {}
void Operations::Delete(const Request&, Response&) {}
void Operations::Incr(const Request&, Response&) {}
void Operations::Touch(const Request&, Response&) {}
void Operations::Clear(const Request&, Response&) {}
void Operations::Cull(const Request&, Response&) {}

}  // namespace tearproof::kit
