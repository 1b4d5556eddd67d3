#include "harness/explore/counting.h"

#include <algorithm>

namespace tearproof::explore {
namespace {

// The beginnings of the executions of a class, up to reordering: how many events of each process
// have happened, as one number in a mixed base, in which the first process's count comes last. So
// what follows a beginning has a larger number.
class Beginnings {
 public:
  // How many events of each process have happened.
  using Done = std::vector<uint32_t>;

  explicit Beginnings(const HappensBefore& order) : lengths_(LengthsOf(order)) {
    for (const size_t length : lengths_) {
      weights_.push_back(count_);
      // Far beyond any limit, and no overflow.
      count_ = std::min(count_ * (length + 1), size_t{1} << 48);
    }
    std::vector<size_t> begins(lengths_.size());
    for (size_t process = 1; process < lengths_.size(); ++process) {
      begins[process] = begins[process - 1] + lengths_[process - 1];
    }
    firsts_ = begins;
    clocks_.resize(order.size() * lengths_.size());
    for (size_t i = 0; i < order.size(); ++i) {
      const size_t at = begins[order.event(i).process]++;
      std::ranges::copy(order.clock(i), clocks_.begin() + static_cast<ptrdiff_t>(at * processes()));
    }
  }

  size_t count() const { return count_; }
  size_t processes() const { return lengths_.size(); }
  size_t With(size_t beginning, size_t process) const { return beginning + weights_[process]; }
  size_t Without(size_t beginning, size_t process) const { return beginning - weights_[process]; }
  // The process's next event can come next.
  bool CanGoOn(const Done& done, size_t process) const {
    if (done[process] == lengths_[process]) return false;
    const uint32_t* const clock = &clocks_[(firsts_[process] + done[process]) * processes()];
    for (size_t other = 0; other < processes(); ++other) {
      if (other != process && clock[other] > done[other]) return false;
    }
    return true;
  }
  // visit(beginning, done) of each, in order.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    Done done(processes());
    for (size_t beginning = 0; beginning < count_; ++beginning) {
      visit(beginning, done);
      for (size_t process = 0; process < processes(); ++process) {
        if (++done[process] <= lengths_[process]) break;
        done[process] = 0;
      }
    }
  }

 private:
  std::vector<size_t> lengths_;
  std::vector<size_t> weights_;
  std::vector<size_t> firsts_;    // Where in `clocks_` a process's events begin.
  std::vector<uint32_t> clocks_;  // Of all events, those of one process together.
  size_t count_ = 1;
};

}  // namespace

BigCount& BigCount::operator+=(const BigCount& other) {
  number_ = number_ > kMost - other.number_ ? kMost : number_ + other.number_;
  return *this;
}

BigCount& BigCount::operator*=(const BigCount& factor) {
  const bool fits = factor.IsZero() || number_ <= kMost / factor.number_;
  number_ = fits ? number_ * factor.number_ : kMost;
  return *this;
}

std::string BigCount::Digits() const {
  std::string digits;
  Wide rest = number_;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest > 0);
  return digits;
}

std::string BigCount::Print() const {
  if (saturated()) return "more than 3.4e38";
  std::string digits = Digits();
  for (size_t place = 3; place < digits.size(); place += 4) {
    digits.insert(digits.size() - place, 1, ',');
  }
  return digits;
}

std::optional<BigCount> BigCount::Parse(std::string_view digits) {
  if (digits.empty() || digits.size() > 39) return std::nullopt;
  BigCount count;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    count *= BigCount(10);
    count += BigCount(static_cast<uint64_t>(digit - '0'));
  }
  return count;
}

BigCount Multinomial(std::span<const size_t> lengths) {
  // Pascal's rule needs no division: C(n, k) for each process in turn, multiplied.
  std::vector<BigCount> row = {BigCount(1)};
  size_t total = 0;
  std::vector<BigCount> factors;
  for (const size_t length : lengths) {
    for (size_t i = 0; i < length; ++i) {
      ++total;
      row.emplace_back(0);
      for (size_t k = row.size() - 1; k > 0; --k) row[k] += row[k - 1];
    }
    if (length > 0) factors.push_back(row[length]);
  }
  BigCount product(1);
  for (const BigCount& factor : factors) product *= factor;
  return product;
}

std::vector<size_t> LengthsOf(const HappensBefore& order) {
  std::vector<size_t> lengths(order.processes());
  for (size_t i = 0; i < order.size(); ++i) ++lengths[order.event(i).process];
  return lengths;
}

std::optional<BigCount> LinearExtensions(const HappensBefore& order, size_t limit) {
  const Beginnings beginnings(order);
  if (beginnings.count() > limit) return std::nullopt;
  std::vector<BigCount> ways(beginnings.count());
  ways[0] = BigCount(1);
  beginnings.ForEach([&](size_t at, const Beginnings::Done& done) {
    if (ways[at].IsZero()) return;
    for (size_t process = 0; process < beginnings.processes(); ++process) {
      if (beginnings.CanGoOn(done, process)) ways[beginnings.With(at, process)] += ways[at];
    }
  });
  return ways.back();
}

std::optional<std::vector<ProcessId>> FewestSwitches(const HappensBefore& order, size_t limit) {
  const Beginnings beginnings(order);
  if (beginnings.count() > limit) return std::nullopt;
  const size_t processes = beginnings.processes();
  constexpr uint32_t kUnreached = ~uint32_t{0};
  struct Best {
    uint32_t switches = kUnreached;
    uint32_t before = 0;  // Who made the event before the last.
  };
  // By beginning, and who made its last event.
  std::vector<Best> best(beginnings.count() * processes);
  const auto offer = [&](size_t at, size_t last, uint32_t switches, size_t before) {
    Best& held = best[at * processes + last];
    if (switches < held.switches) held = {switches, static_cast<uint32_t>(before)};
  };
  beginnings.ForEach([&](size_t at, const Beginnings::Done& done) {
    for (size_t process = 0; process < processes; ++process) {
      if (!beginnings.CanGoOn(done, process)) continue;
      const size_t next = beginnings.With(at, process);
      if (at == 0) offer(next, process, 0, process);
      for (size_t last = 0; last < processes; ++last) {
        const uint32_t switches = best[at * processes + last].switches;
        if (switches == kUnreached) continue;
        offer(next, process, switches + (process != last ? 1 : 0), last);
      }
    }
  });
  std::vector<ProcessId> choices;
  size_t at = beginnings.count() - 1;
  size_t last = 0;
  for (size_t process = 1; process < processes; ++process) {
    if (best[at * processes + process].switches < best[at * processes + last].switches) {
      last = process;
    }
  }
  while (at != 0) {
    choices.push_back(static_cast<ProcessId>(last));
    const uint32_t before = best[at * processes + last].before;
    at = beginnings.Without(at, last);
    last = before;
  }
  std::reverse(choices.begin(), choices.end());
  return choices;
}

size_t CountSwitches(std::span<const ProcessId> choices) {
  size_t switches = 0;
  for (size_t i = 1; i < choices.size(); ++i) switches += choices[i] != choices[i - 1] ? 1 : 0;
  return switches;
}

}  // namespace tearproof::explore
