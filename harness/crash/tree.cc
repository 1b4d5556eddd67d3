#include "harness/crash/tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/core/clock.h"
#include "harness/core/unique_fd.h"
#include "harness/trace/change.h"

namespace tearproof::crash {
namespace {

class Digester {
 public:
  explicit Digester(const Tree& tree) : tree_(tree), ordinals_(tree.nodes.size(), 0) {}

  Digest Run() {
    Visit(kRoot);
    return DigestOf({reinterpret_cast<const char*>(seen_.data()), seen_.size() * sizeof(uint64_t)});
  }

 private:
  void Number(uint64_t number) { seen_.push_back(number); }
  void Text(std::string_view text) {
    for (const uint64_t number : DigestOf(text)) Number(number);
  }

  void Visit(NodeId id) {
    const Node& node = tree_.nodes[id];
    // A file of two names is not two files.
    Number(ordinals_[id]);
    if (ordinals_[id] != 0) return;
    ordinals_[id] = ++visited_;
    Number(static_cast<uint64_t>(node.kind));
    Number(node.mode);
    node.bytes.AppendIdentity(&seen_);
    Number(node.attributes.size());
    for (const auto& [name, value] : node.attributes) {
      Text(name);
      Text(value);
    }
    Number(node.entries.size());
    for (const auto& [name, target] : node.entries) {
      Text(name);
      Visit(target);
    }
  }

  const Tree& tree_;
  std::vector<uint64_t> ordinals_;
  uint64_t visited_ = 0;
  std::vector<uint64_t> seen_;  // All numbers, and the digests of all texts.
};

Error CannotMake(const std::string& name) { return SystemError(errno, "cannot make " + name); }

// By its name, as a symbolic link has no descriptor; `fd` is of anything else.
bool SetAttributes(const Node& node, int parent, const std::string& name, int fd) {
  bool set = true;
  for (const auto& [attribute, value] : node.attributes) {
    if (attribute == trace::kOwner) {
      const size_t colon = value.find(':');
      const auto user = static_cast<uid_t>(std::stoul(value));
      const auto group = static_cast<gid_t>(std::stoul(value.substr(colon + 1)));
      set = set && fchownat(parent, name.c_str(), user, group, AT_SYMLINK_NOFOLLOW) == 0;
    } else if (attribute == trace::kModified) {
      const int64_t modified = std::stoll(value);
      const timespec time = {modified / kNanosPerSecond, modified % kNanosPerSecond};
      const timespec times[2] = {{0, UTIME_OMIT}, time};
      set = set && utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0;
    } else {
      set = set && fsetxattr(fd, attribute.c_str(), value.data(), value.size(), 0) == 0;
    }
  }
  return set;
}

Result<void> WriteFile(const Node& node, int parent, const std::string& name) {
  const UniqueFd file(
      openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, node.mode));
  if (!file.valid()) return CannotMake(name);
  const std::string bytes = node.bytes.ToString();
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t written = write(file.get(), left.data(), left.size());
    if (written < 0) return CannotMake(name);
    left.remove_prefix(static_cast<size_t>(written));
  }
  if (!SetAttributes(node, parent, name, file.get())) return CannotMake(name);
  // Whatever the umask, and the change of an owner, took away.
  if ((node.mode & 07077) != 0 && fchmod(file.get(), node.mode) != 0) return CannotMake(name);
  return {};
}

class Writer {
 public:
  explicit Writer(const Tree& tree) : tree_(tree) {}

  Result<void> Make(NodeId id, int parent, const std::string& name, const std::string& path) {
    const Node& node = tree_.nodes[id];
    const auto before = made_.find(id);
    if (before != made_.end()) {
      if (linkat(root_.get(), before->second.c_str(), parent, name.c_str(), 0) == 0) return {};
      return CannotMake(name);
    }
    if (node.kind == NodeKind::kSymlink) {
      const bool made = symlinkat(node.bytes.ToString().c_str(), parent, name.c_str()) == 0 &&
                        SetAttributes(node, parent, name, -1);
      return made ? Result<void>() : CannotMake(name);
    }
    if (node.kind == NodeKind::kFile) {
      made_.emplace(id, path);
      return WriteFile(node, parent, name);
    }
    if (mkdirat(parent, name.c_str(), node.mode | 0700) != 0) return CannotMake(name);
    UniqueFd directory(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return CannotMake(name);
    const int fd = directory.get();
    if (id == kRoot) root_ = std::move(directory);
    for (const auto& [entry, target] : node.entries) {
      const std::string below = path.empty() ? entry : path + "/" + entry;
      TEARPROOF_RETURN_IF_ERROR(Make(target, fd, entry, below));
    }
    return SetAttributes(node, parent, name, fd) ? Result<void>() : CannotMake(name);
  }

 private:
  const Tree& tree_;
  UniqueFd root_;
  std::unordered_map<NodeId, std::string> made_;  // Files, by the first name, from the root.
};

// Those of users, and an owner who is not ours. Nothing where the file system has none.
std::map<std::string, std::string> AttributesOf(const std::string& path,
                                                const struct stat& status) {
  std::map<std::string, std::string> attributes;
  if (status.st_uid != geteuid() || status.st_gid != getegid()) {
    attributes[trace::kOwner] = fmt::format("{}:{}", status.st_uid, status.st_gid);
  }
  std::array<char, XATTR_LIST_MAX> names;
  const ssize_t listed = llistxattr(path.c_str(), names.data(), names.size());
  for (const char* name = names.data(); name < names.data() + listed; name += strlen(name) + 1) {
    if (!std::string_view(name).starts_with("user.")) continue;
    std::string value(XATTR_SIZE_MAX, '\0');
    const ssize_t got = lgetxattr(path.c_str(), name, value.data(), value.size());
    if (got < 0) continue;
    value.resize(static_cast<size_t>(got));
    attributes[name] = std::move(value);
  }
  return attributes;
}

}  // namespace

NodeId Tree::Add(NodeKind kind, mode_t mode) {
  nodes.push_back({kind, mode, {}, {}, {}});
  return static_cast<NodeId>(nodes.size() - 1);
}

NodeId Tree::DirectoryOf(std::string_view path) const {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? kRoot : Find(path.substr(0, slash));
}

NodeId Tree::Find(std::string_view path) const {
  NodeId at = kRoot;
  while (!path.empty() && at != kNoNode) {
    const size_t slash = path.find('/');
    const std::string name(path.substr(0, slash));
    path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
    const auto found = nodes[at].entries.find(name);
    at = found == nodes[at].entries.end() ? kNoNode : found->second;
  }
  return at;
}

Digest DigestOf(const Tree& tree) { return Digester(tree).Run(); }

Result<Tree> ReadTree(const std::string& directory, std::unordered_map<ino_t, NodeId>* inodes) {
  namespace fs = std::filesystem;
  Tree tree;
  struct stat status;
  if (stat(directory.c_str(), &status) != 0) {
    return SystemError(errno, "cannot look at " + directory);
  }
  (*inodes)[status.st_ino] = kRoot;
  std::map<std::string, NodeId> directories = {{directory, kRoot}};
  std::error_code problem;
  for (fs::recursive_directory_iterator it(directory, problem), end; !problem && it != end;
       it.increment(problem)) {
    const std::string path = it->path().string();
    if (lstat(path.c_str(), &status) != 0) return SystemError(errno, "cannot look at " + path);
    const NodeId parent = directories.at(it->path().parent_path().string());
    const auto [known, fresh] = inodes->try_emplace(status.st_ino, kNoNode);
    if (fresh) {
      const NodeKind kind = S_ISDIR(status.st_mode)   ? NodeKind::kDirectory
                            : S_ISLNK(status.st_mode) ? NodeKind::kSymlink
                                                      : NodeKind::kFile;
      known->second = tree.Add(kind, status.st_mode & 07777);
      Node& node = tree.nodes.back();
      node.attributes = AttributesOf(path, status);
      if (kind == NodeKind::kDirectory) directories[path] = known->second;
      if (kind == NodeKind::kSymlink) node.bytes = fs::read_symlink(path, problem).string();
      if (kind == NodeKind::kFile) {
        std::ifstream file(path, std::ios::binary);
        node.bytes = std::string(std::istreambuf_iterator<char>(file), {});
      }
    }
    tree.nodes[parent].entries[it->path().filename().string()] = known->second;
  }
  if (problem) return SystemError(problem.value(), "cannot read " + directory);
  return tree;
}

Result<void> WriteTree(const Tree& tree, int parent, const std::string& name) {
  return Writer(tree).Make(kRoot, parent, name, "");
}

}  // namespace tearproof::crash
