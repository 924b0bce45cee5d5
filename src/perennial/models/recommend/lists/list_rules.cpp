#include "perennial/models/recommend/lists/list_rules.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::size_t kCustomersPerChunk = 256;
constexpr std::uint32_t kNotACandidate = std::numeric_limits<std::uint32_t>::max();

void validate(const ItemFacts& facts, const ListRules& rules, std::size_t items) {
  validate(facts, "list rules", items);
  if (rules.least_price && rules.most_price && *rules.least_price > *rules.most_price) {
    fail(ErrorKind::kInvalidArgument, "list rules: least_price is {}, above most_price, {}",
         *rules.least_price, *rules.most_price);
  }
  if (!(rules.relevance >= 0 && rules.relevance <= 1)) {
    fail(ErrorKind::kInvalidArgument, "list rules: relevance is {}, needs to be in 0..1",
         rules.relevance);
  }
  if (!(rules.due_share >= 0)) {
    fail(ErrorKind::kInvalidArgument, "list rules: due_share is {}, needs to be 0 or more",
         rules.due_share);
  }
  for (const Pin& pin : rules.pinned) {
    if (pin.item >= items || pin.place == 0) {
      fail(ErrorKind::kInvalidArgument,
           "list rules: item {} is pinned to place {}, there are {} items and the first place is 1",
           pin.item, pin.place, items);
    }
  }
  for (const Promotion& promotion : rules.promoted) {
    if (promotion.item >= items || !(promotion.factor > 0) || !std::isfinite(promotion.factor)) {
      fail(ErrorKind::kInvalidArgument,
           "list rules: item {} is promoted by {}, there are {} items and the factor needs to be "
           "above 0",
           promotion.item, promotion.factor, items);
    }
  }
}

bool holds(const std::vector<std::uint32_t>& some, std::uint32_t one) {
  return std::find(some.begin(), some.end(), one) != some.end();
}

// How often a group stands in the list that is being made.
class Cap {
 public:
  Cap(const std::vector<std::uint32_t>& groups, std::size_t most)
      : groups_(groups), most_(groups.empty() ? 0 : most) {}

  bool allows(std::uint32_t item) const {
    if (most_ == 0 || groups_[item] == kNoGroup) return true;
    return static_cast<std::size_t>(std::count(used_.begin(), used_.end(), groups_[item])) < most_;
  }
  void use(std::uint32_t item) {
    if (most_ != 0) used_.push_back(groups_[item]);
  }
  void clear() { used_.clear(); }
  bool is_used() const { return !used_.empty(); }

 private:
  const std::vector<std::uint32_t>& groups_;
  std::size_t most_;
  std::vector<std::uint32_t> used_;
};

struct Candidate {
  std::uint32_t item;
  std::uint32_t because;
  double score;
  double share;        // of the customer's best score
  double nearest = 0;  // greatest similarity to the list so far
  bool promoted = false;
  bool used = false;
};

// Makes one list after the other.
class ListMaker {
 public:
  explicit ListMaker(const ListRequest& request)
      : request_(request),
        brands_(request.facts.brand, request.rules.most_per_brand),
        categories_(request.facts.category, request.rules.most_per_category),
        barred_(request.excluded.begin(), request.excluded.end()),
        candidate_of_(request.histories.items(), kNotACandidate),
        factor_(request.rules.promoted.empty() ? 0 : request.histories.items(), 1.0) {
    for (std::uint32_t item = 0; item < barred_.size(); ++item) {
      if (barred_[item] == 0 && is_explorable(item)) pool_.push_back(item);
    }
    for (const Promotion& promotion : request.rules.promoted)
      factor_[promotion.item] *= promotion.factor;
  }

  void append(std::size_t customer, const TopItems::Output& candidates, RuledLists& part) {
    const Interactions& histories = request_.histories;
    const std::size_t row = request_.customers ? (*request_.customers)[customer] : customer;
    const std::vector<std::uint32_t> not_yet =
        kept_back(histories.items_of(row), histories.last_days_of(row), request_.facts,
                  request_.rules, request_.as_of);
    Bars bars(barred_);
    for (const std::uint32_t item : not_yet) bars.add(item);
    read(customer, candidates);
    brands_.clear();
    categories_.clear();
    const std::size_t drawn = std::min(request_.rules.exploration_slots, request_.n);
    for (std::size_t place = 1; place <= request_.n - drawn; ++place) {
      if (!put_pinned(place, bars, part)) put_best(bars, part);
    }
    explore(customer, drawn, bars, part);
    for (const Candidate& candidate : candidates_) candidate_of_[candidate.item] = kNotACandidate;
    part.lists.begin.push_back(part.lists.items.size());
  }

 private:
  // Items that this customer's list may not hold, or holds already; taken back at the end.
  class Bars {
   public:
    explicit Bars(std::vector<std::uint8_t>& barred) : barred_(barred) {}
    Bars(const Bars&) = delete;
    Bars& operator=(const Bars&) = delete;
    ~Bars() {
      for (const std::uint32_t item : added_) barred_[item] = 0;
    }
    bool has(std::uint32_t item) const { return barred_[item] != 0; }
    void add(std::uint32_t item) {
      if (barred_[item] != 0) return;
      barred_[item] = 1;
      added_.push_back(item);
    }
    std::span<const std::uint32_t> added() const { return added_; }

   private:
    std::vector<std::uint8_t>& barred_;
    std::vector<std::uint32_t> added_;
  };

  void read(std::size_t customer, const TopItems::Output& lists) {
    candidates_.clear();
    const auto items = lists.items_of(customer);
    double best = 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (candidate_of_[items[k]] != kNotACandidate) continue;
      const double factor = factor_.empty() ? 1 : factor_[items[k]];
      const double score = lists.scores_of(customer)[k] * factor;
      candidate_of_[items[k]] = static_cast<std::uint32_t>(candidates_.size());
      candidates_.push_back({.item = items[k],
                             .because = lists.because_of(customer)[k],
                             .score = score,
                             .share = score,
                             .promoted = factor > 1});
      best = std::max(best, score);
    }
    if (best <= 0) return;
    for (Candidate& candidate : candidates_) candidate.share /= best;
  }

  bool fits(std::uint32_t item, const Bars& bars) const {
    return !bars.has(item) && brands_.allows(item) && categories_.allows(item);
  }

  bool put_pinned(std::size_t place, Bars& bars, RuledLists& part) {
    for (const Pin& pin : request_.rules.pinned) {
      if (pin.place != place || !fits(pin.item, bars)) continue;
      const std::uint32_t slot = candidate_of_[pin.item];
      const bool known = slot != kNotACandidate;
      put(pin.item, known ? candidates_[slot].score : 0,
          known ? candidates_[slot].because : kNoItem, Placed::kPinned, 1, bars, part);
      return true;
    }
    return false;
  }

  void put_best(Bars& bars, RuledLists& part) {
    const double relevance = request_.rules.relevance;
    Candidate* best = nullptr;
    double best_value = 0;
    for (Candidate& candidate : candidates_) {
      if (candidate.used) continue;
      const double value = relevance * candidate.share - (1 - relevance) * candidate.nearest;
      if (best != nullptr &&
          (value < best_value || (value == best_value && candidate.item > best->item)))
        continue;
      if (!fits(candidate.item, bars)) continue;
      best = &candidate;
      best_value = value;
    }
    if (best == nullptr) return;
    put(best->item, best->score, best->because,
        best->promoted ? Placed::kPromoted : Placed::kRanked, 1, bars, part);
  }

  void explore(std::size_t customer, std::size_t slots, Bars& bars, RuledLists& part) {
    if (slots == 0) return;
    const std::uint64_t stream = request_.streams.empty() ? customer : request_.streams[customer];
    RandomStream random(request_.seed, stream);
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (draw_listed(customer, random, bars, part)) continue;
      const std::size_t possible = pool_size(bars);
      if (possible == 0) {  // nothing is left to explore: the place goes to the ranking
        put_best(bars, part);
        continue;
      }
      std::uint32_t item = 0;
      do {
        item = pool_[random.below(pool_.size())];
      } while (!fits(item, bars));
      const std::uint32_t at = candidate_of_[item];
      put(item, at == kNotACandidate ? 0 : candidates_[at].score, kNoItem, Placed::kExplored,
          1 / static_cast<double>(possible), bars, part);
    }
  }

  // One of the items that the customer is to be shown for exploration, an earlier one more likely; false when none of them
  // may stand here.
  bool draw_listed(std::size_t customer, RandomStream& random, Bars& bars, RuledLists& part) {
    if (request_.to_explore == nullptr) return false;
    const auto items = request_.to_explore->items_of(customer);
    const auto weight = [&](std::size_t k) {
      return fits(items[k], bars) ? 1 / static_cast<double>(k + 1) : 0.0;
    };
    double sum = 0;
    for (std::size_t k = 0; k < items.size(); ++k) sum += weight(k);
    if (sum <= 0) return false;
    double rest = random.uniform() * sum;
    std::size_t drawn = 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (weight(k) <= 0) continue;
      drawn = k;  // the last possible one, should sums round
      rest -= weight(k);
      if (rest < 0) break;
    }
    const std::uint32_t at = candidate_of_[items[drawn]];
    put(items[drawn], at == kNotACandidate ? 0 : candidates_[at].score,
        request_.to_explore->because_of(customer)[drawn], Placed::kExplored, weight(drawn) / sum,
        bars, part);
    return true;
  }

  // How many of the pool this list may still hold.
  std::size_t pool_size(const Bars& bars) const {
    if (brands_.is_used() || categories_.is_used()) {
      return static_cast<std::size_t>(
          std::ranges::count_if(pool_, [&](std::uint32_t item) { return fits(item, bars); }));
    }
    const auto barred = std::ranges::count_if(
        bars.added(), [&](std::uint32_t item) { return is_explorable(item); });
    return pool_.size() - static_cast<std::size_t>(barred);
  }

  bool is_explorable(std::uint32_t item) const {
    return request_.explorable.empty() || request_.explorable[item] != 0;
  }

  void put(std::uint32_t item, double score, std::uint32_t because, Placed placed,
           double propensity, Bars& bars, RuledLists& part) {
    part.lists.items.push_back(item);
    part.lists.scores.push_back(score);
    part.lists.because.push_back(because);
    part.placed.push_back(placed);
    part.propensity.push_back(propensity);
    bars.add(item);
    brands_.use(item);
    categories_.use(item);
    const std::uint32_t at = candidate_of_[item];
    if (at != kNotACandidate) candidates_[at].used = true;
    if (request_.similar == nullptr || request_.rules.relevance >= 1) return;
    const NeighbourLists& similar = *request_.similar;
    for (std::size_t k = similar.begin[item]; k < similar.begin[item + 1]; ++k) {
      const std::uint32_t near = candidate_of_[similar.rows[k]];
      if (near == kNotACandidate) continue;
      candidates_[near].nearest = std::max(candidates_[near].nearest, similar.similarities[k]);
    }
  }

  const ListRequest& request_;
  Cap brands_;
  Cap categories_;
  std::vector<std::uint8_t> barred_;         // per item
  std::vector<std::uint32_t> candidate_of_;  // per item: its place among the candidates
  std::vector<double> factor_;               // per item, empty: 1
  std::vector<std::uint32_t>
      pool_;  // items that no rule excludes for everybody and that may be drawn
  std::vector<Candidate> candidates_;
};

}  // namespace

std::vector<std::uint8_t> excluded_items(const ItemFacts& facts, const ListRules& rules,
                                         std::size_t items) {
  validate(facts, rules, items);
  std::vector<std::uint8_t> excluded(items);
  const auto exclude_unless = [&](bool asked, auto keeps) {
    if (!asked) return;
    for (std::size_t i = 0; i < items; ++i) {
      if (!keeps(i)) excluded[i] = 1;
    }
  };
  exclude_unless(!facts.unavailable.empty(),
                 [&](std::size_t i) { return facts.unavailable[i] == 0; });
  // A comparison with NaN, the unknown, is false.
  const auto price = [&](std::size_t i) {
    return facts.price.empty() ? std::nan("") : facts.price[i];
  };
  exclude_unless(rules.least_price.has_value(),
                 [&](std::size_t i) { return price(i) >= *rules.least_price; });
  exclude_unless(rules.most_price.has_value(),
                 [&](std::size_t i) { return price(i) <= *rules.most_price; });
  exclude_unless(rules.least_margin.has_value(), [&](std::size_t i) {
    return !facts.margin.empty() && facts.margin[i] >= *rules.least_margin;
  });
  const auto category = [&](std::size_t i) {
    return facts.category.empty() ? kNoGroup : facts.category[i];
  };
  exclude_unless(!rules.only_categories.empty(),
                 [&](std::size_t i) { return holds(rules.only_categories, category(i)); });
  exclude_unless(!rules.no_categories.empty(),
                 [&](std::size_t i) { return !holds(rules.no_categories, category(i)); });
  return excluded;
}

std::vector<std::uint32_t> kept_back(std::span<const std::uint32_t> items,
                                     std::span<const Day> last_days, const ItemFacts& facts,
                                     const ListRules& rules, Day as_of) {
  std::vector<std::uint32_t> back;
  for (std::size_t k = 0; k < items.size(); ++k) {
    const double usual = facts.repeat_days.empty() ? std::nan("") : facts.repeat_days[items[k]];
    const bool is_due = as_of - last_days[k] >= rules.due_share * usual;  // false when unknown
    if (!is_due) back.push_back(items[k]);
  }
  return back;
}

RuledLists make_lists(const TopItems::Output& candidates, const ListRequest& request) {
  const std::size_t items = request.histories.items();
  const std::size_t n = candidates.size();
  validate(request.facts, request.rules, items);
  const auto require = [&](bool holds, std::string_view what, std::size_t size, std::size_t needs) {
    if (!holds)
      fail(ErrorKind::kInvalidArgument, "list rules: {} has {} entries, needs {}", what, size,
           needs);
  };
  const std::size_t asked =
      request.customers ? request.customers->size() : request.histories.customers();
  require(asked == n, "histories", asked, n);
  if (request.customers) {
    for (const std::uint32_t row : *request.customers)
      require(row < request.histories.customers(), "histories", request.histories.customers(),
              row + 1);
  }
  require(request.excluded.size() == items, "excluded", request.excluded.size(), items);
  require(request.explorable.empty() || request.explorable.size() == items, "explorable",
          request.explorable.size(), items);
  require(request.streams.empty() || request.streams.size() == n, "streams", request.streams.size(),
          n);
  require(request.similar == nullptr || request.similar->size() == items, "similar",
          request.similar == nullptr ? 0 : request.similar->size(), items);
  for (const std::uint32_t item : candidates.items)
    require(item < items, "catalogue", items, item + 1);
  if (request.to_explore != nullptr) {
    require(request.to_explore->size() == n, "to_explore", request.to_explore->size(), n);
    for (const std::uint32_t item : request.to_explore->items)
      require(item < items, "catalogue", items, item + 1);
  }

  std::vector<RuledLists> parts((n + kCustomersPerChunk - 1) / kCustomersPerChunk);
  ScratchPool<ListMaker> pool;
  parallel_chunks(n, kCustomersPerChunk, request.threads, [&](std::size_t first, std::size_t last) {
    pool.lend([&] { return ListMaker(request); },
              [&](ListMaker& maker) {
                for (std::size_t c = first; c < last; ++c)
                  maker.append(c, candidates, parts[first / kCustomersPerChunk]);
              });
  });
  RuledLists all;
  for (RuledLists& part : parts) {
    append_lists(all.lists, part.lists);
    all.placed.insert(all.placed.end(), part.placed.begin(), part.placed.end());
    all.propensity.insert(all.propensity.end(), part.propensity.begin(), part.propensity.end());
    part = {};
  }
  return all;
}

}  // namespace perennial::models
