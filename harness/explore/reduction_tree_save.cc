// The tree in text: a line a node, in preorder. See ReductionTree::Save.
#include <fmt/format.h>

#include <charconv>

#include "harness/core/text.h"
#include "harness/explore/reduction_tree.h"

namespace tearproof::explore {
namespace {

// process,certain[,kind,number,mode]…
std::string PrintStep(const TreeStep& step) {
  std::string text = fmt::format("{},{:d}", step.process, step.certain);
  for (const trace::Access& access : step.footprint) {
    text += fmt::format(",{:d},{},{:d}", static_cast<int>(access.object.kind), access.object.number,
                        static_cast<int>(access.mode));
  }
  return text;
}

std::optional<TreeStepPointer> ParseStep(std::string_view text) {
  std::vector<uint64_t> numbers;
  for (const std::string& field : Split(text, ',')) {
    uint64_t number = 0;
    const char* const end = field.data() + field.size();
    const auto [rest, problem] = std::from_chars(field.data(), end, number);
    if (field.empty() || problem != std::errc() || rest != end) return std::nullopt;
    numbers.push_back(number);
  }
  if (numbers.size() % 3 != 2 || numbers[0] >= kMaxProcesses || numbers[1] > 1) {
    return std::nullopt;
  }
  TreeStep step;
  step.process = static_cast<ProcessId>(numbers[0]);
  step.certain = numbers[1] == 1;
  for (size_t i = 2; i < numbers.size(); i += 3) {
    if (numbers[i] > static_cast<uint64_t>(trace::ObjectKind::kOrder) ||
        numbers[i + 2] > static_cast<uint64_t>(trace::AccessMode::kWrite)) {
      return std::nullopt;
    }
    step.footprint.push_back({{static_cast<trace::ObjectKind>(numbers[i]), numbers[i + 1]},
                              static_cast<trace::AccessMode>(numbers[i + 2])});
  }
  return std::make_shared<TreeStep>(std::move(step));
}

constexpr std::string_view kFlags = "xetcd";

void PrintNode(const TreeNode& node, size_t depth, std::string& text) {
  const bool flags[] = {node.executed, node.explored, node.tentative, node.covers_all, node.done};
  text += fmt::format("{} ", depth);
  for (size_t i = 0; i < kFlags.size(); ++i) text += flags[i] ? kFlags[i] : '-';
  text += ' ' + (node.step ? PrintStep(*node.step) : "-");
  for (const TreeStepPointer& sleeper : node.sleep) text += ' ' + PrintStep(*sleeper);
  text += '\n';
  for (const std::unique_ptr<TreeNode>& child : node.children) PrintNode(*child, depth + 1, text);
}

bool ParseNode(const std::vector<std::string>& fields, TreeNode& node) {
  if (fields.size() < 3 || fields[1].size() != kFlags.size()) return false;
  bool* const flags[] = {&node.executed, &node.explored, &node.tentative, &node.covers_all,
                         &node.done};
  for (size_t i = 0; i < kFlags.size(); ++i) {
    *flags[i] = fields[1][i] == kFlags[i];
    if (!*flags[i] && fields[1][i] != '-') return false;
  }
  for (size_t i = 2; i < fields.size(); ++i) {
    if (i == 2 && node.parent == nullptr) {
      if (fields[i] != "-") return false;
      continue;
    }
    auto step = ParseStep(fields[i]);
    if (!step) return false;
    if (i == 2) {
      node.step = *step;
    } else {
      node.sleep.push_back(*step);
    }
  }
  return true;
}

Error Damaged(size_t line) {
  return UsageError(fmt::format("line {} of the saved exploration is damaged", line),
                    "begin a new one");
}

}  // namespace

std::string ReductionTree::Save() const {
  const std::lock_guard lock(mutex_);
  TEARPROOF_CHECK(out_ == 0, "a tree was saved while it was explored");
  std::string text;
  PrintNode(root_, 0, text);
  return text;
}

Result<void> ReductionTree::Load(std::string_view text) {
  const std::lock_guard lock(mutex_);
  TEARPROOF_CHECK(!begun_, "a tree was loaded over another one");
  TreeNode* last = &root_;
  size_t depth = 0;  // Of `last`.
  size_t number = 0;
  for (const std::string& line : Split(text, '\n')) {
    if (line.empty()) continue;
    const std::vector<std::string> fields = Split(line, ' ');
    size_t here = 0;
    const char* const end = fields[0].data() + fields[0].size();
    const auto [rest, problem] = std::from_chars(fields[0].data(), end, here);
    const bool root = ++number == 1;
    if (problem != std::errc() || rest != end || (root != (here == 0)) || here > depth + 1) {
      return Damaged(number);
    }
    if (!root) {
      for (; depth + 1 > here; --depth) last = last->parent;
      last->children.push_back(std::make_unique<TreeNode>());
      last->children.back()->parent = last;
      last = last->children.back().get();
    }
    depth = here;
    if (!ParseNode(fields, *last)) return Damaged(number);
  }
  if (number == 0) return Damaged(1);
  begun_ = root_.executed || root_.explored;
  return {};
}

}  // namespace tearproof::explore
