// The fields that backend.toml and a [backend.NAME] of tearproof.toml have in common.
//
// Purpose: one reading of promises, operations, limits and expectations, for both files.
// Thread safety: none. Errors: reported to the table's TomlProblems.
#ifndef TEARPROOF_HARNESS_API_DESCRIPTION_FIELDS_H_
#define TEARPROOF_HARNESS_API_DESCRIPTION_FIELDS_H_

#include <optional>

#include "harness/api/backend_description.h"
#include "harness/api/toml_reader.h"

namespace tearproof {

// promises, [opted_out], operations, ttl, evicts, max_entries, ttl_resolution, miss_after_kill, and
// whether they go together. Operations may be left out where `ask_for_operations` is false.
void ReadContract(TomlTable& table, bool ask_for_operations, BackendDescription& description);
// [expect.SCENARIO].
void ReadExpectations(TomlTable& table, BackendDescription& description);
// The promise or operation so named; reports where there is none.
std::optional<Promise> ReadPromise(const TomlTable& table, const TomlString& name);
// Reports unless `name` is an engine whose expectations and races may be named.
void CheckEngine(const TomlTable& table, const TomlString& name);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_DESCRIPTION_FIELDS_H_
