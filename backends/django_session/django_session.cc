// Django's file sessions, from which the patch of ticket #20536 borrowed.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <vector>

#include "harness/core/clock.h"
#include "harness/core/random.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/django_options.h"
#include "harness/kit/file_io.h"
#include "harness/kit/operations.h"
#include "harness/kit/python.h"

namespace tearproof::backends::django_session {
namespace {

constexpr std::string_view kPrefix = "sessionid";
constexpr size_t kDigestDigits = 32;

bool IsSessionKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

// "<digest>:<age in ms>:<value>"; the digest stands for the signature.
std::string Encode(int64_t age_millis, std::string_view value) {
  std::string signed_part = std::to_string(age_millis);
  signed_part += ':';
  signed_part += value;
  return kit::Md5Hex(signed_part).append(":").append(signed_part);
}

struct Session {
  int64_t age_millis = 0;
  std::string_view value;
};

// Nothing where the signature does not fit.
std::optional<Session> Decode(std::string_view text) {
  if (text.size() <= kDigestDigits || text[kDigestDigits] != ':') return std::nullopt;
  const std::string_view signed_part = text.substr(kDigestDigits + 1);
  if (kit::Md5Hex(signed_part) != text.substr(0, kDigestDigits)) return std::nullopt;
  Session session;
  const auto [rest, problem] = std::from_chars(
      signed_part.data(), signed_part.data() + signed_part.size(), session.age_millis);
  if (problem != std::errc() || *rest != ':') return std::nullopt;
  session.value = signed_part.substr(static_cast<size_t>(rest - signed_part.data()) + 1);
  return session;
}

class DjangoSession : public kit::Operations {
 public:
  DjangoSession(const BackendSetup& setup, uint64_t timeout)
      : directory_(setup.directory),
        timeout_millis_(static_cast<int64_t>(timeout) * 1000),
        random_(DeriveSeed(setup.seed, setup.process)) {}

 protected:
  // The original wants the directory to be there; making it is the administrator's part.
  void Init(const Request&, Response& response) override {
    const int problem = kit::MakeDirectories(directory_, 0777);
    if (problem != 0) return kit::LeakOsError(response, problem, directory_);
    response.Is(Outcome::kDone);
  }

  void Get(const Request& request, Response& response) override {
    response.Is(Outcome::kMiss);
    if (IsSessionKey(request.key)) Load(PathOf(request.key), response);
  }

  void Has(const Request& request, Response& response) override {
    const bool there = IsSessionKey(request.key) && kit::PathExists(PathOf(request.key));
    response.Is(there ? Outcome::kHit : Outcome::kMiss);
  }

  void Set(const Request& request, Response& response) override { Save(request, 0, response); }
  void Add(const Request& request, Response& response) override { Save(request, O_EXCL, response); }

  void Delete(const Request& request, Response& response) override {
    if (!IsSessionKey(request.key)) return response.Is(Outcome::kRefused);
    const bool absent = unlink(PathOf(request.key).c_str()) != 0 && errno == ENOENT;
    response.Is(absent ? Outcome::kRefused : Outcome::kDone);
  }

  // clear_expired: loads each session, which removes the expired ones.
  void Cull(const Request&, Response& response) override {
    std::vector<std::string> names;
    const int problem = kit::ListDirectory(directory_, names, /*sorted=*/false);
    if (problem != 0) return kit::LeakOsError(response, problem, directory_);
    Response ignored;
    for (const std::string& name : names) {
      if (!name.starts_with(kPrefix)) continue;
      if (IsSessionKey(std::string_view(name).substr(kPrefix.size()))) {
        Load(directory_ + "/" + name, ignored);
      }
    }
    response.Is(Outcome::kDone);
  }

 private:
  std::string PathOf(std::string_view key) const {
    return (directory_ + "/").append(kPrefix).append(key);
  }

  // A file without content is the placeholder of a save under way: an empty session, as is one
  // whose signature does not fit. The expiry counts from the mtime, looked up by name.
  void Load(const std::string& path, Response& response) {
    if (kit::ReadFile(path, text_) != 0) return;
    response.value.clear();
    response.Is(Outcome::kHit);
    if (text_.empty()) return;
    const std::optional<Session> session = Decode(text_);
    if (!session) return;
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return response.Is(Outcome::kMiss);
    const int64_t modified = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec;
    if (modified + session->age_millis * kNanosPerMilli < RealtimeNanos()) {
      unlink(path.c_str());  // By name, whatever lies there by now.
      return response.Is(Outcome::kMiss);
    }
    response.value = session->value;
  }

  void Save(const Request& request, int exclusive, Response& response) {
    if (!IsSessionKey(request.key)) return response.Is(Outcome::kRefused);
    const std::string path = PathOf(request.key);
    UniqueFd placeholder(open(path.c_str(), O_WRONLY | O_CREAT | exclusive | O_CLOEXEC, 0777));
    if (!placeholder.valid()) {
      if (exclusive != 0 && errno == EEXIST) return response.Is(Outcome::kRefused);
      return kit::LeakOsError(response, errno, path);
    }
    placeholder.Reset();
    Write(path, Encode(request.ttl_millis == kNoTtl ? timeout_millis_ : request.ttl_millis,
                       request.value));
    response.Is(Outcome::kDone);
  }

  // Errors are swallowed, and that the one write may be short is not looked at.
  void Write(const std::string& path, const std::string& text) {
    UniqueFd fd;
    std::string temporary;
    if (kit::MakeTemporaryFile(random_, path + "_out_", "", fd, temporary) != 0) return;
    const bool written = write(fd.get(), text.data(), text.size()) >= 0;
    fd.Reset();
    const bool renamed = written && rename(temporary.c_str(), path.c_str()) == 0;
    if (!renamed) unlink(temporary.c_str());
  }

  std::string directory_;
  int64_t timeout_millis_;
  Random random_;
  std::string text_;  // Only saves allocations.
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  TEARPROOF_ASSIGN_OR_RETURN(const uint64_t timeout,
                             kit::ParseCountOption(setup.options, "timeout"));
  return std::unique_ptr<Backend>(std::make_unique<DjangoSession>(setup, timeout));
}

}  // namespace tearproof::backends::django_session
