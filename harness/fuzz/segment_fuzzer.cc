// A history file may have been cut, damaged or made up: `tearproof judge` must say so.
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "harness/core/owned_directory.h"
#include "harness/history/history.h"
#include "harness/history/segment.h"

namespace tearproof {
namespace {

void BuildHistory(SegmentContents contents) {
  History::Parts parts;
  parts.header.keys = {"k0", "k1", "k2"};
  parts.processes.resize(1);
  parts.processes[0].number = contents.process;
  parts.ops = std::move(contents.ops);
  parts.evidence = std::move(contents.evidence);
  const auto history = History::Build(std::move(parts));
  if (!history.ok()) return;
  for (const Op& op : history.value().ops()) {
    TEARPROOF_CHECK(history.value().Find({op.process, op.sequence}) == &op, "the index is wrong");
  }
}

}  // namespace
}  // namespace tearproof

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const auto* directory = [] {
    auto created = tearproof::OwnedDirectory::Create("/tmp");
    TEARPROOF_CHECK(created.ok(), created.error().Message());
    static auto owned = std::move(created).value();
    return &owned;
  }();
  const std::string path = directory->path() + "/segment";
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  auto contents = tearproof::ReadSegment(path);
  if (contents.ok()) {
    const std::string copy = path + ".copy";
    TEARPROOF_CHECK(tearproof::WriteCompactCopy(path, copy).ok(), "a readable segment");
    const auto again = tearproof::ReadSegment(copy);
    TEARPROOF_CHECK(again.ok() && again.value().ops.size() == contents.value().ops.size(),
                    "the copy differs");
    unlink(copy.c_str());
    tearproof::BuildHistory(std::move(contents).value());
  }
  return 0;
}
