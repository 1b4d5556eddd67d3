#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/core/check.h"
#include "harness/crash/files_cache_for_tests.h"

namespace tearproof::crash {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kLength = 64;

class FilesCache : public Backend {
 public:
  explicit FilesCache(std::string directory) : directory_(std::move(directory)) {}

  void Execute(const Request& request, Response& response) override {
    const fs::path path = fs::path(directory_) / std::string(request.key);
    switch (request.kind) {
      case OpKind::kInit:
        return response.Is(Outcome::kDone);
      case OpKind::kGet: {
        std::ifstream file(path, std::ios::binary);
        if (!file) return response.Is(Outcome::kMiss);
        response.value.assign(std::istreambuf_iterator<char>(file), {});
        if (response.value == "die") _exit(1);
        if (response.value == "fail") return response.Fail(0, "the file says so");
        return response.Is(Outcome::kHit);
      }
      case OpKind::kClear:
        for (const char* name : {"k", "t"}) fs::remove(fs::path(directory_) / name);
        return response.Is(Outcome::kDone);
      default:
        return response.Is(Outcome::kUnsupported);
    }
  }

 private:
  const std::string directory_;
};

Result<std::unique_ptr<Backend>> OpenFilesCache(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<FilesCache>(setup.directory));
}

constexpr uint16_t kReader = 9;

}  // namespace

std::string ValueOf(uint64_t sequence) {
  std::string value(kLength, '\0');
  FillValue({0, sequence}, kLength, value.data());
  return value;
}

Op SetOf(uint64_t sequence, int64_t begun, int64_t ended) {
  Op op;
  op.kind = OpKind::kSet;
  op.key = 0;
  op.length = kLength;
  op.sequence = sequence;
  op.invoke = begun;
  if (ended < 0) return op;
  op.ret = ended;
  op.outcome = Outcome::kDone;
  return op;
}

CrashRun RunOf(const WriteLog& log, std::vector<Op> ops) {
  CrashRun run;
  run.log = log;
  // A step before the first call, for what is on the disk already.
  for (LogCall& call : run.log.calls) call.step += 1;
  for (Op& op : ops) {
    op.invoke += 1;
    if (op.ret != kNever) op.ret += 1;
  }
  run.synced = 1;
  run.parts.header.time_base = TimeBase::kStep;
  run.parts.header.keys = {"k"};
  run.parts.processes.emplace_back();
  run.parts.ops = std::move(ops);
  return run;
}

FilesCacheBench::FilesCacheBench() : checkers_(check::AllCheckers()) {
  ReaderSetup setup;
  setup.open = &OpenFilesCache;
  setup.plan.keys = {"k"};
  setup.plan.asked_for = {0};
  setup.plan.tidies = true;
  setup.plan.process = kReader;
  setup.parent_directory = fs::temp_directory_path();
  setup.cache = ".";
  auto reader = StateReader::Start(std::move(setup));
  TEARPROOF_CHECK(reader.ok(), reader.error().Message());
  reader_ = std::move(reader).value();
  Checker::Ingredients ingredients;
  ingredients.kinds = {OpKind::kSet, OpKind::kGet};
  ingredients.power_cuts = ingredients.kills = ingredients.surveyed = true;
  std::vector<const Checker*> checkers;
  for (const auto& checker : checkers_) checkers.push_back(checker.get());
  judge_ = std::make_unique<StateJudge>(*reader_, Contract{}, ingredients, checkers);
}

}  // namespace tearproof::crash
