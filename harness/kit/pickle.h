// The few records of Python's pickle format that a cache of bytes needs, written and read.
//
// Purpose: what a torn file does to a cache in Python depends on how pickle.load meets it: a file
// that ends early is an EOFError or an UnpicklingError, a foreign byte where an opcode should stand
// is an UnpicklingError or, for the opcodes that parse text or look things up, a ValueError or
// KeyError; bytes of two writers within one record are no error at all. The records are real
// (protocol 3: None, integer, float, bytes); Python reads what is written here. Of the opcodes that
// these records do not use the reader knows only how they fail. Thread safety: none; one reader a
// file. Ownership: borrows descriptor and buffer.
#ifndef TEARPROOF_HARNESS_KIT_PICKLE_H_
#define TEARPROOF_HARNESS_KIT_PICKLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/kit/python.h"

namespace tearproof::kit {

// pickle.dumps of a float or None: 12 or 4 bytes, so that a body behind it shifts.
std::string PickleExpiry(std::optional<double> expiry);
// pickle.dumps of an integer of 32 bits in protocol 1, as some store their deadlines.
std::string PickleInteger(int32_t number);
// pickle.dumps of `bytes`.
std::string PickleBytes(std::string_view bytes);

// A file read as open(path, "rb") reads it: blocks of 4096 bytes, when they are needed.
class BufferedReader {
 public:
  // `buffer` is overwritten; lending it only saves an allocation.
  BufferedReader(int fd, std::string& buffer);
  // As io.BytesIO: all of `text` lies ahead, nothing is read.
  explicit BufferedReader(std::string& text);

  // Reads until `count` bytes lie ahead. False at the end of the file or on an error.
  bool Need(size_t count);
  // What lies ahead, at least as much as was needed. Valid until the next Need.
  std::string_view Ahead() const { return {buffer_.data() + at_, end_ - at_}; }
  void Skip(size_t count) { at_ += count; }
  // Where in the file the reader stands, and what it has read at `position`.
  size_t Position() const { return at_; }
  std::string_view Behind(size_t position, size_t count) const {
    return {buffer_.data() + position, count};
  }
  int problem() const { return problem_; }  // errno of a read that failed.

 private:
  int fd_;
  std::string& buffer_;
  size_t at_ = 0;
  size_t end_ = 0;
  int problem_ = 0;
};

struct PickleObject {
  enum class Kind { kNone, kInteger, kFloat, kBytes };
  Kind kind = Kind::kNone;
  double number = 0;       // Of an integer and a float.
  std::string_view bytes;  // Into the reader's buffer; valid until its next Need.
};

// What str() shows of it.
std::string TextOf(const PickleObject& object);

// pickle.load: one object up to its STOP; what follows is left unread.
PythonException LoadPickle(BufferedReader& reader, PickleObject& object);

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_PICKLE_H_
