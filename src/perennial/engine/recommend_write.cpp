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
constexpr std::size_t kNewItemsDrawnFrom = 20;  // for each customer

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
    case ReasonKind::kLooks:
      return "similar_look";
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

// The model of that id, where the ensemble has it.
const FittedRecommender* find(const Ensemble& ensemble, std::string_view id) {
  for (std::size_t s = 0; s < ensemble.entries.size(); ++s)
    if (ensemble.entries[s]->id == id) return &ensemble.fitted[s];
  return nullptr;
}

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
  written.notes.insert(written.notes.end(), notes_.begin(), notes_.end());
  store::Transaction transaction(connection_);
  write_lists();
  write_similar();
  write_popular();
  transaction.commit();
  written.files = files();
  written.looks = std::move(learnt_looks_);
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
  words_ = find(ensemble_, kWordsId);
  fit_looks(input);
  find_new_items(input);
  find_similar(input);
  task.advance();
}

// Similar items are worth having whichever model makes the lists; where few bought them, words help out.
void ListWriter::find_similar(const TopItems::Input& input) {
  std::size_t s = 0;
  while (s < ensemble_.fitted.size() && !ensemble_.fitted[s].similar) ++s;
  FittedRecommender own;
  if (s == ensemble_.fitted.size()) {
    own = recommender(kSimilarBy).fit(input, items_, context_.progress);
  } else {
    similar_by_ = ensemble_.entries[s]->reason;
  }
  const FittedRecommender& neighbours = s == ensemble_.fitted.size() ? own : ensemble_.fitted[s];
  const auto listed = static_cast<std::size_t>(choice_.list_length);
  const auto n = std::max(listed, rules_.relevance < 1 ? kSimilarForVariety : 0);
  bool some_have_few = false;
  for (std::uint32_t item = 0; item < purchases_.items(); ++item) {
    const auto found = neighbours.similar(item, n, excluded_);
    for (const models::ScoredItem& near : found) {
      similar_.rows.push_back(near.item);
      similar_.similarities.push_back(near.score);
    }
    similar_.begin.push_back(similar_.rows.size());
    some_have_few = some_have_few || (found.size() < listed && excluded_[item] == 0);
  }
  if (some_have_few) need_words(input);
}

void ListWriter::need_words(const TopItems::Input& input) {
  if (words_ != nullptr) return;
  if (auto fitted = fit_words(input, items_, context_.progress)) {
    own_words_ = std::move(*fitted);
    words_ = &own_words_;
  }
}

// Kept looks as they are; else what the ensemble has, else learnt from the shop's pictures; else nothing.
void ListWriter::fit_looks(const TopItems::Input& input) {
  if (choice_.kept_looks != nullptr) {
    const auto fresh =
        choice_.pictures == nullptr ? nullptr : numbered(*choice_.pictures, numbering_.items());
    own_looks_ = as_recommender(
        renumbered(*choice_.kept_looks, numbering_.items(), fresh.get(), context_.threads));
    looks_ = &own_looks_;
    return;
  }
  looks_ = find(ensemble_, kLooksId);
  if (looks_ == nullptr && items_.pictures != nullptr && items_.pictures->size() > 0) {
    try {
      own_looks_ = recommender(kLooksId).fit(input, items_, context_.progress);
      looks_ = &own_looks_;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotEnoughData) throw;
      notes_.push_back(fmt::format("The pictures are too few to learn from: {}.", error.what()));
    }
  }
  if (looks_ != nullptr) learnt_looks_ = files_of(looks_->bytes, numbering_.items());
}

void ListWriter::find_new_items(const TopItems::Input& input) {
  if (choice_.rules.exploration != Exploration::kNewItems || rules_.exploration_slots == 0) return;
  for (std::size_t item = 0; item < buyers_.size(); ++item)
    new_items_.push_back(buyers_[item] == 0 && excluded_[item] == 0 ? 1 : 0);
  if (std::ranges::count(new_items_, 1) == 0) {
    new_items_.clear();
    notes_.emplace_back(
        "The rules explore new items, but every item that may be shown was bought already, so any "
        "item is explored.");
    return;
  }
  for (const std::uint8_t is_new : new_items_) old_items_.push_back(is_new != 0 ? 0 : 1);
  need_words(input);
  if (words_ == nullptr && looks_ == nullptr)
    notes_.emplace_back(
        "Neither words nor pictures tell the new items apart, so all of them are explored alike.");
}

TopItems::Output ListWriter::new_items_for(std::span<const std::uint32_t> customers) const {
  return offer_new_items({.words = words_, .looks = looks_}, {.interactions = purchases_,
                                                              .customers = customers,
                                                              .blocked = old_items_,
                                                              .n = kNewItemsDrawnFrom,
                                                              .threads = context_.threads});
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
  std::optional<TopItems::Output> to_explore;
  if (!new_items_.empty() && (words_ != nullptr || looks_ != nullptr))
    to_explore = new_items_for(customers);
  return make_lists(batch.lists, {.histories = purchases_,
                                  .customers = customers,
                                  .facts = facts_,
                                  .rules = rules_,
                                  .excluded = excluded_,
                                  .explorable = new_items_,
                                  .to_explore = to_explore ? &*to_explore : nullptr,
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

std::vector<ListWriter::SimilarItem> ListWriter::similar_to(std::uint32_t item) const {
  const auto most = static_cast<std::size_t>(choice_.list_length);
  std::vector<SimilarItem> listed;
  const auto put = [&](const models::ScoredItem& near, ReasonKind reason) {
    if (listed.size() < most &&
        std::ranges::find(listed, near.item, &SimilarItem::item) == listed.end())
      listed.push_back({near.item, near.score, reason});
  };
  for (std::size_t k = similar_.begin[item]; k < similar_.begin[item + 1]; ++k)
    put({similar_.rows[k], similar_.similarities[k]}, similar_by_);
  const auto fill = [&](const FittedRecommender* by, ReasonKind reason) {
    if (by == nullptr || listed.size() >= most) return;
    for (const models::ScoredItem& near : by->similar(item, 2 * most, excluded_)) put(near, reason);
  };
  fill(looks_, ReasonKind::kLooks);
  fill(words_, ReasonKind::kSimilar);
  return listed;
}

void ListWriter::write_similar() {
  constexpr std::size_t kItemsPerChunk = 64;
  std::vector<std::vector<SimilarItem>> similar(purchases_.items());
  parallel_chunks(similar.size(), kItemsPerChunk, context_.threads,
                  [&](std::size_t first, std::size_t last) {
                    for (std::size_t item = first; item < last; ++item)
                      similar[item] = similar_to(static_cast<std::uint32_t>(item));
                  });
  ListColumns rows;
  for (std::size_t item = 0; item < similar.size(); ++item) {
    std::int32_t rank = 0;
    for (const SimilarItem& near : similar[item]) {
      rows.owner.push_back(numbering_.items()[item]);
      rows.rank.push_back(++rank);
      rows.item.push_back(numbering_.items()[near.item]);
      rows.score.push_back(near.score);
      rows.reason.push_back(reason_id(near.reason));
    }
  }
  store::Appender appender = connection_.append_to("main", "similar_items", "derived");
  const store::ColumnData columns[] = {
      std::span<const std::string_view>(rows.owner), std::span<const std::int32_t>(rows.rank),
      std::span<const std::string_view>(rows.item), std::span<const double>(rows.score),
      std::span<const std::string_view>(rows.reason)};
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
