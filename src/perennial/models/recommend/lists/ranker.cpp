#include "perennial/models/recommend/lists/ranker.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::size_t kOfTheItem = 11;  // features besides those of the sources
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

std::size_t width(std::size_t sources) { return 2 * sources + kOfTheItem; }

void require_fit(const RankerInput& input) {
  const std::size_t n = require_alike(input.sources);
  const std::size_t items = input.histories.items();
  validate(input.facts, Ranker::kId, items);
  const std::size_t asked = input.customers ? input.customers->size() : input.histories.customers();
  if (asked != n || input.buyers.size() != items) {
    fail(ErrorKind::kInvalidArgument,
         "{}: {} lists a source, histories of {} customers, {} items and buyers of {}; give one of "
         "each",
         Ranker::kId, n, asked, items, input.buyers.size());
  }
}

std::size_t row_of(const RankerInput& input, std::size_t list) {
  return input.customers ? (*input.customers)[list] : list;
}

float value_of(const std::vector<double>& column, std::uint32_t item) {
  return column.empty() ? kMissing : static_cast<float>(column[item]);
}

// Which share of a history is of the same group.
float group_share(const std::vector<std::uint32_t>& groups, std::span<const std::uint32_t> history,
                  std::uint32_t item) {
  if (groups.empty() || groups[item] == kNoGroup || history.empty()) return kMissing;
  const auto same = std::ranges::count_if(
      history, [&](std::uint32_t other) { return groups[other] == groups[item]; });
  return static_cast<float>(same) / static_cast<float>(history.size());
}

float mean_price(const std::vector<double>& prices, std::span<const std::uint32_t> history) {
  if (prices.empty()) return kMissing;
  double sum = 0;
  double known = 0;
  for (const std::uint32_t item : history) {
    if (!std::isfinite(prices[item])) continue;
    sum += prices[item];
    ++known;
  }
  return known > 0 && sum > 0 ? static_cast<float>(sum / known) : kMissing;
}

// Rows of features, one a candidate.
class Reader {
 public:
  Reader(const RankerInput& input, std::span<const ScoreScale> scales)
      : input_(input), scales_(scales) {}

  struct Rows {
    Candidates candidates;      // of one customer, with kSource shares
    std::vector<float> values;  // candidates x width
  };
  Rows read(std::size_t customer) const {
    Rows rows;
    rows.candidates.sources = input_.sources.size();
    append_customer(rows.candidates, customer, input_.sources, ListShare::kSource, scales_);
    Candidates ranks{.sources = input_.sources.size()};
    append_customer(ranks, customer, input_.sources, ListShare::kRank, scales_);
    const auto history = input_.histories.items_of(row_of(input_, customer));
    const float usual_price = mean_price(input_.facts.price, history);
    for (std::size_t c = 0; c < rows.candidates.items.size(); ++c) {
      append_shares(rows.values, rows.candidates, c);
      append_shares(rows.values, ranks, c);
      const auto own = std::span(ranks.shares).subspan(c * ranks.sources, ranks.sources);
      rows.values.push_back(
          static_cast<float>(std::ranges::count_if(own, [](float share) { return share > 0; })));
      append_item(rows.values, row_of(input_, customer), rows.candidates.items[c], usual_price);
    }
    return rows;
  }

 private:
  static void append_shares(std::vector<float>& values, const Candidates& candidates,
                            std::size_t c) {
    const auto from =
        candidates.shares.begin() + static_cast<std::ptrdiff_t>(c * candidates.sources);
    values.insert(values.end(), from, from + static_cast<std::ptrdiff_t>(candidates.sources));
  }

  void append_item(std::vector<float>& values, std::size_t customer, std::uint32_t item,
                   float usual_price) const {
    const ItemFacts& facts = input_.facts;
    const auto history = input_.histories.items_of(customer);
    const auto had = std::ranges::lower_bound(history, item);
    const bool has = had != history.end() && *had == item;
    const auto at = static_cast<std::size_t>(had - history.begin());
    values.push_back(static_cast<float>(std::log1p(input_.buyers[item])));
    values.push_back(value_of(facts.price, item) / usual_price);
    values.push_back(value_of(facts.margin, item));
    values.push_back(value_of(facts.stock, item));
    values.push_back(value_of(facts.age_days, item));
    values.push_back(value_of(facts.repeat_days, item));
    values.push_back(group_share(facts.category, history, item));
    values.push_back(group_share(facts.brand, history, item));
    values.push_back(
        has ? static_cast<float>(input_.as_of - input_.histories.last_days_of(customer)[at])
            : kMissing);
    values.push_back(static_cast<float>(history.size()));
  }

  const RankerInput& input_;
  std::span<const ScoreScale> scales_;
};

bool has_hit(const RankerInput& input, const Interactions& wanted, std::size_t customer) {
  const auto items = wanted.items_of(customer);
  for (const TopItems::Output& source : input.sources) {
    for (const std::uint32_t item : source.items_of(customer)) {
      if (std::ranges::binary_search(items, item)) return true;
    }
  }
  return false;
}

std::vector<std::size_t> customers_to_learn_from(const RankerInput& input,
                                                 const Interactions& wanted, std::size_t most) {
  std::vector<std::size_t> all;
  for (std::size_t u = 0; u < wanted.customers(); ++u) {
    if (!wanted.items_of(u).empty() && has_hit(input, wanted, u)) all.push_back(u);
  }
  if (all.size() < Ranker::kLeastCustomers) {
    fail(ErrorKind::kNotEnoughData,
         "{}: {} customers came to want what was offered, needs {}; use a blend", Ranker::kId,
         all.size(), Ranker::kLeastCustomers);
  }
  if (all.size() <= most) return all;
  std::vector<std::size_t> spread(most);
  for (std::size_t i = 0; i < most; ++i) spread[i] = all[i * all.size() / most];
  return spread;
}

}  // namespace

Ranker Ranker::fit(const RankerInput& input, const Interactions& wanted, const Options& options) {
  require_fit(input);
  if (wanted.customers() != input.sources[0].size())
    fail(ErrorKind::kInvalidArgument, "{}: wanted has {} customers, needs {}", kId,
         wanted.customers(), input.sources[0].size());
  if (options.most_customers < kLeastCustomers)
    fail(ErrorKind::kInvalidArgument, "{}: most_customers is {}, needs at least {}", kId,
         options.most_customers, kLeastCustomers);
  std::vector<ScoreScale> scales = score_scales(input.sources);
  const Reader reader(input, scales);
  std::vector<float> values, relevance;
  std::vector<std::uint64_t> begin{0};
  for (const std::size_t u : customers_to_learn_from(input, wanted, options.most_customers)) {
    const Reader::Rows rows = reader.read(u);
    values.insert(values.end(), rows.values.begin(), rows.values.end());
    for (const std::uint32_t item : rows.candidates.items)
      relevance.push_back(std::ranges::binary_search(wanted.items_of(u), item) ? 1.0F : 0.0F);
    begin.push_back(relevance.size());
  }
  const FeatureMatrix features{relevance.size(), width(input.sources.size()), values};
  return {BoostedTrees::train_ranking(features, relevance, begin, options.trees, input.threads),
          std::move(scales)};
}

MixedLists Ranker::mix(const RankerInput& input, std::size_t n) const {
  require_fit(input);
  CHECK(input.sources.size() == scales_.size() && n >= 1);
  const Reader reader(input, scales_);
  const std::vector<double> alike(scales_.size(), 1.0);
  const auto append = [&](std::size_t list, Selection& best, MixedLists& part) {
    const auto [candidates, values] = reader.read(list);
    if (!candidates.items.empty()) {
      const std::vector<double> scores =
          trees_.predict({candidates.items.size(), trees_.columns(), values}, {1});
      for (std::uint32_t c = 0; c < scores.size(); ++c) best.offer(c, scores[c]);
    }
    append_mixed(part, candidates, best, alike);
  };
  return mix_all(input.sources[0].size(), n, input.threads, append);
}

void Ranker::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(scales_.size());
  for (const ScoreScale& scale : scales_) {
    writer.scalar(scale.floor);
    writer.scalar(scale.best);
  }
  trees_.save(writer);
}

Ranker Ranker::load(ByteReader& reader) {
  const auto sources = reader.scalar<std::uint64_t>();
  if (sources == 0 || sources > 255)
    fail(ErrorKind::kCorrupt, "{}: {} sources, needs 1 to 255; fit the model again", kId, sources);
  std::vector<ScoreScale> scales(sources);
  for (ScoreScale& scale : scales) {
    scale.floor = reader.scalar<double>();
    scale.best = reader.scalar<double>();
  }
  BoostedTrees trees = BoostedTrees::load(reader);
  if (trees.columns() != width(sources))
    fail(ErrorKind::kCorrupt, "{}: trees of {} features for {} sources; fit the model again", kId,
         trees.columns(), sources);
  return {std::move(trees), std::move(scales)};
}

}  // namespace perennial::models
