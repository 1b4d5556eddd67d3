#include "harness/cli/explored_words.h"

#include <fmt/format.h>

#include <cctype>

#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

std::vector<std::string> NamesOf(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Role& role : scenario.roles) {
    for (uint32_t i = 0; role.explore && i < role.explore->processes; ++i) {
      names.push_back(fmt::format("{} {}", role.name, names.size()));
    }
  }
  return names;
}

// Names of files that are mostly a digest, so that a call fits its line: "28d61f7b…0b5.entry".
std::string ShortenNames(const std::string& label) {
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
  for (const char c : label) {
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

std::string EndOf(const explore::Exploration& found) {
  switch (found.outcome) {
    case explore::Outcome::kBroken:
      return "stopped at the first break; --all goes on";
    case explore::Outcome::kExecutions:
    case explore::Outcome::kTime:
      return "the budget ended before all was explored; --budget grants more";
    case explore::Outcome::kStopped:
      return "interrupted before all was explored";
    case explore::Outcome::kDifferent:
      return fmt::format(
          "the cache is not deterministic: at step {} the same choices led to {}, and before to {}",
          found.difference->step + 1, EscapeForTerminal(found.difference->got.label),
          EscapeForTerminal(found.difference->expected.label));
    case explore::Outcome::kExhausted:
      break;
  }
  return found.too_long > 0 ? "some executions were too long to be followed" : "";
}

}  // namespace

std::string LanesOf(const std::vector<explore::Event>& events, std::optional<size_t> deciding,
                    const Scenario& scenario) {
  const std::vector<std::string> names = NamesOf(scenario);
  size_t widest = 0;
  for (const std::string& name : names) widest = std::max(widest, DisplayWidth(name));
  std::string text;
  for (size_t i = 0; i < events.size(); ++i) {
    std::string lanes;
    for (size_t lane = 0; lane < names.size(); ++lane) {
      lanes += lane == events[i].process ? "● " : "│ ";
    }
    text += fmt::format("  {:>3} {} {}  {} {}{}\n", i + 1, lanes,
                        PadRight(names[events[i].process], widest),
                        EscapeForTerminal(ShortenNames(events[i].label)),
                        EscapeForTerminal(events[i].result), deciding == i ? "  ← decides" : "");
  }
  return text;
}

std::string PromisesOf(const std::map<Promise, Verdict>& verdicts,
                       const std::set<Promise>& promised) {
  std::string text;
  for (const auto& [promise, verdict] : verdicts) {
    const bool broken = verdict.judgement == Judgement::kBroken;
    const std::string what =
        verdict.judgement == Judgement::kHeld || broken
            ? fmt::format("{} {}", FormatRounded(static_cast<double>(verdict.exercised)),
                          verdict.unit)
            : verdict.reason;
    const std::string word = broken && promised.contains(promise)
                                 ? "BROKEN"
                                 : std::string(JudgementName(verdict.judgement));
    text += Block(fmt::format("  {:<16} {:<14} ", PromiseName(promise), word),
                  what + (promised.contains(promise) ? "" : " (not promised)"), 80);
  }
  return text;
}

std::string WordsOf(const explore::Exploration& found, trace::Unseen unseen,
                    const std::string& scope) {
  std::string classes = found.classes == 1 ? "1 interleaving class"
                                           : fmt::format("{} interleaving classes", found.classes);
  if (found.uncounted == 0 && !found.interleavings.IsZero()) {
    classes += fmt::format(" ({} interleavings)", found.interleavings.Print());
  }
  const std::string end = EndOf(found);
  std::string text;
  if (unseen != trace::Unseen::kNothing) {
    text = fmt::format("inconclusive ({}), {}: {}", trace::Describe(unseen), classes, scope);
  } else if (found.exhausted() && found.broken.empty()) {
    text = fmt::format("held in all {}: {}", classes, scope);
  } else {
    text = fmt::format("{} explored: {}", classes, scope);
  }
  if (found.deadlocks > 0) text += fmt::format("; {} ended in a deadlock", found.deadlocks);
  if (found.polled) text += "; a process that polls in vain is not tried more often";
  if (found.abandoned > 0)
    text += fmt::format("; {} beginnings led to nothing new", found.abandoned);
  return text + (end.empty() ? "." : ". " + end + ".");
}

}  // namespace tearproof::cli
