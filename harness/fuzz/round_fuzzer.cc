// What a run leaves behind may have been cut, edited or made up: `tearproof judge RUN` reads a
// plan, and of each round a description and segments. The input holds them one behind the other,
// each but the last ended by a line of dashes.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "harness/api/registry.h"
#include "harness/core/owned_directory.h"
#include "harness/stress/plan.h"
#include "harness/stress/round_store.h"

namespace tearproof {
namespace {

constexpr std::string_view kEnd = "\n----\n";
constexpr uint32_t kMostKeys = 1000;  // More only take longer.

std::string_view TakeFile(std::string_view* input) {
  const size_t end = std::min(input->find(kEnd), input->size());
  const std::string_view file = input->substr(0, end);
  input->remove_prefix(std::min(input->size(), end + kEnd.size()));
  return file;
}

void Write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

const std::string& CellDirectory() {
  static const auto* directory = [] {
    auto created = OwnedDirectory::Create("/tmp");
    TEARPROOF_CHECK(created.ok(), created.error().Message());
    static auto owned = std::move(created).value();
    std::filesystem::create_directories(owned.path() + "/live/even");
    return &owned;
  }();
  return directory->path();
}

void Judge(const std::string& cell) {
  const auto plan = stress::ReadPlan(cell + "/plan.json");
  if (!plan.ok()) return;
  const auto scenario = plan.value().LoadScenario();
  if (!scenario.ok() || scenario.value().keys.count > kMostKeys) return;
  (void)stress::MakeIngredients(scenario.value(), plan.value().contract);
  for (const std::string& round : stress::ListRounds(cell)) {
    const auto history = stress::LoadRound(round, scenario.value().KeyNames());
    if (!history.ok()) continue;
    for (const RegisteredChecker& registered : RegisteredCheckers()) {
      (void)registered.make()->Check(history.value(), plan.value().contract);
    }
  }
}

}  // namespace
}  // namespace tearproof

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string& cell = tearproof::CellDirectory();
  tearproof::Write(cell + "/plan.json", tearproof::TakeFile(&input));
  tearproof::Write(cell + "/live/even/round.json", tearproof::TakeFile(&input));
  tearproof::Write(cell + "/live/even/p2.segment", tearproof::TakeFile(&input));
  tearproof::Write(cell + "/live/even/p3.segment", input);
  tearproof::Judge(cell);
  return 0;
}
