// The zlib container (RFC 1950) with stored, not compressed, blocks (RFC 1951, 3.2.4).
//
// Purpose: a model of a cache that compresses needs zlib's behaviour on damage: a stream that is
// cut short or altered is an error and never other bytes, thanks to lengths stored with their
// complement and the Adler-32 at the end. It needs no compression for that, so the models leave it
// out; any zlib reads these streams. Bytes behind the end of a stream are ignored, as
// zlib.decompress ignores them.
// Thread safety: pure functions. Errors: a PythonException of zlib.error's text.
#ifndef TEARPROOF_HARNESS_KIT_STORED_ZLIB_H_
#define TEARPROOF_HARNESS_KIT_STORED_ZLIB_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/kit/python.h"

namespace tearproof::kit {

uint32_t Adler32(std::string_view bytes);
std::string ZlibStore(std::string_view bytes);
// Replaces `bytes`.
PythonException ZlibLoad(std::string_view stream, std::string& bytes);

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_STORED_ZLIB_H_
