#include "perennial/engine/new_items.h"

#include <algorithm>

#include "perennial/base/error.h"
#include "perennial/engine/ensemble.h"
#include "perennial/engine/measured.h"

namespace perennial::engine {

using models::TopItems;

std::optional<FittedRecommender> fit_words(const models::TopItems::Input& input,
                                           const ShopItems& items, Progress& progress) {
  const RecommenderEntry& words = recommender(kWordsId);
  if (items.names.size() > words.most_items) return std::nullopt;
  try {
    return words.fit(input, items, progress);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData) throw;
    return std::nullopt;
  }
}

TopItems::Output offer_new_items(const NewItemSources& sources, TopItems::Input question) {
  CHECK(!sources.empty());
  if (sources.looks == nullptr) return sources.words->predict(question);
  if (sources.words == nullptr) return sources.looks->predict(question);
  const std::size_t n = question.n;
  question.n = std::max(n, kCandidates);
  const TopItems::Output lists[] = {sources.words->predict(question),
                                    sources.looks->predict(question)};
  return models::mixed_by_rank(lists, n, question.threads).lists;
}

report::NewItems judge_new_items(const evaluate::NewItemsQuestion& question,
                                 const models::Interactions& train, const ShopItems& items,
                                 const NewItemSources& sources, std::size_t n, Context& context) {
  const evaluate::BootstrapOptions bootstrap =
      bootstrap_for(question.histories.customers(), context);
  report::NewItems table{.items = static_cast<std::int64_t>(question.new_items),
                         .customers = static_cast<std::int64_t>(question.histories.customers()),
                         .without_history = static_cast<std::int64_t>(question.without_history),
                         .rows = {}};
  const auto add = [&](std::string_view id, const evaluate::NewItemsFigures& figures) {
    table.rows.push_back({std::string(id), measured(figures.hit_rate), measured(figures.recall)});
  };
  std::optional<TopItems::Output> popular;
  const auto add_lists = [&](std::string_view id, TopItems::Output lists) {
    if (popular) lists = models::filled_up(lists, *popular, n);
    add(id, evaluate::figures_of(lists, question, n, bootstrap));
  };
  const TopItems::Input asked{.interactions = question.histories,
                              .blocked = question.blocked,
                              .rows = models::Rows::kNewCustomers,
                              .n = n,
                              .threads = context.threads};
  add("chance", evaluate::figures_by_chance(question, n, bootstrap));
  if (!items.categories.empty()) {
    const std::span<const std::uint32_t> category(items.facts.category);
    popular = evaluate::by_category_popularity(question, train, category, n);
    add_lists("category_popularity", *popular);
    add_lists("own_categories", evaluate::by_own_categories(question, category, n));
  }
  if (sources.words != nullptr) add_lists("words", sources.words->predict(asked));
  if (sources.looks != nullptr) add_lists("pictures", sources.looks->predict(asked));
  if (sources.words != nullptr && sources.looks != nullptr)
    add_lists("words_and_pictures", offer_new_items(sources, asked));
  return table;
}

}  // namespace perennial::engine
