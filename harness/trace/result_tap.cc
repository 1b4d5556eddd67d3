#include "harness/trace/result_tap.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace tearproof::trace {
namespace {

int Bpf(bpf_cmd command, bpf_attr* attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, attributes, sizeof(*attributes)));
}

uint64_t AddressOf(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

int MakeMap(bpf_map_type type, uint32_t value_size, uint32_t entries, uint32_t flags) {
  bpf_attr attributes = {};
  attributes.map_type = type;
  attributes.key_size = sizeof(uint32_t);
  attributes.value_size = value_size;
  attributes.max_entries = entries;
  attributes.map_flags = flags;
  return Bpf(BPF_MAP_CREATE, &attributes);
}

bpf_insn Instruction(int code, int to, int from, int offset, int value) {
  bpf_insn instruction = {};
  instruction.code = static_cast<uint8_t>(code);
  instruction.dst_reg = static_cast<uint8_t>(to) & 15;
  instruction.src_reg = static_cast<uint8_t>(from) & 15;
  instruction.off = static_cast<int16_t>(offset);
  instruction.imm = value;
  return instruction;
}

// seat = seats[seats_of_threads[thread]]; if (seat.armed) seat = {the result, false}
int LoadProgram(int seats_of_threads, int seats, int result_offset, int armed_offset) {
  constexpr int kKey = -4;  // On the stack.
  constexpr int kCopy = BPF_ALU64 | BPF_MOV | BPF_X;
  constexpr int kSet = BPF_ALU64 | BPF_MOV | BPF_K;
  constexpr int kCall = BPF_JMP | BPF_CALL;
  constexpr int kIfZero = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr int kMap = BPF_LD | BPF_DW;      // Takes two. BPF_IMM is 0.
  constexpr int kAdd = BPF_ALU64 | BPF_ADD;  // Of a constant: BPF_K is 0.
  const auto make = Instruction;
  const std::array program = {
      make(kCopy, 6, 1, 0, 0),
      make(kCall, 0, 0, 0, BPF_FUNC_get_current_pid_tgid),
      make(BPF_STX | BPF_W | BPF_MEM, 10, 0, kKey, 0),
      make(kMap, 1, BPF_PSEUDO_MAP_FD, 0, seats_of_threads),
      make(0, 0, 0, 0, 0),
      make(kCopy, 2, 10, 0, 0),
      make(kAdd, 2, 0, 0, kKey),
      make(kCall, 0, 0, 0, BPF_FUNC_map_lookup_elem),
      make(kIfZero, 0, 0, 11, 0),
      make(kCopy, 2, 0, 0, 0),
      make(kMap, 1, BPF_PSEUDO_MAP_FD, 0, seats),
      make(0, 0, 0, 0, 0),
      make(kCall, 0, 0, 0, BPF_FUNC_map_lookup_elem),
      make(kIfZero, 0, 0, 6, 0),
      make(BPF_LDX | BPF_W | BPF_MEM, 1, 0, armed_offset, 0),
      make(kIfZero, 1, 0, 4, 0),
      make(BPF_LDX | BPF_DW | BPF_MEM, 1, 6, sizeof(uint64_t), 0),  // The second argument.
      make(BPF_STX | BPF_DW | BPF_MEM, 0, 1, result_offset, 0),
      make(kSet, 1, 0, 0, 0),
      make(BPF_STX | BPF_W | BPF_MEM, 0, 1, armed_offset, 0),
      make(kSet, 0, 0, 0, 0),
      make(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
  bpf_attr attributes = {};
  attributes.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
  attributes.insns = AddressOf(program.data());
  attributes.insn_cnt = program.size();
  attributes.license = AddressOf("");
  return Bpf(BPF_PROG_LOAD, &attributes);
}

}  // namespace

std::shared_ptr<ResultTap> ResultTap::Shared() {
  static std::mutex mutex;
  static std::weak_ptr<ResultTap> shared;
  static bool refused = false;
  const std::lock_guard lock(mutex);
  std::shared_ptr<ResultTap> tap = shared.lock();
  if (tap != nullptr || refused) return tap;
  tap.reset(new ResultTap);
  refused = !tap->Open() || !tap->Works();
  if (refused) return nullptr;
  shared = tap;
  return tap;
}

ResultTap::~ResultTap() {
  if (seats_ != nullptr) munmap(seats_, kSeats * sizeof(Seat));
}

bool ResultTap::Open() {
  seats_of_threads_.Reset(MakeMap(BPF_MAP_TYPE_HASH, sizeof(uint32_t), kSeats, 0));
  seats_fd_.Reset(MakeMap(BPF_MAP_TYPE_ARRAY, sizeof(Seat), kSeats, BPF_F_MMAPABLE));
  if (!seats_of_threads_.valid() || !seats_fd_.valid()) return false;
  void* const memory =
      mmap(nullptr, kSeats * sizeof(Seat), PROT_READ | PROT_WRITE, MAP_SHARED, seats_fd_.get(), 0);
  if (memory == MAP_FAILED) return false;
  seats_ = static_cast<Seat*>(memory);
  for (uint32_t seat = kSeats; seat > 0; --seat) free_.push_back(seat - 1);
  program_.Reset(LoadProgram(seats_of_threads_.get(), seats_fd_.get(), offsetof(Seat, result),
                             offsetof(Seat, armed)));
  if (!program_.valid()) return false;
  bpf_attr attributes = {};
  attributes.raw_tracepoint.name = AddressOf("sys_exit");
  attributes.raw_tracepoint.prog_fd = static_cast<uint32_t>(program_.get());
  attached_.Reset(Bpf(BPF_RAW_TRACEPOINT_OPEN, &attributes));
  return attached_.valid();
}

// In a process namespace the kernel knows threads by other numbers than we do.
bool ResultTap::Works() {
  const std::optional<uint32_t> seat = Watch(gettid());
  if (!seat) return false;
  const std::atomic_ref<uint32_t> armed(seats_[*seat].armed);
  armed.store(1);
  const long parent = syscall(SYS_getppid);
  const bool works = armed.load() == 0 && seats_[*seat].result == parent;
  Forget(gettid(), *seat);
  return works;
}

std::optional<uint32_t> ResultTap::Watch(pid_t thread) {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::nullopt;
  const uint32_t seat = free_.back();
  seats_[seat] = Seat();
  bpf_attr attributes = {};
  attributes.map_fd = static_cast<uint32_t>(seats_of_threads_.get());
  attributes.key = AddressOf(&thread);
  attributes.value = AddressOf(&seat);
  if (Bpf(BPF_MAP_UPDATE_ELEM, &attributes) != 0) return std::nullopt;
  free_.pop_back();
  return seat;
}

void ResultTap::Forget(pid_t thread, uint32_t seat) {
  const std::lock_guard lock(mutex_);
  bpf_attr attributes = {};
  attributes.map_fd = static_cast<uint32_t>(seats_of_threads_.get());
  attributes.key = AddressOf(&thread);
  Bpf(BPF_MAP_DELETE_ELEM, &attributes);
  free_.push_back(seat);
}

std::optional<ResultSeat> ResultSeat::Take(std::shared_ptr<ResultTap> tap, pid_t thread) {
  if (tap == nullptr) return std::nullopt;
  const std::optional<uint32_t> seat = tap->Watch(thread);
  if (!seat) return std::nullopt;
  return ResultSeat(std::move(tap), thread, *seat);
}

ResultSeat::~ResultSeat() {
  if (tap_ != nullptr) tap_->Forget(thread_, seat_);
}

void ResultSeat::Arm() { std::atomic_ref<uint32_t>(tap_->seats_[seat_].armed).store(1); }

std::optional<int64_t> ResultSeat::Result() const {
  ResultTap::Seat& seat = tap_->seats_[seat_];
  if (std::atomic_ref<uint32_t>(seat.armed).load() != 0) return std::nullopt;
  return seat.result;
}

}  // namespace tearproof::trace
