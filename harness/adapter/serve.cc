#include "harness/adapter/serve.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "harness/adapter/protocol.h"

namespace tearproof::adapter {
namespace {

class Server {
 public:
  Server(const OpenAsAsked& open, int out) : open_(open), out_(out) {}

  Result<void> Answer(std::string_view line) {
    TEARPROOF_RETURN_IF_ERROR(DecodeRequest(line, &request_));
    response_ = Response();
    if (request_.request.kind == OpKind::kInit) Open();
    if (cache_ != nullptr) {
      cache_->Execute(request_.request, response_);
    } else {
      response_.Fail(0, why_closed_);
      response_.Is(Outcome::kFailed);
    }
    return Write(EncodeResponse(request_.id, request_.request.kind, response_));
  }

 private:
  void Open() {
    Result<std::unique_ptr<Backend>> opened = open_(request_.setup);
    cache_.reset();
    if (opened.ok()) {
      cache_ = std::move(opened).value();
    } else {
      why_closed_ = opened.error().Message();
    }
  }

  Result<void> Write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = write(out_, text.data(), text.size());
      if (written < 0 && errno != EINTR) return SystemError(errno, "cannot write the answer");
      if (written > 0) text.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }

  const OpenAsAsked& open_;
  int out_;
  std::unique_ptr<Backend> cache_;
  std::string why_closed_ = "the first request must be init";
  DecodedRequest request_;
  Response response_;
};

}  // namespace

Result<void> Serve(const OpenAsAsked& open, int in, int out) {
  Server server(open, out);
  std::string received;
  static std::array<char, 1 << 16> part;
  while (true) {
    const ssize_t got = read(in, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(errno, "cannot read a request");
    if (got == 0) return {};
    received.append(part.data(), static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t end; (end = received.find('\n', begin)) != std::string::npos; begin = end + 1) {
      TEARPROOF_RETURN_IF_ERROR(
          server.Answer(std::string_view(received).substr(begin, end - begin)));
    }
    received.erase(0, begin);
  }
}

}  // namespace tearproof::adapter
