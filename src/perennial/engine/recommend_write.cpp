#include "perennial/engine/recommend_write.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace perennial::engine {

using models::Interactions;
using models::Placed;
using models::TopItems;

namespace {

constexpr std::size_t kBatch = 50'000;          // customers
constexpr std::size_t kRowsAtOnce = 200'000;    // of a table
constexpr std::size_t kSimilarForVariety = 50;  // neighbours that count as alike within a list
constexpr std::uint8_t kFilledIn = 255;         // source of what is popular of late
constexpr std::string_view kSimilarBy = "recommend.item_neighbours/1";

std::string_view reason_id(ReasonKind reason) {
  switch (reason) {
    case ReasonKind::kPopular:
      return "popular";
    case ReasonKind::kBought:
      return "bought_together";
    case ReasonKind::kFollows:
      return "often_after";
    case ReasonKind::kTaste:
      return "taste";
    case ReasonKind::kSimilar:
      return "similar";
  }
  throw Bug("reason without a name");
}

std::string_view reason_id(Placed placed, ReasonKind reason) {
  switch (placed) {
    case Placed::kRanked:
      return reason_id(reason);
    case Placed::kPinned:
      return "pinned";
    case Placed::kPromoted:
      return "promoted";
    case Placed::kExplored:
      return "explored";
  }
  throw Bug("place without a name");
}

// Columns of one table, appended when full.
struct ListColumns {
  std::vector<std::string_view> owner, item, because, reason;
  std::vector<std::int32_t> rank;
  std::vector<double> score, propensity;
};

}  // namespace

// Candidates of some customers, and which of the ensemble's models offered each.
struct ListWriter::Batch {
  TopItems::Output lists;
  std::vector<std::uint8_t> source;

  std::uint8_t source_of(std::size_t list, std::uint32_t item) const {
    const auto items = lists.items_of(list);
    const auto at = std::ranges::find(items, item);
    if (at == items.end()) return kFilledIn;
    return source[lists.begin[list] + static_cast<std::size_t>(at - items.begin())];
  }
};

ListWriter::ListWriter(store::Connection& connection, const PurchaseNumbering& numbering,
                       const Interactions& purchases, const ShopItems& items,
                       const RecommendChoice& choice, Day as_of, Context& context)
    : connection_(connection),
      numbering_(numbering),
      purchases_(purchases),
      items_(items),
      choice_(choice),
      as_of_(as_of),
      context_(context),
      facts_(facts_under(choice.bought, items.facts)),
      numbered_(number_rules(choice.rules, numbering, items)),
      rules_(numbered_.rules),
      excluded_(excluded_items(facts_, rules_, purchases.items())),
      buyers_(buyers_of(purchases)) {}

WrittenLists ListWriter::write() {
  WrittenLists written;
  for (const std::string& name : numbered_.unknown)
    written.notes.push_back(
        fmt::format("A rule for lists names the {}, which this shop does not have.", name));
  const bool nothing_to_show =
      std::ranges::all_of(excluded_, [](std::uint8_t excluded) { return excluded != 0; });
  if (nothing_to_show) {
    written.notes.emplace_back(
        "There is no item that may be recommended: all are hidden, out of stock or excluded by "
        "the rules.");
    return written;
  }
  fit();
  store::Transaction transaction(connection_);
  write_lists();
  write_similar();
  write_popular();
  transaction.commit();
  written.files = files();
  return written;
}

void ListWriter::fit() {
  std::vector<const RecommenderEntry*> entries;
  if (choice_.weigher) {
    for (const std::string& id : choice_.sources) entries.push_back(&recommender(id));
  } else {
    entries.push_back(&recommender(choice_.id));
  }
  const TopItems::Input input{
      .interactions = purchases_, .blocked = excluded_, .threads = context_.threads};
  ProgressTask task(context_.progress, "Fitting the recommender", 2);
  ensemble_ =
      Ensemble::fit(std::move(entries), input, items_, {context_.progress, choice_.trainings});
  task.advance();
  popular_ = recommender(kPopularOfLate).fit(input, items_, context_.progress);
  // Similar items are worth having whichever model makes the lists.
  const auto with_similar = std::ranges::find_if(
      ensemble_.fitted,
      [](const FittedRecommender& fitted) { return static_cast<bool>(fitted.similar); });
  const FittedRecommender neighbours =
      with_similar != ensemble_.fitted.end()
          ? *with_similar
          : recommender(kSimilarBy).fit(input, items_, context_.progress);
  const auto n = std::max(static_cast<std::size_t>(choice_.list_length),
                          rules_.relevance < 1 ? kSimilarForVariety : 0);
  for (std::uint32_t item = 0; item < purchases_.items(); ++item) {
    for (const models::ScoredItem& near : neighbours.similar(item, n, excluded_)) {
      similar_.rows.push_back(near.item);
      similar_.similarities.push_back(near.score);
    }
    similar_.begin.push_back(similar_.rows.size());
  }
  task.advance();
}

ListWriter::Batch ListWriter::candidates_of(std::span<const std::uint32_t> customers) const {
  const auto n = static_cast<std::size_t>(choice_.list_length);
  const TopItems::Input question{.interactions = purchases_,
                                 .customers = customers,
                                 .blocked = excluded_,
                                 .n = std::max(n, kCandidates),
                                 .threads = context_.threads};
  std::vector<TopItems::Output> offered;
  for (const FittedRecommender& fitted : ensemble_.fitted)
    offered.push_back(candidates_under(choice_.bought, fitted.predict, question));
  models::MixedLists mixed;
  if (choice_.weigher) {
    mixed = choice_.weigher->mix({.candidates = offered,
                                  .customers = customers,
                                  .histories = purchases_,
                                  .items = items_,
                                  .buyers = buyers_,
                                  .as_of = as_of_,
                                  .n = 2 * question.n,
                                  .threads = context_.threads});
  } else {
    mixed.source.assign(offered[0].items.size(), 0);
    mixed.lists = std::move(offered[0]);
  }
  const TopItems::Output popular = candidates_under(choice_.bought, popular_.predict, question);
  Batch batch{.lists = models::filled_up(mixed.lists, popular, 3 * question.n), .source = {}};
  for (std::size_t i = 0; i < batch.lists.size(); ++i) {
    const std::size_t own = mixed.lists.items_of(i).size();
    const auto from = mixed.source.begin() + static_cast<std::ptrdiff_t>(mixed.lists.begin[i]);
    batch.source.insert(batch.source.end(), from, from + static_cast<std::ptrdiff_t>(own));
    batch.source.resize(batch.lists.begin[i + 1], kFilledIn);
  }
  return batch;
}

models::RuledLists ListWriter::ruled(const Batch& batch,
                                     std::span<const std::uint32_t> customers) const {
  const std::vector<std::uint64_t> streams(customers.begin(), customers.end());
  return make_lists(batch.lists, {.histories = purchases_,
                                  .customers = customers,
                                  .facts = facts_,
                                  .rules = rules_,
                                  .excluded = excluded_,
                                  .similar = &similar_,
                                  .streams = streams,
                                  .as_of = as_of_,
                                  .n = static_cast<std::size_t>(choice_.list_length),
                                  .seed = context_.seed,
                                  .threads = context_.threads});
}

void ListWriter::write_lists() {
  store::Appender appender = connection_.append_to("main", "recommendations", "derived");
  ListColumns rows;
  const auto flush = [&] {
    const store::ColumnData columns[] = {std::span<const std::string_view>(rows.owner),
                                         std::span<const std::int32_t>(rows.rank),
                                         std::span<const std::string_view>(rows.item),
                                         std::span<const double>(rows.score),
                                         std::span<const std::string_view>(rows.because),
                                         std::span<const std::string_view>(rows.reason),
                                         std::span<const double>(rows.propensity)};
    appender.append(columns);
    rows = {};
  };
  ProgressTask task(context_.progress, "Recommending", purchases_.customers());
  for (std::size_t first = 0; first < purchases_.customers(); first += kBatch) {
    std::vector<std::uint32_t> customers(std::min(kBatch, purchases_.customers() - first));
    std::iota(customers.begin(), customers.end(), static_cast<std::uint32_t>(first));
    const Batch batch = candidates_of(customers);
    const models::RuledLists made = ruled(batch, customers);
    for (std::size_t i = 0; i < customers.size(); ++i) {
      for (std::size_t k = made.lists.begin[i]; k < made.lists.begin[i + 1]; ++k) {
        const std::uint32_t item = made.lists.items[k];
        const std::uint32_t because = made.lists.because[k];
        const std::uint8_t source = batch.source_of(i, item);
        rows.owner.push_back(numbering_.customers()[customers[i]]);
        rows.rank.push_back(static_cast<std::int32_t>(k - made.lists.begin[i] + 1));
        rows.item.push_back(numbering_.items()[item]);
        rows.score.push_back(made.lists.scores[k]);
        rows.because.push_back(because == models::kNoItem ? std::string_view()
                                                          : numbering_.items()[because]);
        rows.reason.push_back(reason_id(made.placed[k], source == kFilledIn
                                                            ? ReasonKind::kPopular
                                                            : ensemble_.entries[source]->reason));
        rows.propensity.push_back(made.propensity[k]);
      }
      if (rows.rank.size() >= kRowsAtOnce) flush();
    }
    task.advance(customers.size());
  }
  flush();
  appender.close();
}

void ListWriter::write_similar() {
  ListColumns rows;
  const auto most = static_cast<std::size_t>(choice_.list_length);
  for (std::uint32_t item = 0; item < purchases_.items(); ++item) {
    const std::size_t begin = similar_.begin[item];
    const std::size_t end = std::min<std::size_t>(similar_.begin[item + 1], begin + most);
    for (std::size_t k = begin; k < end; ++k) {
      rows.owner.push_back(numbering_.items()[item]);
      rows.rank.push_back(static_cast<std::int32_t>(k - begin + 1));
      rows.item.push_back(numbering_.items()[similar_.rows[k]]);
      rows.score.push_back(similar_.similarities[k]);
    }
  }
  store::Appender appender = connection_.append_to("main", "similar_items", "derived");
  const store::ColumnData columns[] = {
      std::span<const std::string_view>(rows.owner), std::span<const std::int32_t>(rows.rank),
      std::span<const std::string_view>(rows.item), std::span<const double>(rows.score)};
  appender.append(columns);
  appender.close();
}

void ListWriter::write_popular() {
  const Interactions nobody = Interactions::build({.customers = 1, .items = purchases_.items()});
  const TopItems::Output list =
      popular_.predict({.interactions = nobody,
                        .blocked = excluded_,
                        .n = static_cast<std::size_t>(choice_.list_length),
                        .threads = context_.threads});
  ListColumns rows;
  for (std::size_t k = 0; k < list.items_of(0).size(); ++k) {
    rows.rank.push_back(static_cast<std::int32_t>(k + 1));
    rows.item.push_back(numbering_.items()[list.items_of(0)[k]]);
    rows.score.push_back(list.scores_of(0)[k]);
  }
  store::Appender appender = connection_.append_to("main", "popular_items", "derived");
  const store::ColumnData columns[] = {std::span<const std::int32_t>(rows.rank),
                                       std::span<const std::string_view>(rows.item),
                                       std::span<const double>(rows.score)};
  appender.append(columns);
  appender.close();
}

std::vector<ModelFile> ListWriter::files() const {
  std::vector<ModelFile> files{{"popularity.bin", popular_.bytes},
                               {"items.json", nlohmann::json(numbering_.items()).dump()}};
  for (std::size_t s = 0; s < ensemble_.fitted.size(); ++s) {
    files.push_back({ensemble_.fitted.size() == 1 ? "recommender.bin"
                                                  : fmt::format("recommender_{}.bin", s + 1),
                     ensemble_.fitted[s].bytes});
  }
  if (choice_.weigher) files.push_back({"weigher.bin", choice_.weigher->bytes()});
  return files;
}

}  // namespace perennial::engine
