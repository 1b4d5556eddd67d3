#include "harness/adapter/conformance.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "harness/adapter/conversation.h"
#include "harness/api/scenario.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKey = "k0";
constexpr size_t kLarge = 1 << 20;
// Between two looks whether an entry has expired, and for how long past its time.
constexpr int64_t kLook = 10 * kNanosPerMilli;
constexpr int64_t kGrace = 2 * kNanosPerSecond;

RuleOutcome Without(std::string_view what) {
  return {Kept::kNotTried, fmt::format("it has no {}", what)};
}

bool HasGetAndSet(const ConformanceSubject& subject) {
  return subject.operations.contains(OpKind::kGet) && subject.operations.contains(OpKind::kSet);
}

// What the kernel's file system finds in `directory`, by name.
std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::recursive_directory_iterator it(directory, problem), end; !problem && it != end;
       it.increment(problem)) {
    names.push_back(fs::relative(it->path(), directory).string());
  }
  return names;
}

RuleOutcome Stdout(const ConformanceSubject& subject, const std::string& directory) {
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  for (const OpKind kind : subject.operations) {
    if (kind == OpKind::kInit) continue;
    talk.Ask({kind, TakesKey(kind) ? kKey : "", "7"}, /*may_fail=*/true);
  }
  if (!talk.stray().empty()) talk.Fail("printed besides its answers: " + talk.stray());
  return talk.Conclude();
}

RuleOutcome Id(const ConformanceSubject& subject, const std::string& directory) {
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.SkipTo(1'000);
  talk.Get("absent");
  talk.SkipTo((uint64_t{1} << 53) - 2);
  talk.Get("absent");
  return talk.Conclude();
}

RuleOutcome Unsupported(const ConformanceSubject& subject, const std::string& directory) {
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  const auto must_lack = [&](const Response& response, std::string_view name) {
    if (talk.failed() || response.outcome == Outcome::kUnsupported) return;
    talk.Fail(fmt::format("{}, which it does not have, is answered {}, not \"unsupported\": true",
                          name, OutcomeName(response.outcome)));
  };
  must_lack(talk.AskText(R"("op":"no-such-operation")", OpKind::kClear), "no-such-operation");
  for (size_t number = 0; number < kOpKindCount; ++number) {
    const auto kind = static_cast<OpKind>(number);
    const Request request{kind, TakesKey(kind) ? kKey : "", "7"};
    if (kind == OpKind::kInit) continue;
    if (!subject.operations.contains(kind)) {
      must_lack(talk.Ask(request, /*may_fail=*/true), OpKindName(kind));
    } else if (talk.Ask(request, true).outcome == Outcome::kUnsupported) {
      talk.Fail(fmt::format("{} is among its operations and unsupported", OpKindName(kind)));
    }
  }
  return talk.Conclude();
}

RuleOutcome FutureFields(const ConformanceSubject& subject, const std::string& directory) {
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  const Response response =
      talk.AskText(R"("op":"get","key":"absent","later":{"a":[1,null]})", OpKind::kGet);
  if (!talk.failed() && response.outcome != Outcome::kMiss) {
    talk.Fail(fmt::format("a get with a field that it does not know is answered {}, not miss",
                          OutcomeName(response.outcome)));
  }
  return talk.Conclude();
}

RuleOutcome Shared(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation first(subject);
  first.Init(directory + "/cache");
  first.Set(kKey, "of A");
  if (first.failed()) return first.Conclude();
  Conversation second(subject);
  second.Init(directory + "/cache");
  const Response seen = second.Get(kKey);
  if (!second.failed() && seen.outcome != Outcome::kHit) {
    second.Fail("process B does not see what process A has set: is it in A's memory only?");
  }
  second.ExpectValue(kKey, "of A");
  second.Set(kKey, "of B");
  if (second.failed()) return second.Conclude();
  first.ExpectValue(kKey, "of B");
  return first.Conclude();
}

RuleOutcome Directory(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/deep/cache");
  talk.Set(kKey, "value");
  if (talk.failed()) return talk.Conclude();
  const std::vector<std::string> names = NamesIn(directory);
  const bool within = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("deep/cache/");
  });
  if (!within) talk.Fail("after a set, no file lies in \"dir\"");
  return talk.Conclude();
}

RuleOutcome InitAgain(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/one");
  talk.Set(kKey, "of one");
  talk.Init(directory + "/two");
  talk.ExpectMiss(kKey, "it was set before init, in another directory");
  talk.Set(kKey, "of two");
  talk.Init(directory + "/one");
  talk.ExpectValue(kKey, "of one");
  return talk.Conclude();
}

RuleOutcome Errors(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  std::ofstream(directory + "/file") << "no directory\n";
  Conversation asked(subject);
  asked.Init(directory + "/other");
  Conversation talk(subject);
  talk.Use(asked.manner());  // Its first init fails, and does not say.
  talk.Init(directory + "/file/cache", /*may_fail=*/true);
  talk.Ask({OpKind::kSet, kKey, "value"}, /*may_fail=*/true);
  if (talk.Ask({OpKind::kGet, kKey, {}}, true).outcome == Outcome::kHit) {
    talk.Fail("get hits where \"dir\" cannot be a directory");
  }
  talk.Init(directory + "/cache");  // And it goes on.
  talk.Set(kKey, "value");
  talk.ExpectValue(kKey, "value");
  return talk.Conclude();
}

// Its times are checked with every answer; here it is only seen whether it sends any.
RuleOutcome Times(const ConformanceSubject& subject, const std::string& directory) {
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  if (talk.Get("absent").called == 0 && !talk.failed()) return {Kept::kNotTried, "it sends none"};
  return talk.Conclude();
}

RuleOutcome Bytes(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  if (talk.manner().values == Manner::Values::kText && !talk.failed()) {
    return {Kept::kNotTried, "it asks for values as text"};
  }
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  for (size_t size = 253; size <= bytes.size(); ++size) {  // Each way to pad.
    talk.Set(kKey, std::string_view(bytes).substr(0, size));
    talk.ExpectValue(kKey, std::string_view(bytes).substr(0, size));
  }
  return talk.Conclude();
}

RuleOutcome Happened(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  bool claimed = false;
  for (const std::string& key : OddKeys()) {
    const Response response = talk.Ask({OpKind::kSet, key, "value"}, /*may_fail=*/true);
    if (response.outcome != Outcome::kFailed) continue;
    claimed = true;
    if (talk.Ask({OpKind::kGet, key, {}}, true).outcome != Outcome::kHit) continue;
    talk.Fail(fmt::format("a set of the key \"{}\" failed with \"happened\": false, and is there",
                          EscapeForTerminal(key, 60)));
  }
  if (!claimed && !talk.failed()) return {Kept::kNotTried, "nothing failed so"};
  return talk.Conclude();
}

RuleOutcome Together(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  if (subject.concurrency <= 1) return {Kept::kNotTried, "it takes one request at a time"};
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < subject.concurrency; ++i) keys.push_back(fmt::format("k{}", i));
  std::vector<Request> sets;
  std::vector<Request> gets;
  for (const std::string& key : keys) {
    sets.push_back({OpKind::kSet, key, key});
    gets.push_back({OpKind::kGet, key, {}});
  }
  talk.AskTogether(sets);
  talk.AskTogether(gets);
  for (const std::string& key : keys) talk.ExpectValue(key, key);
  return talk.Conclude();
}

RuleOutcome Ahead(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  if (talk.manner().ahead <= 1 && !talk.failed()) {
    return {Kept::kNotTried, "it takes none before the one before is answered"};
  }
  // More than a pipe holds, and some that are answered without a value.
  const std::string value(4096, 'v');
  std::vector<Request> requests;
  for (uint32_t i = 0; i < talk.manner().ahead; ++i) {
    requests.push_back(i % 2 == 0 ? Request{OpKind::kSet, kKey, value}
                                  : Request{OpKind::kGet, kKey, {}});
  }
  talk.AskTogether(requests, /*in_order=*/true);
  talk.AskTogether(requests, /*in_order=*/true);
  talk.ExpectValue(kKey, value);
  return talk.Conclude();
}

RuleOutcome Ends(const ConformanceSubject& subject, const std::string& directory) {
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.Get("absent");
  talk.ExpectEnd();
  return talk.Conclude();
}

RuleOutcome Values(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  std::string printable;
  for (char c = ' '; c <= '~'; ++c) printable += c;
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  for (const std::string& value :
       {printable, std::string("7"), std::string("007"), std::string("-1"), std::string("1e3"),
        std::string("9007199254740993"), std::string("null"), std::string("true"),
        std::string("[1]"), std::string(" both "), std::string(4096, 'x')}) {
    talk.Set(kKey, value);
    talk.ExpectValue(kKey, value);
  }
  return talk.Conclude();
}

RuleOutcome LargeValues(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  std::string value;
  for (size_t i = 0; value.size() < kLarge; ++i) value += fmt::format("{:x}-", i * 2'654'435'761);
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.Set(kKey, value);
  talk.ExpectValue(kKey, value);
  talk.Set(kKey, "short");
  talk.ExpectValue(kKey, "short");
  return talk.Conclude();
}

RuleOutcome Keys(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/in/cache");
  std::vector<std::pair<std::string, std::string>> stored;
  std::string failure;  // Of the cache itself, which is for the engines to judge.
  for (const std::string& key : OddKeys()) {
    const std::string value = fmt::format("value {}", stored.size());
    const Response response = talk.Ask({OpKind::kSet, key, value}, /*may_fail=*/true);
    if (response.failed() && failure.empty()) {
      failure = fmt::format("the cache fails on \"{}\": {}", EscapeForTerminal(key, 60),
                            EscapeForTerminal(response.error, 200));
    }
    if (response.outcome == Outcome::kDone) stored.emplace_back(key, value);
  }
  for (const auto& [key, value] : stored) talk.ExpectValue(key, value);
  for (const std::string& name : NamesIn(directory)) {
    if (name == "in" || name == "in/cache" || name.starts_with("in/cache/")) continue;
    talk.Fail("keys lead out of \"dir\": there is " + EscapeForTerminal(name, 100));
  }
  if (talk.failed()) return talk.Conclude();
  if (stored.empty()) return {Kept::kNo, "no key is taken"};
  return {Kept::kYes, failure};
}

RuleOutcome Removal(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.ExpectMiss(kKey, "nothing was set");
  if (subject.operations.contains(OpKind::kHas))
    talk.Expect({OpKind::kHas, kKey, {}}, Outcome::kMiss);
  talk.Set(kKey, "value");
  if (subject.operations.contains(OpKind::kHas))
    talk.Expect({OpKind::kHas, kKey, {}}, Outcome::kHit);
  if (subject.operations.contains(OpKind::kDelete)) {
    talk.Expect({OpKind::kDelete, kKey, {}}, Outcome::kDone);
    talk.ExpectMiss(kKey, "it was deleted");
    talk.Set(kKey, "again");
  }
  if (subject.operations.contains(OpKind::kClear)) {
    talk.Expect({OpKind::kClear, "", {}}, Outcome::kDone);
    talk.ExpectMiss(kKey, "the cache was cleared");
  }
  return talk.Conclude();
}

RuleOutcome Add(const ConformanceSubject& subject, const std::string& directory) {
  if (!subject.operations.contains(OpKind::kAdd)) return Without("add");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.Expect({OpKind::kAdd, kKey, "first"}, Outcome::kDone);
  talk.Expect({OpKind::kAdd, kKey, "second"}, Outcome::kRefused);
  if (HasGetAndSet(subject)) talk.ExpectValue(kKey, "first");
  return talk.Conclude();
}

RuleOutcome Incr(const ConformanceSubject& subject, const std::string& directory) {
  if (!subject.operations.contains(OpKind::kIncr) || !HasGetAndSet(subject)) return Without("incr");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.Set(kKey, "41");
  const Response response = talk.Ask({OpKind::kIncr, kKey, {}});
  if (!talk.failed() && response.outcome != Outcome::kDone) {
    talk.Fail(fmt::format("incr of 41 is answered {}, not done", OutcomeName(response.outcome)));
  }
  if (!response.value.empty() && response.value != "42") {
    talk.Fail("incr of 41 answers \"" + EscapeForTerminal(response.value, 40) + "\"");
  }
  talk.ExpectValue(kKey, "42");
  talk.Expect({OpKind::kIncr, kKey, {}, kNoTtl, 8}, Outcome::kDone);
  talk.ExpectValue(kKey, "50");
  return talk.Conclude();
}

// Whether the entry is gone, at `deadline` at the latest.
bool IsGoneBy(int64_t deadline, Conversation* talk) {
  while (!talk->failed()) {
    const bool late = MonotonicNanos() > deadline;
    if (talk->Get(kKey).outcome == Outcome::kMiss) return true;
    if (late) return false;
    usleep(static_cast<useconds_t>(kLook / 1000));
  }
  return false;
}

RuleOutcome Expiry(const ConformanceSubject& subject, const std::string& directory) {
  if (!HasGetAndSet(subject)) return Without("get and set");
  if (!subject.ttl_resolution) return Without("times to live (\"ttl_resolution\")");
  Conversation talk(subject);
  talk.Init(directory + "/cache");
  talk.Set(kKey, "long", 3'600'000);
  talk.ExpectValue(kKey, "long");
  if (subject.operations.contains(OpKind::kTouch)) {
    talk.Expect({OpKind::kTouch, kKey, {}, 3'600'000}, Outcome::kDone);
    talk.ExpectValue(kKey, "long");
  }
  talk.Set(kKey, "for ever");
  talk.ExpectValue(kKey, "for ever");
  for (const uint32_t millis : {0U, 50U}) {
    talk.Set(kKey, "short", millis);
    const int64_t end = MonotonicNanos() + millis * kNanosPerMilli + *subject.ttl_resolution;
    if (!IsGoneBy(end + kGrace, &talk)) {
      talk.Fail(fmt::format("an entry with a ttl of {} s is still there {} after its time",
                            millis / 1000.0, FormatDuration(kGrace)));
    }
  }
  return talk.Conclude();
}

}  // namespace

std::span<const ConformanceRule> ConformanceRules() {
  static constexpr std::array<ConformanceRule, 21> kRules = {{
      {"stdout", "nothing but answers goes to standard output", &Stdout},
      {"id", "an answer repeats the id of its request", &Id},
      {"unsupported", "what the cache does not have is answered \"unsupported\"", &Unsupported},
      {"unknown-fields", "fields that it does not know are passed over", &FutureFields},
      {"directory", "entries lie in \"dir\", which init makes", &Directory},
      {"shared", "process B sees what process A has set", &Shared},
      {"init-again", "init with another directory drops all state", &InitAgain},
      {"errors", "a failure is answered, and the adapter goes on", &Errors},
      {"ends", "it ends when its standard input does", &Ends},
      {"times", "t0 and t1, if any, lie around the call", &Times},
      {"happened", "what failed with \"happened\": false has changed nothing", &Happened},
      {"together", "as many requests at a time as it takes are all answered", &Together},
      {"ahead", "requests that are sent ahead are answered in order, with their times", &Ahead},
      {"bytes", "with base64 or bytes, every byte comes back", &Bytes},
      {"values", "values come back byte for byte", &Values},
      {"large-values", "so do large ones, and none leaves a rest behind", &LargeValues},
      {"keys", "odd keys are kept apart, or refused, and stay in \"dir\"", &Keys},
      {"removal", "what is absent, deleted or cleared is a miss", &Removal},
      {"add", "add sets what is absent, and refuses what is there", &Add},
      {"incr", "incr adds to a number", &Incr},
      {"expiry", "entries are gone after their time to live", &Expiry},
  }};
  return kRules;
}

Result<RuleOutcome> TestRule(const ConformanceRule& rule, const ConformanceSubject& subject) {
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory,
                             OwnedDirectory::Create(subject.parent_directory));
  directory.Claim();
  // What a key leads out of lies within what is removed.
  const std::string path = directory.path() + "/a/b/c";
  std::error_code problem;
  if (!fs::create_directories(path, problem)) {
    return SystemError(problem.value(), "cannot create " + path);
  }
  return rule.run(subject, path);
}

}  // namespace tearproof::adapter
