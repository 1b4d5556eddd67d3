#include "harness/crash/tree.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>

#include "harness/core/owned_directory.h"

namespace tearproof::crash {
namespace {

class TreeTest : public testing::Test {
 protected:
  TreeTest() : home_(OwnedDirectory::Create(std::filesystem::temp_directory_path()).value()) {}

  std::string Path(const std::string& name) const { return home_.path() + "/" + name; }

  // Written and read again.
  Tree Again(const Tree& tree) {
    const Result<void> written = WriteTree(tree, AT_FDCWD, Path("again"));
    EXPECT_TRUE(written.ok()) << written.error().Message();
    std::unordered_map<ino_t, NodeId> inodes;
    return ReadTree(Path("again"), &inodes).value();
  }

  static NodeId AddFile(Tree* tree, const std::string& name, const std::string& bytes) {
    const NodeId node = tree->Add(NodeKind::kFile, 0600);
    tree->nodes[node].bytes = bytes;
    tree->nodes[kRoot].entries[name] = node;
    return node;
  }

  OwnedDirectory home_;
};

TEST_F(TreeTest, WhatIsWrittenIsReadAgain) {
  Tree tree;
  const NodeId file = AddFile(&tree, "a", "bytes");
  tree.nodes[kRoot].entries["same"] = file;
  const NodeId directory = tree.Add(NodeKind::kDirectory, 0711);
  tree.nodes[kRoot].entries["d"] = directory;
  const NodeId link = tree.Add(NodeKind::kSymlink, 0777);
  tree.nodes[link].bytes = "../a";
  tree.nodes[directory].entries["link"] = link;
  tree.nodes[directory].entries["below"] = AddFile(&tree, "moved", "");
  tree.nodes[kRoot].entries.erase("moved");
  const Tree again = Again(tree);
  EXPECT_EQ(DigestOf(again), DigestOf(tree));
  EXPECT_EQ(again.Find("a"), again.Find("same"));
  EXPECT_EQ(again.nodes[again.Find("d/link")].bytes, "../a");
}

TEST_F(TreeTest, ModesAreThoseOfTheTreeWhateverTheUmask) {
  Tree tree;
  tree.nodes[AddFile(&tree, "open", "x")].mode = 0666;
  tree.nodes[AddFile(&tree, "shut", "x")].mode = 0;
  const mode_t before = umask(077);
  const Tree again = Again(tree);
  umask(before);
  EXPECT_EQ(again.nodes[again.Find("open")].mode, 0666u);
  EXPECT_EQ(again.nodes[again.Find("shut")].mode, 0u);
}

TEST_F(TreeTest, ATimeThatWasSetIsSet) {
  Tree tree;
  tree.nodes[AddFile(&tree, "k", "x")].attributes["mtime"] = "5000000007";
  ASSERT_TRUE(WriteTree(tree, AT_FDCWD, Path("made")).ok());
  struct stat status;
  ASSERT_EQ(stat(Path("made/k").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 5);
  EXPECT_EQ(status.st_mtim.tv_nsec, 7);
}

TEST_F(TreeTest, AttributesOfUsersComeBackWithNulBytes) {
  Tree tree;
  const std::string value("a\0b", 3);
  tree.nodes[AddFile(&tree, "k", "x")].attributes["user.tearproof"] = value;
  const Result<void> written = WriteTree(tree, AT_FDCWD, Path("made"));
  if (!written.ok()) return;  // This file system has none.
  std::unordered_map<ino_t, NodeId> inodes;
  const Tree again = ReadTree(Path("made"), &inodes).value();
  EXPECT_EQ(again.nodes[again.Find("k")].attributes.at("user.tearproof"), value);
}

TEST_F(TreeTest, AnOwnerWhoIsNotOursComesBack) {
  if (geteuid() != 0) return;  // Only root gives files away.
  Tree tree;
  tree.nodes[AddFile(&tree, "k", "x")].attributes["owner"] = "12:34";
  tree.nodes[tree.Find("k")].mode = 04755;  // Which a change of owner would take away.
  const Tree again = Again(tree);
  EXPECT_EQ(again.nodes[again.Find("k")].attributes.at("owner"), "12:34");
  EXPECT_EQ(again.nodes[again.Find("k")].mode, 04755u);
  EXPECT_FALSE(again.nodes[kRoot].attributes.contains("owner"));
}

TEST_F(TreeTest, TheDigestTellsWhatAReaderCanTell) {
  std::set<Digest> digests;
  Tree tree;
  const NodeId file = AddFile(&tree, "k", "x");
  digests.insert(DigestOf(tree));
  Tree other = tree;
  other.nodes[file].mode = 0;
  digests.insert(DigestOf(other));
  other = tree;
  other.nodes[file].bytes = "y";
  digests.insert(DigestOf(other));
  other = tree;
  other.nodes[file].attributes["mtime"] = "5";
  digests.insert(DigestOf(other));
  other.nodes[file].attributes["mtime"] = "6";
  digests.insert(DigestOf(other));
  other = tree;
  other.nodes[file].kind = NodeKind::kSymlink;
  digests.insert(DigestOf(other));
  other = tree;
  other.nodes[kRoot].entries["l"] = file;
  digests.insert(DigestOf(other));
  other.nodes[kRoot].entries["l"] = other.Add(NodeKind::kFile, 0600);
  other.nodes.back().bytes = "x";
  digests.insert(DigestOf(other));
  EXPECT_EQ(digests.size(), 8u);
  // Of two equal files it matters which one has another name.
  Tree twins;
  twins.nodes[kRoot].entries["c"] = AddFile(&twins, "a", "x");
  Tree others = twins;
  others.nodes[kRoot].entries["c"] = AddFile(&others, "b", "x");
  AddFile(&twins, "b", "x");
  EXPECT_NE(DigestOf(twins), DigestOf(others));
  // What no name leads to is not there.
  other = tree;
  other.Add(NodeKind::kFile, 0600);
  EXPECT_EQ(DigestOf(other), DigestOf(tree));
}

}  // namespace
}  // namespace tearproof::crash
