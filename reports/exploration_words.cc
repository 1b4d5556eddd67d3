#include "reports/exploration_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/core/text.h"

namespace tearproof::reports {
namespace {

constexpr size_t kLongestCapture = 400;

std::string Safe(const std::string& captured) {
  return EscapeForTerminal(captured, kLongestCapture);
}

// "5550996791340" → "5,550,996,791,340". Whatever else it is stays as it is.
std::string GroupDigits(const std::string& digits) {
  if (digits.find_first_not_of("0123456789") != std::string::npos) return Safe(digits);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

bool BrokeSomething(const CellRecord& cell) {
  return std::any_of(cell.promises.begin(), cell.promises.end(), [](const PromiseResult& each) {
    return each.verdict.judgement == Judgement::kBroken;
  });
}

}  // namespace

std::string ShortenNames(const std::string& call) {
  constexpr size_t kLongest = 24;
  constexpr size_t kHead = 8;
  constexpr size_t kTail = 9;
  std::string text;
  std::string name;
  const auto end_name = [&] {
    const bool long_name = name.size() > kLongest;
    text += long_name ? name.substr(0, kHead) + "…" + name.substr(name.size() - kTail) : name;
    name.clear();
  };
  for (const char c : call) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.') {
      name += c;
      continue;
    }
    end_name();
    text += c;
  }
  end_name();
  const std::string cache = "\"cache/";
  for (size_t at; (at = text.find(cache)) != std::string::npos;) {
    text.replace(at, cache.size(), "\"");
  }
  return text;
}

std::string Lanes(const ExplorationRecord& explored, const Counterexample& example,
                  const Style& style, size_t indent) {
  std::vector<std::string> names;
  size_t widest = 0;
  for (const std::string& lane : explored.lanes) {
    names.push_back(Safe(lane));
    widest = std::max(widest, DisplayWidth(names.back()));
  }
  std::string text;
  for (size_t i = 0; i < example.steps.size(); ++i) {
    const ExploredStep& step = example.steps[i];
    std::string lanes;
    for (size_t lane = 0; lane < names.size(); ++lane) {
      lanes += lane == step.process ? "● " : "│ ";
    }
    // A record that was read from a file may say anything.
    const std::string name = step.process < names.size() ? names[step.process] : "?";
    std::string line = fmt::format("{}{:>3} {} {}  {}{}{}", std::string(indent, ' '), i + 1, lanes,
                                   PadRight(name, widest), Safe(ShortenNames(step.call)),
                                   step.result.empty() ? "" : " ", Safe(step.result));
    if (!step.effect.empty()) line += fmt::format("  ({})", Safe(ShortenNames(step.effect)));
    if (example.deciding == i) line = style.Bold(line + "  ← decides");
    text += line + "\n";
  }
  return text;
}

std::string SwitchesLine(const Counterexample& example) {
  return Counted(example.switches, "switches") + " between processes" +
         (example.fewest ? "; no execution with fewer breaks it" : "");
}

std::string ExploredSentence(const CellRecord& cell) {
  const ExplorationRecord& explored = *cell.explored;
  std::string classes = explored.classes == 1
                            ? "1 interleaving class"
                            : fmt::format("{} interleaving classes", FormatCount(explored.classes));
  if (!explored.interleavings.empty()) {
    classes += fmt::format(" ({} interleavings)", GroupDigits(explored.interleavings));
  }
  const std::string scope = Safe(cell.scope);
  std::string text;
  if (!explored.unseen.empty()) {
    text = fmt::format("inconclusive ({}), {}: {}", Safe(explored.unseen), classes, scope);
  } else if (explored.exhausted && !BrokeSomething(cell)) {
    text = fmt::format("held in all {}: {}", classes, scope);
  } else {
    text = fmt::format("{}{} explored: {}", explored.exhausted ? "all " : "", classes, scope);
  }
  if (explored.faults > 0) text += fmt::format("; {} tried", Counted(explored.faults, "faults"));
  if (explored.deadlocks > 0) text += fmt::format("; {} ended in a deadlock", explored.deadlocks);
  if (explored.polled) text += "; a process that polls in vain is not tried more often";
  if (explored.abandoned > 0) {
    text += fmt::format("; {} led to nothing new", Counted(explored.abandoned, "beginnings"));
  }
  return text + (explored.bound.empty() ? "." : ". " + Safe(explored.bound) + ".");
}

const Counterexample* CounterexampleOf(const CellRecord& cell, Promise promise) {
  return cell.explored ? cell.explored->Find(promise) : nullptr;
}

}  // namespace tearproof::reports
