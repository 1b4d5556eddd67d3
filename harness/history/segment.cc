#include "harness/history/segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "harness/core/random.h"

namespace tearproof {
namespace {

constexpr char kMagic[8] = "TEARPRF";
constexpr uint32_t kSegmentVersion = 1;
constexpr size_t kHeaderBytes = 4096;
constexpr size_t kMaxErrorText = 2000;

enum SideKind : uint8_t { kSideError = 1, kSideDamage = 2 };

// In front of each entry of the side area; the entries follow each other at multiples of 8.
struct SideRecord {
  uint64_t sequence;
  uint64_t check;  // XXH3 of sequence, size, kind and the bytes, salted by the round.
  uint32_t size;   // Bytes that follow.
  uint32_t kind;
};

size_t RoundUp(size_t size) { return (size + 7) & ~size_t{7}; }

// 16 bits over three words: enough to tell a lost page, cheap enough for every operation.
uint16_t Fold(uint64_t a, uint64_t b, uint64_t c, uint64_t salt) {
  uint64_t mixed = (a ^ salt) * 0x9e3779b97f4a7c15ULL;
  mixed = (mixed ^ (mixed >> 29) ^ b) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 32) ^ c) * 0x94d049bb133111ebULL;
  const auto check = static_cast<uint16_t>(mixed >> 48);
  return check == 0 ? 1 : check;  // 0 means "not written".
}

uint16_t InvokeCheck(const Slot& slot, uint64_t salt) {
  return Fold(static_cast<uint64_t>(slot.invoke), (uint64_t{slot.key} << 32) | slot.length,
              (uint64_t{slot.ttl_millis} << 16) | (uint64_t{slot.kind} << 8) | slot.counter, salt);
}

uint16_t ReturnCheck(const Slot& slot, uint64_t salt) {
  return Fold(
      static_cast<uint64_t>(slot.ret), slot.observed,
      (uint64_t{slot.observed_length} << 16) | (uint64_t{slot.outcome} << 8) | slot.observation,
      salt ^ slot.invoke_check);
}

uint64_t SaltOf(uint64_t round, uint32_t process) {
  uint64_t state = round * 65536 + process;
  return SplitMix64(state);
}

uint64_t SideCheck(const SideRecord& record, const char* bytes, uint64_t salt) {
  const uint64_t head = XXH3_64bits_withSeed(bytes, record.size, salt);
  return head ^ (record.sequence * 31 + uint64_t{record.size} * 7 + record.kind);
}

void CompilerBarrier() { std::atomic_signal_fence(std::memory_order_seq_cst); }

// `slot`: a copy, whose check is mended where the writer died while it changed the invoke half.
bool DecodeInvoke(Slot& slot, uint64_t salt, Op* op) {
  if (slot.kind >= kOpKindCount) return false;
  if (slot.invoke_check != InvokeCheck(slot, salt)) {
    slot.invoke_check = InvokeCheck(slot, salt);  // See Return.
    if (slot.return_check == 0 || slot.return_check != ReturnCheck(slot, salt)) return false;
  }
  op->invoke = slot.invoke;
  op->key = slot.key;
  op->length = slot.length;
  op->ttl_millis = slot.ttl_millis;
  op->kind = static_cast<OpKind>(slot.kind);
  op->counter = slot.counter != 0;
  return true;
}

bool DecodeReturn(const Slot& slot, uint64_t salt, Op* op) {
  if (slot.return_check == 0 || slot.return_check != ReturnCheck(slot, salt) ||
      slot.outcome >= kOutcomeCount ||
      slot.observation > static_cast<uint8_t>(Observed::kDamaged)) {
    return false;
  }
  op->ret = slot.ret;
  op->observed = slot.observed;
  op->outcome = static_cast<Outcome>(slot.outcome);
  op->observation = static_cast<Observed>(slot.observation);
  if (op->kind == OpKind::kGet) op->length = slot.observed_length;
  return true;
}

Evidence DecodeSide(const SideRecord& record, const char* bytes, uint16_t process) {
  Evidence evidence;
  evidence.process = process;
  evidence.sequence = record.sequence;
  if (record.kind == kSideError) {
    evidence.text.assign(bytes, record.size);
  } else {
    for (size_t at = 0; at + sizeof(DamageRun) <= record.size; at += sizeof(DamageRun)) {
      DamageRun run;
      std::memcpy(&run, bytes + at, sizeof(run));
      if (run.source <= DamageRun::Source::kUnknown) evidence.damage.push_back(run);
    }
  }
  return evidence;
}

// Walks the side area; returns the bytes of it that hold whole records.
size_t ReadSide(const char* side, size_t capacity, uint64_t salt, uint16_t process,
                std::vector<Evidence>* evidence) {
  size_t at = 0;
  while (at + sizeof(SideRecord) <= capacity) {
    SideRecord record;
    std::memcpy(&record, side + at, sizeof(record));
    const char* bytes = side + at + sizeof(record);
    if (record.size > capacity - at - sizeof(record) || record.kind < kSideError ||
        record.kind > kSideDamage || record.check != SideCheck(record, bytes, salt)) {
      break;
    }
    if (evidence != nullptr) evidence->push_back(DecodeSide(record, bytes, process));
    at += sizeof(record) + RoundUp(record.size);
  }
  return std::min(at, capacity);
}

Result<SegmentHeader> ReadHeader(const MappedFile& file, const std::string& path) {
  SegmentHeader header;
  if (file.size() < kHeaderBytes) return UsageError(path + " is too short for a history segment");
  std::memcpy(&header, file.data(), sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    return UsageError(path + " is no history segment");
  }
  if (header.version != kSegmentVersion) {
    return UsageError(path + " was written by another version of tearproof (format " +
                          std::to_string(header.version) + ")",
                      "judge it with that version");
  }
  if (header.process > UINT16_MAX ||
      header.capacity > (file.size() - kHeaderBytes) / sizeof(Slot) ||
      header.side_bytes > file.size() - kHeaderBytes - header.capacity * sizeof(Slot) ||
      header.used > header.capacity || header.first_sequence >= kMaxSequence - header.capacity) {
    return UsageError(path + " is cut short or damaged");
  }
  return header;
}

// 0 or an errno.
int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
    if (written < 0 && errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

Result<SegmentWriter> SegmentWriter::Create(const std::string& path, uint16_t process,
                                            uint64_t capacity, uint64_t side_bytes) {
  TEARPROOF_CHECK(capacity > 0, "an empty segment");
  SegmentWriter writer;
  // Under its name only once it is whole: a worker may be killed while it starts.
  const std::string unfinished = path + ".new";
  TEARPROOF_ASSIGN_OR_RETURN(
      writer.file_,
      MappedFile::Create(unfinished, kHeaderBytes + capacity * sizeof(Slot) + side_bytes));
  writer.slots_ = reinterpret_cast<Slot*>(writer.file_.data() + kHeaderBytes);
  writer.side_ = writer.file_.data() + kHeaderBytes + capacity * sizeof(Slot);
  writer.capacity_ = capacity;
  writer.side_capacity_ = side_bytes;
  // The file is new, so all else is zero.
  writer.header_ = reinterpret_cast<SegmentHeader*>(writer.file_.data());
  std::memcpy(writer.header_->magic, kMagic, sizeof(kMagic));
  writer.header_->version = kSegmentVersion;
  writer.header_->process = process;
  writer.header_->capacity = capacity;
  writer.header_->side_bytes = side_bytes;
  writer.salt_ = SaltOf(0, process);
  if (rename(unfinished.c_str(), path.c_str()) != 0) {
    return SystemError(errno, "cannot name " + path);
  }
  return writer;
}

void SegmentWriter::BeginRound(uint64_t round, uint64_t first_sequence) {
  first_sequence_ = first_sequence;
  used_ = returned_ = 0;
  side_used_ = 0;
  header_->used = 0;  // First: the slots of the old round must not pass for those of the new one.
  CompilerBarrier();
  header_->round = round;
  header_->first_sequence = first_sequence_;
  CompilerBarrier();
  salt_ = SaltOf(round, header_->process);
}

uint64_t SegmentWriter::Invoke(const Op& op) {
  TEARPROOF_CHECK(used_ < capacity_, "segment is full");
  Slot& slot = slots_[used_];
  slot.return_check = 0;
  slot.invoke = op.invoke;
  slot.key = op.key;
  slot.length = op.length;
  slot.ttl_millis = op.ttl_millis;
  slot.kind = static_cast<uint8_t>(op.kind);
  slot.counter = op.counter ? 1 : 0;
  slot.invoke_check = InvokeCheck(slot, salt_);
  CompilerBarrier();
  header_->used = ++used_;
  CompilerBarrier();
  return first_sequence_ + used_ - 1;
}

void SegmentWriter::Return(const Op& op) {
  TEARPROOF_CHECK(returned_ < used_, "a return of no operation");
  Slot& slot = slots_[returned_++];
  slot.ret = op.ret;
  slot.observed = op.observed;
  slot.observed_length = op.length;
  slot.outcome = static_cast<uint8_t>(op.outcome);
  slot.observation = static_cast<uint8_t>(op.observation);
  CompilerBarrier();
  if (op.invoke == slot.invoke) {
    slot.return_check = ReturnCheck(slot, salt_);
    return;
  }
  // The return half speaks of the new invoke half and is whole before it: until then the operation
  // is an open one, and between the two stores below the return half vouches for the first.
  Slot changed = slot;
  changed.invoke = op.invoke;
  changed.invoke_check = InvokeCheck(changed, salt_);
  slot.return_check = ReturnCheck(changed, salt_);
  CompilerBarrier();
  slot.invoke = changed.invoke;
  CompilerBarrier();
  slot.invoke_check = changed.invoke_check;
}

void SegmentWriter::AddErrorText(std::string_view text) {
  text = text.substr(0, kMaxErrorText);
  AppendSide(kSideError, text.data(), text.size());
}

void SegmentWriter::AddDamage(const std::vector<DamageRun>& damage) {
  AppendSide(kSideDamage, damage.data(), damage.size() * sizeof(DamageRun));
}

void SegmentWriter::AppendSide(uint8_t kind, const void* bytes, size_t size) {
  TEARPROOF_CHECK(returned_ < used_, "evidence of no operation");
  if (size == 0 || side_used_ + sizeof(SideRecord) + RoundUp(size) > side_capacity_) return;
  SideRecord record{first_sequence_ + returned_, 0, static_cast<uint32_t>(size), kind};
  char* place = side_ + side_used_;
  std::memcpy(place + sizeof(record), bytes, size);
  record.check = SideCheck(record, place + sizeof(record), salt_);
  std::memcpy(place, &record, sizeof(record));
  side_used_ += sizeof(record) + RoundUp(size);
}

Result<SegmentContents> ReadSegment(const std::string& path) {
  TEARPROOF_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path, /*writable=*/false));
  TEARPROOF_ASSIGN_OR_RETURN(const SegmentHeader header, ReadHeader(file, path));
  SegmentContents contents;
  contents.process = static_cast<uint16_t>(header.process);
  contents.round = header.round;
  const uint64_t salt = SaltOf(header.round, header.process);
  const auto* slots = reinterpret_cast<const Slot*>(file.data() + kHeaderBytes);
  contents.ops.reserve(header.used);
  int64_t ended = INT64_MIN;
  size_t returned = 0;  // Of contents.ops.
  for (uint64_t i = 0; i < header.used; ++i) {
    Op op;
    Slot slot = slots[i];
    const bool invoked = DecodeInvoke(slot, salt, &op);
    op.process = contents.process;
    op.sequence = header.first_sequence + i;
    if (!invoked) {
      ++contents.unreadable_records;
      continue;
    }
    if (DecodeReturn(slot, salt, &op)) {
      // They return in order: of those before, the return halves are lost.
      contents.unreadable_records += contents.ops.size() - returned;
      contents.ops.resize(returned++);
      ended = op.ret;
    } else {
      // It was asked for ahead, and done after the one before.
      op.invoke = std::max(op.invoke, ended);
    }
    contents.ops.push_back(op);
  }
  ReadSide(file.data() + kHeaderBytes + header.capacity * sizeof(Slot), header.side_bytes, salt,
           contents.process, &contents.evidence);
  return contents;
}

Result<void> WriteCompactCopy(const std::string& from, const std::string& to) {
  TEARPROOF_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(from, /*writable=*/false));
  TEARPROOF_ASSIGN_OR_RETURN(SegmentHeader header, ReadHeader(file, from));
  const char* side = file.data() + kHeaderBytes + header.capacity * sizeof(Slot);
  header.side_bytes = ReadSide(side, header.side_bytes, SaltOf(header.round, header.process),
                               static_cast<uint16_t>(header.process), nullptr);
  header.capacity = header.used;
  std::string first_page(kHeaderBytes, '\0');
  std::memcpy(first_page.data(), &header, sizeof(header));

  UniqueFd out(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out.valid()) return SystemError(errno, "cannot create " + to);
  const std::string_view slots(file.data() + kHeaderBytes, header.used * sizeof(Slot));
  for (const std::string_view part :
       {std::string_view(first_page), slots, std::string_view(side, header.side_bytes)}) {
    const int problem = WriteAll(out.get(), part);
    if (problem == 0) continue;
    unlink(to.c_str());  // Created above, by O_EXCL.
    return SystemError(problem, "cannot write " + to);
  }
  return {};
}

}  // namespace tearproof
