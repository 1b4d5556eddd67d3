// A history file may come from anywhere: `tearproof judge FILE`. What is accepted is judged.
#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>

#include "harness/api/registry.h"
#include "harness/check/judge.h"
#include "harness/history/jepsen_import.h"

namespace tearproof {
namespace {

void CheckImported(const ImportedHistory& imported, size_t lines) {
  const History& history = imported.history;
  for (const Op& op : history.ops()) {
    TEARPROOF_CHECK(history.Find({op.process, op.sequence}) == &op, "the index is wrong");
    TEARPROOF_CHECK(imported.LineOf(op) <= lines, "there is no such line");
    if (op.observation != Observed::kIntact) continue;
    const Op* write = history.Find(ValueId::Unpack(op.observed));
    TEARPROOF_CHECK(write != nullptr && write->key == op.key, "the value is traced wrongly");
    TEARPROOF_CHECK(write->kind == OpKind::kSet || write->kind == OpKind::kAdd, "no write");
  }
}

void JudgeAll(const History& history) {
  Contract contract;
  for (const RegisteredChecker& registered : RegisteredCheckers()) {
    contract.evicts = !contract.evicts;
    (void)registered.make()->Check(history, contract);
  }
}

}  // namespace
}  // namespace tearproof

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using tearproof::HistoryModel;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const HistoryModel model :
       {HistoryModel::kCache, HistoryModel::kRegister, HistoryModel::kCounter}) {
    std::istringstream in(text);
    const auto imported = tearproof::ImportJepsen(in, "fuzzed", model, 10);
    if (!imported.ok()) {
      TEARPROOF_CHECK(imported.error().ExitCode() == 64, "it is the file that is wrong");
      continue;
    }
    tearproof::CheckImported(imported.value(), lines);
    tearproof::JudgeAll(imported.value().history);
  }
  return 0;
}
