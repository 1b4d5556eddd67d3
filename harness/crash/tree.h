// A directory with all that is in it, in memory: what a disk may hold.
//
// Thread safety: plain data. Errors: kEnvironment.
#ifndef TEARPROOF_HARNESS_CRASH_TREE_H_
#define TEARPROOF_HARNESS_CRASH_TREE_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/core/result.h"
#include "harness/crash/file_bytes.h"

namespace tearproof::crash {

// A file, directory or symbolic link, by its place in Tree::nodes.
using NodeId = uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;
inline constexpr NodeId kRoot = 0;

enum class NodeKind : uint8_t { kFile, kDirectory, kSymlink };

struct Node {
  NodeKind kind = NodeKind::kFile;
  mode_t mode = 0600;
  FileBytes bytes;                        // Of a symbolic link: what it holds.
  std::map<std::string, NodeId> entries;  // Of a directory.
  // trace::Change::attribute. Times only where a process has set them.
  std::map<std::string, std::string> attributes;
};

struct Tree {
  std::vector<Node> nodes = {{NodeKind::kDirectory, 0700, {}, {}, {}}};  // The first is the root.

  NodeId Add(NodeKind kind, mode_t mode);
  // The directory in which the last name of `path` lies, or kNoNode.
  NodeId DirectoryOf(std::string_view path) const;
  // What `path` leads to, or kNoNode.
  NodeId Find(std::string_view path) const;
};

// Of all that the root leads to: names, kinds, permissions, bytes, attributes, and which names
// share a file.
Digest DigestOf(const Tree& tree);

// What lies in `directory`, without times; `inodes` gets the nodes of what has an inode there.
Result<Tree> ReadTree(const std::string& directory, std::unordered_map<ino_t, NodeId>* inodes);
// Makes the tree in the directory that `parent` is a descriptor of, as `name`, which is absent.
Result<void> WriteTree(const Tree& tree, int parent, const std::string& name);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_TREE_H_
