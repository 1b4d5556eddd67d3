#include "harness/kit/pickle.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>

namespace tearproof::kit {
namespace {

constexpr size_t kBlock = 4096;
constexpr char kProto = '\x80';
constexpr char kVersion = 3;
constexpr char kNone = 'N';
constexpr char kBinInteger = 'J';
constexpr char kBinFloat = 'G';
constexpr char kBinBytes = 'B';
constexpr char kBinPut = 'q';
constexpr char kStop = '.';
constexpr std::array<char, 6> kOpcodeList = {kProto,      kBinPut,   kNone,
                                             kBinInteger, kBinFloat, kBinBytes};
constexpr std::string_view kOpcodes(kOpcodeList.data(), kOpcodeList.size());

PythonException TruncatedPickle() {
  return {PythonKind::kPickleError, 0, "_pickle.UnpicklingError: pickle data was truncated"};
}

// How Python's reader of 2013 fails on an opcode that our records do not use. Those that parse a
// line of text or look up a memo raise what is no PickleError; the rest finds the stack wrong, a
// length beyond the end of the file, or no opcode at all.
PythonException FailOn(char opcode) {
  switch (opcode) {
    case 'I':
    case 'L':
    case 'g':
    case 'p':
      return {PythonKind::kOther, 0, "ValueError: invalid literal for int() with base 10"};
    case 'F':
      return {PythonKind::kOther, 0, "ValueError: could not convert string to float"};
    case 'h':
    case 'j':
      return {PythonKind::kOther, 0, "KeyError: memo value not found"};
    default:
      return {PythonKind::kPickleError, 0, "_pickle.UnpicklingError: invalid load key"};
  }
}

double BigEndianDouble(std::string_view bytes) {
  uint64_t bits = 0;
  for (size_t i = 0; i < 8; ++i) bits = (bits << 8) | static_cast<unsigned char>(bytes[i]);
  return std::bit_cast<double>(bits);
}

uint32_t LittleEndian(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 4; i-- > 0;) number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  return number;
}

// Runs one opcode whose argument has a fixed length. False: the file ends within the argument.
bool LoadArgument(BufferedReader& reader, char opcode, PickleObject& object, size_t& bytes_length) {
  switch (opcode) {
    case kProto:
    case kBinPut:
      if (!reader.Need(1)) return false;
      reader.Skip(1);
      return true;
    case kNone:
      object = {};
      return true;
    case kBinInteger:
      if (!reader.Need(4)) return false;
      object = {PickleObject::Kind::kInteger,
                static_cast<double>(static_cast<int32_t>(LittleEndian(reader.Ahead()))),
                {}};
      reader.Skip(4);
      return true;
    case kBinFloat:
      if (!reader.Need(8)) return false;
      object = {PickleObject::Kind::kFloat, BigEndianDouble(reader.Ahead()), {}};
      reader.Skip(8);
      return true;
    default:  // kBinBytes
      if (!reader.Need(4)) return false;
      bytes_length = LittleEndian(reader.Ahead());
      reader.Skip(4);
      if (!reader.Need(bytes_length)) return false;
      object = {PickleObject::Kind::kBytes, 0, {}};
      reader.Skip(bytes_length);
      return true;
  }
}

}  // namespace

std::string PickleExpiry(std::optional<double> expiry) {
  std::string text = {kProto, kVersion};
  if (expiry) {
    text += kBinFloat;
    const uint64_t bits = std::bit_cast<uint64_t>(*expiry);
    for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(bits >> shift);
  } else {
    text += kNone;
  }
  text += kStop;
  return text;
}

std::string PickleInteger(int32_t number) {
  std::string text = {kBinInteger};
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(number >> shift);
  text += kStop;
  return text;
}

std::string TextOf(const PickleObject& object) {
  switch (object.kind) {
    case PickleObject::Kind::kNone:
      return "None";
    case PickleObject::Kind::kInteger:
      return std::to_string(static_cast<int64_t>(object.number));
    case PickleObject::Kind::kFloat:
      return std::to_string(object.number);
    default:
      return std::string(object.bytes);
  }
}

std::string PickleBytes(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + 10);
  text = {kProto, kVersion, kBinBytes};
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(bytes.size() >> shift);
  text += bytes;
  text += kBinPut;
  text += '\0';
  text += kStop;
  return text;
}

BufferedReader::BufferedReader(int fd, std::string& buffer) : fd_(fd), buffer_(buffer) {}

BufferedReader::BufferedReader(std::string& text) : fd_(-1), buffer_(text), end_(text.size()) {}

bool BufferedReader::Need(size_t count) {
  while (end_ - at_ < count) {
    if (fd_ < 0) return false;
    if (buffer_.size() < end_ + kBlock) buffer_.resize(2 * end_ + kBlock);
    const ssize_t got = read(fd_, buffer_.data() + end_, kBlock);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) problem_ = errno;
    if (got <= 0) return false;
    end_ += static_cast<size_t>(got);
  }
  return true;
}

PythonException LoadPickle(BufferedReader& reader, PickleObject& object) {
  bool loaded = false;
  size_t bytes_end = 0;
  size_t bytes_length = 0;
  object = {};
  const auto ended = [&](const PythonException& otherwise) {
    return reader.problem() != 0 ? OsError(reader.problem(), "read") : otherwise;
  };
  while (true) {
    if (!reader.Need(1)) return ended({PythonKind::kEofError, 0, "EOFError: Ran out of input"});
    const char opcode = reader.Ahead().front();
    reader.Skip(1);
    if (opcode == kStop) break;
    if (kOpcodes.find(opcode) == std::string_view::npos) return FailOn(opcode);
    if (!LoadArgument(reader, opcode, object, bytes_length)) return ended(TruncatedPickle());
    if (opcode == kBinBytes) bytes_end = reader.Position();
    loaded = loaded || (opcode != kProto && opcode != kBinPut);
  }
  if (!loaded)
    return {PythonKind::kPickleError, 0, "_pickle.UnpicklingError: unpickling stack underflow"};
  if (object.kind == PickleObject::Kind::kBytes) {
    object.bytes = reader.Behind(bytes_end - bytes_length, bytes_length);
  }
  return {};
}

}  // namespace tearproof::kit
