#include "harness/kit/stored_zlib.h"

#include <algorithm>

namespace tearproof::kit {
namespace {

constexpr std::string_view kHeader = "\x78\x01";  // Deflate, 32 KiB window, fastest.
constexpr size_t kMaxBlock = 65535;

PythonException ZlibError(std::string_view what) {
  return {PythonKind::kOther, 0,
          "zlib.error: Error -3 while decompressing data: " + std::string(what)};
}

PythonException TruncatedStream() {
  return {PythonKind::kOther, 0,
          "zlib.error: Error -5 while decompressing data: incomplete or truncated stream"};
}

uint32_t Byte(std::string_view text, size_t at) { return static_cast<unsigned char>(text[at]); }

}  // namespace

uint32_t Adler32(std::string_view bytes) {
  constexpr uint32_t kModulus = 65521;
  constexpr size_t kRun = 5552;  // The longest run whose sums cannot overflow 32 bits.
  uint32_t a = 1;
  uint32_t b = 0;
  while (!bytes.empty()) {
    const std::string_view run = bytes.substr(0, kRun);
    for (const char c : run) {
      a += static_cast<unsigned char>(c);
      b += a;
    }
    a %= kModulus;
    b %= kModulus;
    bytes.remove_prefix(run.size());
  }
  return (b << 16) | a;
}

std::string ZlibStore(std::string_view bytes) {
  std::string stream(kHeader);
  stream.reserve(bytes.size() + bytes.size() / kMaxBlock * 5 + 16);
  const uint32_t sum = Adler32(bytes);
  do {
    const std::string_view block = bytes.substr(0, kMaxBlock);
    bytes.remove_prefix(block.size());
    const auto length = static_cast<uint16_t>(block.size());
    stream += bytes.empty() ? '\1' : '\0';
    stream += static_cast<char>(length);
    stream += static_cast<char>(length >> 8);
    stream += static_cast<char>(~length);
    stream += static_cast<char>(~length >> 8);
    stream += block;
  } while (!bytes.empty());
  for (int shift = 24; shift >= 0; shift -= 8) stream += static_cast<char>(sum >> shift);
  return stream;
}

PythonException ZlibLoad(std::string_view stream, std::string& bytes) {
  bytes.clear();
  if (stream.size() < kHeader.size()) return TruncatedStream();
  if (!stream.starts_with(kHeader)) return ZlibError("incorrect header check");
  stream.remove_prefix(kHeader.size());
  bool last = false;
  while (!last) {
    if (stream.size() < 5) return TruncatedStream();
    if (Byte(stream, 0) > 1) return ZlibError("invalid block type");
    last = Byte(stream, 0) == 1;
    const uint32_t length = Byte(stream, 1) | Byte(stream, 2) << 8;
    const uint32_t complement = Byte(stream, 3) | Byte(stream, 4) << 8;
    if ((length ^ complement) != 0xffff) return ZlibError("invalid stored block lengths");
    stream.remove_prefix(5);
    if (stream.size() < length) return TruncatedStream();
    bytes += stream.substr(0, length);
    stream.remove_prefix(length);
  }
  if (stream.size() < 4) return TruncatedStream();
  const uint32_t sum =
      Byte(stream, 0) << 24 | Byte(stream, 1) << 16 | Byte(stream, 2) << 8 | Byte(stream, 3);
  return sum == Adler32(bytes) ? PythonException{} : ZlibError("incorrect data check");
}

}  // namespace tearproof::kit
