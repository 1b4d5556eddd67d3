#include "harness/history/segment.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>

#include "harness/core/json.h"
#include "harness/core/owned_directory.h"
#include "harness/core/random.h"

namespace tearproof {
namespace {

class SegmentTest : public testing::Test {
 protected:
  static OwnedDirectory MakeDirectory() {
    auto directory = OwnedDirectory::Create(testing::TempDir());
    TEARPROOF_CHECK(directory.ok(), directory.error().Message());
    return std::move(directory).value();
  }

  SegmentWriter MakeWriter(uint64_t capacity, uint64_t side_bytes = 4096) {
    auto writer = SegmentWriter::Create(path_, 7, capacity, side_bytes);
    TEARPROOF_CHECK(writer.ok(), writer.error().Message());
    return std::move(writer).value();
  }

  SegmentContents Read(const std::string& path) {
    auto contents = ReadSegment(path);
    TEARPROOF_CHECK(contents.ok(), contents.error().Message());
    return std::move(contents).value();
  }

  std::string ReadBytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Replaces the file's bytes.
  void WriteBytes(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }

  OwnedDirectory directory_ = MakeDirectory();
  std::string path_ = directory_.path() + "/segment";
};

Op SetOp(uint64_t i) {
  Op op;
  op.kind = OpKind::kSet;
  op.invoke = static_cast<int64_t>(10 * i);
  op.ret = op.invoke + 5;
  op.key = static_cast<uint32_t>(i % 3);
  op.length = static_cast<uint32_t>(100 + i);
  op.ttl_millis = 9;
  op.counter = i % 2 == 1;
  op.outcome = Outcome::kDone;
  return op;
}

void Record(SegmentWriter& writer, uint64_t i) {
  writer.Invoke(SetOp(i));
  writer.Return(SetOp(i));
}

TEST_F(SegmentTest, ReadsBackEveryField) {
  SegmentWriter writer = MakeWriter(4);
  Record(writer, 1);
  Op get;
  get.kind = OpKind::kGet;
  get.invoke = 30;
  get.key = 2;
  EXPECT_EQ(writer.Invoke(get), 1u);
  get.ret = 37;
  get.length = 4096;
  get.outcome = Outcome::kHit;
  get.observation = Observed::kIntact;
  get.observed = ValueId{5, 6}.Pack();
  writer.Return(get);

  const SegmentContents contents = Read(path_);
  EXPECT_EQ(contents.process, 7);
  EXPECT_EQ(contents.unreadable_records, 0u);
  ASSERT_EQ(contents.ops.size(), 2u);
  const Op& set = contents.ops[0];
  EXPECT_EQ(set.process, 7);
  EXPECT_EQ(set.sequence, 0u);
  EXPECT_EQ(set.kind, OpKind::kSet);
  EXPECT_EQ(set.invoke, 10);
  EXPECT_EQ(set.ret, 15);
  EXPECT_EQ(set.key, 1u);
  EXPECT_EQ(set.length, 101u);
  EXPECT_EQ(set.ttl_millis, 9u);
  EXPECT_TRUE(set.counter);
  EXPECT_EQ(set.outcome, Outcome::kDone);
  EXPECT_EQ(contents.ops[1].length, 4096u);
  EXPECT_EQ(contents.ops[1].sequence, 1u);
  EXPECT_EQ(contents.ops[1].observation, Observed::kIntact);
  EXPECT_EQ(ValueId::Unpack(contents.ops[1].observed), (ValueId{5, 6}));
}

TEST_F(SegmentTest, AnOperationWithoutReturnIsOpen) {
  SegmentWriter writer = MakeWriter(4);
  Record(writer, 0);
  writer.Invoke(SetOp(1));
  const SegmentContents contents = Read(path_);
  ASSERT_EQ(contents.ops.size(), 2u);
  EXPECT_EQ(contents.ops[1].outcome, Outcome::kOpen);
  EXPECT_EQ(contents.ops[1].ret, kNever);
  EXPECT_EQ(contents.unreadable_records, 0u);
}

// Whatever of its three last stores the writer came to.
TEST_F(SegmentTest, AnInvocationThatIsPutRightIsNeverLost) {
  SegmentWriter writer = MakeWriter(1);
  Op op = SetOp(0);
  op.invoke = 7;
  writer.Invoke(op);
  const auto bytes_of_slot = [&] { return ReadTextFile(path_).value().substr(4096, sizeof(Slot)); };
  const std::string before = bytes_of_slot();
  op.invoke = 9;
  op.ret = 12;
  writer.Return(op);
  EXPECT_EQ(Read(path_).ops.at(0).invoke, 9);
  const std::string after = bytes_of_slot();
  const auto read_with = [&](const std::string& slot) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << slot;
    file.close();
    const SegmentContents contents = Read(path_);
    EXPECT_EQ(contents.unreadable_records, 0u);
    return contents.ops.at(0);
  };
  // The invoke half as before, the return half whole: still open.
  std::string first = after;
  first.replace(0, offsetof(Slot, ret), before, 0, offsetof(Slot, ret));
  EXPECT_EQ(read_with(first).outcome, Outcome::kOpen);
  EXPECT_EQ(read_with(first).invoke, 7);
  // The new time with the old check.
  std::string second = first;
  second.replace(0, sizeof(int64_t), after, 0, sizeof(int64_t));
  EXPECT_EQ(read_with(second).outcome, Outcome::kDone);
  EXPECT_EQ(read_with(second).invoke, 9);
}

TEST_F(SegmentTest, OperationsThatWereAskedForAheadReturnInOrder) {
  SegmentWriter writer = MakeWriter(4);
  for (uint64_t i = 0; i < 4; ++i) {
    Op op = SetOp(i);
    op.invoke = static_cast<int64_t>(i);
    writer.Invoke(op);
  }
  writer.AddErrorText("of the first");
  writer.Return(SetOp(0));
  writer.Return(SetOp(1));
  const SegmentContents contents = Read(path_);
  EXPECT_EQ(contents.unreadable_records, 0u);
  ASSERT_EQ(contents.ops.size(), 4u);
  EXPECT_EQ(contents.ops[1].invoke, 10);
  EXPECT_EQ(contents.ops[1].outcome, Outcome::kDone);
  for (const size_t open : {2, 3}) {
    EXPECT_EQ(contents.ops[open].outcome, Outcome::kOpen);
    EXPECT_EQ(contents.ops[open].invoke, 15) << "after those before it";
  }
  ASSERT_EQ(contents.evidence.size(), 1u);
  EXPECT_EQ(contents.evidence[0].sequence, 0u);
}

TEST_F(SegmentTest, FillsUpToItsCapacity) {
  SegmentWriter writer = MakeWriter(3);
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(writer.full());
    Record(writer, i);
  }
  EXPECT_TRUE(writer.full());
  EXPECT_EQ(Read(path_).ops.size(), 3u);
  EXPECT_EXIT(writer.Invoke(SetOp(3)), testing::ExitedWithCode(kExitHarnessDefect), "full");
}

TEST_F(SegmentTest, ARoundNeverShowsTheSlotsOfAnEarlierOne) {
  SegmentWriter writer = MakeWriter(64);
  uint64_t recorded = 0;
  Random random(3);
  // Enough rounds that a check of 16 bits alone would be fooled.
  for (uint64_t round = 1; round <= 3000; ++round) {
    writer.BeginRound(round);
    ASSERT_TRUE(Read(path_).ops.empty());
    const uint64_t first = writer.next_sequence();
    EXPECT_EQ(first, recorded);
    const uint64_t count = random.Below(65);
    for (uint64_t i = 0; i < count; ++i) Record(writer, recorded++);
    const SegmentContents contents = Read(path_);
    ASSERT_EQ(contents.round, round);
    ASSERT_EQ(contents.ops.size(), count);
    ASSERT_EQ(contents.unreadable_records, 0u);
    if (count > 0) {
      ASSERT_EQ(contents.ops.front().sequence, first);
    }
  }
}

TEST_F(SegmentTest, EvidenceBelongsToItsOperationAndItsRound) {
  SegmentWriter writer = MakeWriter(8);
  writer.BeginRound(1);
  writer.Invoke(SetOp(0));
  writer.AddErrorText("disk\nfull");
  writer.Return(SetOp(0));
  writer.Invoke(SetOp(1));
  const DamageRun run{16, 32, DamageRun::Source::kSet, {3, 4}, 4096};
  writer.AddDamage({run, run});
  writer.AddDamage({});
  writer.Return(SetOp(1));

  const auto evidence = Read(path_).evidence;
  ASSERT_EQ(evidence.size(), 2u);
  EXPECT_EQ(evidence[0].text, "disk\nfull");
  EXPECT_EQ(evidence[0].sequence, 0u);
  EXPECT_EQ(evidence[1].process, 7);
  EXPECT_EQ(evidence[1].sequence, 1u);
  ASSERT_EQ(evidence[1].damage.size(), 2u);
  EXPECT_EQ(evidence[1].damage[1].id, (ValueId{3, 4}));
  EXPECT_EQ(evidence[1].damage[1].value_length, 4096u);

  writer.BeginRound(2);
  EXPECT_TRUE(Read(path_).evidence.empty());
}

TEST_F(SegmentTest, KeepsTheFirstEvidenceWhenTheSideAreaIsFull) {
  SegmentWriter writer = MakeWriter(8, /*side_bytes=*/100);
  writer.Invoke(SetOp(0));
  for (int i = 0; i < 5; ++i) writer.AddErrorText("text " + std::to_string(i));
  writer.Return(SetOp(0));
  const auto evidence = Read(path_).evidence;
  ASSERT_EQ(evidence.size(), 3u);
  EXPECT_EQ(evidence[2].text, "text 2");
}

TEST_F(SegmentTest, ACompactCopyHoldsTheSame) {
  SegmentWriter writer = MakeWriter(1000, 1 << 16);
  writer.BeginRound(9);
  for (uint64_t i = 0; i < 10; ++i) Record(writer, i);
  writer.Invoke(SetOp(10));
  writer.AddErrorText("never returned");
  const std::string copy = path_ + ".copy";
  ASSERT_TRUE(WriteCompactCopy(path_, copy).ok());
  EXPECT_LT(std::filesystem::file_size(copy), 4096 + 11 * sizeof(Slot) + 64);
  const SegmentContents contents = Read(copy);
  EXPECT_EQ(contents.round, 9u);
  ASSERT_EQ(contents.ops.size(), 11u);
  EXPECT_EQ(contents.ops[10].outcome, Outcome::kOpen);
  ASSERT_EQ(contents.evidence.size(), 1u);
  EXPECT_EQ(contents.evidence[0].text, "never returned");
  EXPECT_FALSE(WriteCompactCopy(path_, copy).ok()) << "an existing file was overwritten";
}

TEST_F(SegmentTest, CountsWhatACrashOfTheHostLost) {
  {
    SegmentWriter writer = MakeWriter(100);
    for (uint64_t i = 0; i < 100; ++i) Record(writer, i);
  }
  std::string bytes = ReadBytes();
  std::fill_n(bytes.begin() + 4096, 2 * sizeof(Slot), '\0');   // Two slots lost,
  bytes[4096 + 50 * sizeof(Slot) + offsetof(Slot, ret)] ^= 1;  // one return half damaged.
  WriteBytes(bytes);
  const SegmentContents contents = Read(path_);
  EXPECT_EQ(contents.unreadable_records, 3u);
  ASSERT_EQ(contents.ops.size(), 97u);
  EXPECT_EQ(contents.ops.front().sequence, 2u);
}

TEST_F(SegmentTest, RefusesWhatIsNoSegment) {
  WriteBytes("short");
  EXPECT_FALSE(ReadSegment(path_).ok());
  WriteBytes(std::string(8192, 'x'));
  EXPECT_FALSE(ReadSegment(path_).ok());
  std::filesystem::remove(path_);
  EXPECT_FALSE(ReadSegment(path_).ok());
  { MakeWriter(4); }
  std::string bytes = ReadBytes();
  bytes[offsetof(SegmentHeader, version)] = 2;
  WriteBytes(bytes);
  const auto other_version = ReadSegment(path_);
  ASSERT_FALSE(other_version.ok());
  EXPECT_NE(other_version.error().what.find("format 2"), std::string::npos);
}

TEST_F(SegmentTest, SurvivesAnyDamageOfTheFile) {
  {
    SegmentWriter writer = MakeWriter(40, 2048);
    writer.BeginRound(3);
    for (uint64_t i = 0; i < 40; ++i) {
      writer.Invoke(SetOp(i));
      if (i % 5 == 0) writer.AddErrorText("an error");
      if (i % 7 == 0) writer.AddDamage({DamageRun{}, DamageRun{}});
      writer.Return(SetOp(i));
    }
  }
  const std::string whole = ReadBytes();
  Random random(11);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = whole;
    const uint64_t flips = random.Below(20);
    for (uint64_t flip = 0; flip < flips; ++flip) {
      // Half of them in the header, where they do most harm.
      const uint64_t range = flip % 2 == 0 ? sizeof(SegmentHeader) : bytes.size();
      bytes[random.Below(range)] ^= static_cast<char>(1 << random.Below(8));
    }
    if (random.Below(3) == 0) bytes.resize(random.Below(bytes.size()));
    WriteBytes(bytes);
    const auto contents = ReadSegment(path_);
    if (!contents.ok()) continue;
    EXPECT_LE(contents.value().ops.size() + contents.value().unreadable_records, 40u);
    for (const Op& op : contents.value().ops) {
      EXPECT_LT(static_cast<size_t>(op.kind), kOpKindCount);
      EXPECT_LT(static_cast<size_t>(op.outcome), kOutcomeCount);
      EXPECT_LT(op.sequence, kMaxSequence);
    }
  }
}

struct Progress {
  std::atomic<uint64_t> invoked;   // Operations whose Invoke has returned.
  std::atomic<uint64_t> returned;  // Operations whose Return has returned.
};

// Of every second one it is said later when it began.
Op SetOpAsReturned(uint64_t i) {
  Op op = SetOp(i);
  if (i % 2 == 1) op.invoke += 3;
  return op;
}

// Records until it is killed.
[[noreturn]] void WriteForever(SegmentWriter& writer, Progress& progress) {
  for (uint64_t i = 0;; ++i) {
    if (writer.full()) writer.BeginRound(i);
    writer.Invoke(SetOp(i));
    progress.invoked.store(i + 1, std::memory_order_release);
    writer.Return(SetOpAsReturned(i));
    progress.returned.store(i + 1, std::memory_order_release);
  }
}

TEST_F(SegmentTest, KillingTheWriterLosesNothingThatHadReturned) {
  void* shared =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto& progress = *new (shared) Progress{};
  Random random(5);
  for (int trial = 0; trial < 100; ++trial) {
    std::filesystem::remove(path_);
    progress.invoked = 0;
    progress.returned = 0;
    // Few slots: kills fall on the beginning of a round as well.
    SegmentWriter writer = MakeWriter(50);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      WriteForever(writer, progress);
    }
    // The moment is anywhere in the loop: it is a number of operations, not a time.
    const uint64_t enough = 1 + random.Below(20'000);
    while (progress.returned.load(std::memory_order_acquire) < enough) sched_yield();
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    const SegmentContents contents = Read(path_);
    EXPECT_EQ(contents.unreadable_records, 0u);
    if (contents.ops.empty()) continue;  // Killed at the beginning of a round.
    const Op& last = contents.ops.back();
    const uint64_t whole = last.sequence + (last.outcome == Outcome::kOpen ? 0 : 1);
    EXPECT_GE(whole, progress.returned.load());
    EXPECT_GE(last.sequence + 1, progress.invoked.load());
    EXPECT_LE(last.sequence, progress.invoked.load());
    for (size_t i = 0; i < contents.ops.size(); ++i) {
      const Op& op = contents.ops[i];
      ASSERT_EQ(op.sequence, contents.ops.front().sequence + i);
      ASSERT_EQ(op.invoke,
                (op.outcome == Outcome::kOpen ? SetOp(op.sequence) : SetOpAsReturned(op.sequence))
                    .invoke);
      ASSERT_EQ(op.outcome == Outcome::kOpen,
                i + 1 == contents.ops.size() && whole == last.sequence);
    }
  }
  munmap(shared, sizeof(Progress));
}

}  // namespace
}  // namespace tearproof
