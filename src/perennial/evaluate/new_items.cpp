#include "perennial/evaluate/new_items.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/lists/item_facts.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::Selection;
using models::TopItems;

void require_items(std::span<const std::uint32_t> category, const NewItemsQuestion& question) {
  if (category.size() == question.blocked.size()) return;
  fail(ErrorKind::kInvalidArgument, "new items: category has {} entries, needs {}", category.size(),
       question.blocked.size());
}

// At most so many, evenly spread.
std::vector<std::uint32_t> spread(std::vector<std::uint32_t> all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<std::uint32_t> some(most);
  for (std::size_t i = 0; i < most; ++i) some[i] = all[i * all.size() / most];
  return some;
}

// Probability that at least one of w items is among k drawn of n.
double hit_by_chance(std::size_t n, std::size_t w, std::size_t k) {
  double miss = 1;
  for (std::size_t drawn = 0; drawn < std::min(k, n); ++drawn) {
    const double others = static_cast<double>(n) - static_cast<double>(w + drawn);
    miss *= std::max(0.0, others) / static_cast<double>(n - drawn);
  }
  return 1 - miss;
}

}  // namespace

NewItemsQuestion about_new_items(const Interactions& train, const Interactions& test,
                                 std::span<const std::uint8_t> blocked,
                                 std::size_t most_customers) {
  const std::size_t items = train.items();
  if (test.customers() != train.customers() || test.items() != items)
    fail(ErrorKind::kInvalidArgument,
         "new items: test is {} x {}, train {} x {}; use one numbering", test.customers(),
         test.items(), train.customers(), items);
  if (!blocked.empty() && blocked.size() != items)
    fail(ErrorKind::kInvalidArgument, "new items: blocked has {} entries, needs {} or none",
         blocked.size(), items);
  std::vector<std::uint8_t> is_new(items, 1);
  for (std::size_t i = 0; i < blocked.size(); ++i) is_new[i] = blocked[i] == 0 ? 1 : 0;
  for (const std::uint32_t item : train.view().ids) is_new[item] = 0;
  NewItemsQuestion question;
  std::vector<std::uint32_t> asked;
  for (std::uint32_t c = 0; c < test.customers(); ++c) {
    const bool wants = std::ranges::any_of(test.items_of(c),
                                           [&](std::uint32_t item) { return is_new[item] != 0; });
    if (!wants) continue;
    if (train.items_of(c).empty()) {
      ++question.without_history;
    } else {
      asked.push_back(c);
    }
  }
  asked = spread(std::move(asked), most_customers);
  question.histories = rows_of(train, asked);
  question.wanted = rows_of(test, asked, is_new);
  for (const std::uint8_t item : is_new) {
    question.blocked.push_back(item != 0 ? 0 : 1);
    question.new_items += item;
  }
  return question;
}

NewItemsFigures figures_of(const TopItems::Output& lists, const NewItemsQuestion& question,
                           std::size_t k, const BootstrapOptions& options) {
  const RankingReport report =
      evaluate_ranking(lists, question.histories, question.wanted, k, options);
  return {report.metric("hit_rate"), report.metric("recall")};
}

NewItemsFigures figures_by_chance(const NewItemsQuestion& question, std::size_t k,
                                  const BootstrapOptions& options) {
  const std::size_t n = question.new_items;
  std::vector<double> hits;
  for (std::size_t c = 0; c < question.wanted.customers(); ++c)
    hits.push_back(hit_by_chance(n, question.wanted.items_of(c).size(), k));
  const double share = std::min(1.0, static_cast<double>(k) / static_cast<double>(n));
  const std::vector<double> recall(hits.size(), share);
  const std::array<std::span<const double>, 2> columns = {hits, recall};
  const std::vector<Estimate> means = bootstrap_estimates(columns, options);
  return {means[0], means[1]};
}

TopItems::Output by_category_popularity(const NewItemsQuestion& question, const Interactions& train,
                                        std::span<const std::uint32_t> category, std::size_t k) {
  require_items(category, question);
  std::unordered_map<std::uint32_t, double> entries, items;
  std::vector<bool> is_known(category.size());
  for (const std::uint32_t item : train.view().ids) {
    ++entries[category[item]];
    if (!is_known[item]) ++items[category[item]];
    is_known[item] = true;
  }
  Selection best(k);
  for (std::uint32_t i = 0; i < category.size(); ++i) {
    if (question.blocked[i] == 0 && category[i] != models::kNoGroup)
      best.offer(i, entries[category[i]] / (items[category[i]] + 1));
  }
  TopItems::Output lists;
  for (std::size_t c = 0; c < question.histories.customers(); ++c)
    append_list(lists, best.sorted());
  return lists;
}

TopItems::Output by_own_categories(const NewItemsQuestion& question,
                                   std::span<const std::uint32_t> category, std::size_t k) {
  require_items(category, question);
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> offered;
  for (std::uint32_t i = 0; i < category.size(); ++i) {
    if (question.blocked[i] == 0 && category[i] != models::kNoGroup)
      offered[category[i]].push_back(i);
  }
  TopItems::Output lists;
  for (std::size_t c = 0; c < question.histories.customers(); ++c) {
    std::unordered_map<std::uint32_t, double> had;
    for (const std::uint32_t item : question.histories.items_of(c)) ++had[category[item]];
    Selection best(k);
    for (const auto& [group, count] : had) {
      const auto found = offered.find(group);
      if (found == offered.end()) continue;
      for (const std::uint32_t item : found->second) best.offer(item, count);
    }
    append_list(lists, best.sorted());
  }
  return lists;
}

}  // namespace perennial::evaluate
