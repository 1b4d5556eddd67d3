// What machine this is, for the record and for the words of a verdict's scope.
//
// Thread safety: pure reads of the system.
#ifndef TEARPROOF_HARNESS_CLI_MACHINE_H_
#define TEARPROOF_HARNESS_CLI_MACHINE_H_

#include <string>

#include "harness/api/run_record.h"

namespace tearproof::cli {

Machine DescribeMachine(const std::string& directory);
// The name of the file system that `path` lies on: "tmpfs", "ext4", "overlay", ...
std::string FileSystemName(const std::string& path);
// Whether more machines than this one may work on its files.
bool IsNetworkFileSystem(const std::string& file_system);
// What every report says of a directory on one; or "".
std::string OneClientWarning(const std::string& directory, const std::string& file_system);
// Where caches under test lie unless --dir says otherwise: /dev/shm where it is a writable tmpfs
// with room, for its speed makes races frequent; else $TMPDIR or /tmp.
std::string DefaultParentDirectory();

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_MACHINE_H_
