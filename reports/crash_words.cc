#include "reports/crash_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"
#include "reports/exploration_words.h"
#include "reports/findings.h"

namespace tearproof::reports {
namespace {

constexpr size_t kLongestStory = 400;
// The rest is counted.
constexpr size_t kMostParts = 6;

std::string SafeCaptured(const std::string& captured) {
  return EscapeForTerminal(ShortenNames(captured), kLongestStory);
}

std::string Listed(const std::vector<std::string>& parts, std::string_view none) {
  if (parts.empty()) return std::string(none);
  std::vector<std::string> shown;
  for (const std::string& part : parts) {
    if (shown.size() == kMostParts) break;
    shown.push_back(SafeCaptured(part));
  }
  std::string text = Join(shown, "; ");
  if (parts.size() > kMostParts) text += fmt::format("; and {} more", parts.size() - kMostParts);
  return text;
}

// Nobody looks for an fsync that tidies up.
bool AsksForASync(const CrashStory& story) {
  return story.promise == Promise::kCrashAtomic || story.promise == Promise::kDurable;
}

std::string CrashRemedy(const CrashStory& story) {
  return Listed(story.remedy, "nothing that was tried: neither one fsync nor two");
}

}  // namespace

const CrashStory* StoryOf(const CellRecord& cell, Promise promise) {
  return cell.crashed ? cell.crashed->Find(promise) : nullptr;
}

std::string TellStory(const CellRecord& cell, const CrashStory& story, const Style& style,
                      size_t indent) {
  ExplorationRecord lanes;
  lanes.lanes = cell.crashed->lanes;
  Counterexample calls;
  calls.steps = story.steps;
  const std::string margin(indent, ' ');
  std::string text = Lanes(lanes, calls, style, indent);
  text += margin + style.Bold("    power cut") + "\n";
  const auto add = [&](std::string_view label, const std::string& what) {
    text += fmt::format("{}    {} {}\n", margin, label, what);
  };
  add("on the disk, though nothing had forced it:", Listed(story.on_disk, "nothing"));
  add("not on the disk:", Listed(story.missing, "nothing, as far as it had come"));
  add("a fresh process then:", Listed(story.read, "nothing"));
  if (AsksForASync(story)) add("what would have kept the promise:", CrashRemedy(story));
  return text;
}

std::string StoryInShort(const CrashStory& story) {
  const auto answer = std::find_if(story.read.begin(), story.read.end(), [](const auto& read) {
    return read.starts_with("get") || read.find("error") != std::string::npos;
  });
  return fmt::format(
      "after {}: {}; {}{}", story.steps.empty() ? "nothing" : SafeCaptured(story.steps.back().call),
      story.missing.empty() ? "nothing of it missing" : "missing " + Listed(story.missing, ""),
      answer == story.read.end() ? "nothing was read" : SafeCaptured(*answer),
      AsksForASync(story) ? "; would have kept it: " + CrashRemedy(story) : "");
}

std::string CrashedSentence(const CellRecord& cell) {
  const CrashRecord& crashed = *cell.crashed;
  std::string text =
      fmt::format("on {} ({}): {}, {} of {} drawn, {} judged", SafeCaptured(crashed.model),
                  SafeCaptured(crashed.model_title), Counted(crashed.points, "moments"),
                  ShortCounted(crashed.states, "different states"), ShortCount(crashed.candidates),
                  ShortCount(crashed.judged));
  if (crashed.runs > 1) text += fmt::format(", in {}", Counted(crashed.runs, "interleavings"));
  text += crashed.exhausted ? "; there are no others" : "; " + SafeCaptured(crashed.bound);
  if (!crashed.unseen.empty()) text += "; inconclusive (" + SafeCaptured(crashed.unseen) + ")";
  return text + ".";
}

}  // namespace tearproof::reports
