#include "perennial/engine/recommend_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "perennial/engine/measured.h"

namespace perennial::engine {

using models::Interactions;
using models::SeenItems;
using models::TopItems;

std::string_view bought_id(BoughtItems policy) {
  switch (policy) {
    case BoughtItems::kNever:
      return "never";
    case BoughtItems::kWhenDue:
      return "when_due";
    case BoughtItems::kAlways:
      return "always";
  }
  throw Bug("policy of bought items without a name");
}

models::ItemFacts facts_under(BoughtItems bought, models::ItemFacts facts) {
  if (bought == BoughtItems::kNever) facts.repeat_days.clear();
  if (bought == BoughtItems::kAlways) std::ranges::fill(facts.repeat_days, 0.0);
  return facts;
}

TopItems::Output candidates_under(
    BoughtItems bought, const std::function<TopItems::Output(const TopItems::Input&)>& predict,
    TopItems::Input question) {
  question.seen = bought == BoughtItems::kNever ? SeenItems::kMask : SeenItems::kKeep;
  TopItems::Output lists = predict(question);
  if (bought != BoughtItems::kWhenDue) return lists;
  question.seen = SeenItems::kMask;
  return models::filled_up(lists, predict(question), 2 * question.n);
}

namespace {

using Clock = std::chrono::steady_clock;
using Predict = std::function<TopItems::Output(const TopItems::Input&)>;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Judge {
 public:
  Judge(const RecommendExam& exam, Context& context)
      : exam_(exam),
        context_(context),
        bootstrap_(bootstrap_for(exam.test.customers(), context)),
        entries_(recommenders_for(exam.train.customers(), exam.items, exam.effort)) {
    for (const BoughtItems policy :
         {BoughtItems::kNever, BoughtItems::kWhenDue, BoughtItems::kAlways}) {
      if (policy == BoughtItems::kWhenDue && !has_repeated_goods()) continue;
      policies_.push_back(policy);
    }
  }

  JudgedRecommenders run() {
    ProgressTask task(context_.progress, "Judging recommenders",
                      entries_.size() * (exam_.lesson == nullptr ? 1 : 2) + 1);
    const FittedRecommender popular =
        recommender(kPopularOfLate).fit(learning(exam_.train), exam_.items, context_.progress);
    popular_of_all_ = candidates_under(BoughtItems::kAlways, popular.predict, question());
    popular_of_new_ = candidates_under(BoughtItems::kNever, popular.predict, question());
    std::vector<const RecommenderEntry*> learnt;
    for (const RecommenderEntry* entry : entries_) {
      if (try_learning(entry->id, [&] { judge_entry(*entry); })) learnt.push_back(entry);
      task.advance();
    }
    entries_ = std::move(learnt);
    const JudgedRecommender* best = best_of(false);
    if (best == nullptr) best = best_of(true);
    judged_.bought = best->bought;
    if (judged_.bought != BoughtItems::kAlways) offered_.clear();
    if (exam_.lesson != nullptr) try_learning(kBlendId, [&] { judge_together(task); });
    choose();
    if (!left_out_.empty())
      judged_.notes.push_back(
          fmt::format("Recommenders left out, for the shop has too little data for them: {}.",
                      fmt::join(left_out_, ", ")));
    return std::move(judged_);
  }

 private:
  bool has_repeated_goods() const {
    return std::ranges::any_of(exam_.items.facts.repeat_days,
                               [](double days) { return days == days; });
  }

  TopItems::Input learning(const Interactions& interactions) const {
    return {.interactions = interactions,
            .blocked = exam_.items.facts.unavailable,
            .threads = context_.threads};
  }

  FitWatch watch() const { return {context_.progress, exam_.trainings}; }

  TopItems::Input question() const {
    TopItems::Input input = learning(exam_.fitted_rows.empty() ? exam_.histories : exam_.train);
    if (exam_.fitted_rows.empty()) {
      input.rows = models::Rows::kNewCustomers;
    } else {
      input.customers = exam_.fitted_rows;
    }
    input.n = exam_.n;
    return input;
  }

  void judge_entry(const RecommenderEntry& entry) {
    const Clock::time_point start = Clock::now();
    fitted_.push_back(entry.fit(learning(exam_.train), exam_.items, watch()));
    const FittedRecommender& fitted = fitted_.back();
    if (exam_.with_detail && entry.id == models::ItemLooks::kId) judged_.looks = fitted.bytes;
    std::optional<Cost> cost;
    if (exam_.with_detail) {
      cost = Cost{.fit_seconds = seconds_since(start), .bytes = fitted.bytes.size()};
      measure_latency(fitted.predict, *cost);
    }
    for (const BoughtItems policy : policies_) {
      TopItems::Input asked = question();
      // The first places of a long list are a short one, so that a blend need not ask again if this policy wins.
      const bool kept = policy == BoughtItems::kAlways && exam_.lesson != nullptr;
      if (policy == BoughtItems::kWhenDue || kept) asked.n = std::max(asked.n, kCandidates);
      TopItems::Output lists = candidates_under(policy, fitted.predict, asked);
      add(std::string(entry.id), entry.is_baseline, policy, lists, cost);
      if (kept) offered_.push_back(std::move(lists));
    }
  }

  // One customer after the other, as a shop's page asks.
  void measure_latency(const Predict& predict, Cost& cost) const {
    constexpr std::size_t kAsked = 200;
    const std::size_t n = exam_.histories.customers();
    std::vector<double> micros;
    for (std::size_t i = 0; i < std::min(n, kAsked); ++i) {
      TopItems::Input input = question();
      const std::uint32_t row = static_cast<std::uint32_t>(i * n / std::min(n, kAsked));
      const std::uint32_t customer = exam_.fitted_rows.empty() ? row : exam_.fitted_rows[row];
      input.customers = std::span(&customer, 1);
      input.threads = {1};
      const Clock::time_point start = Clock::now();
      predict(input);
      micros.push_back(seconds_since(start) * 1e6);
    }
    std::ranges::sort(micros);
    cost.p50_micros = evaluate::quantile(micros, 0.5);
    cost.p99_micros = evaluate::quantile(micros, 0.99);
  }

  void add(std::string id, bool is_baseline, BoughtItems policy, const TopItems::Output& candidates,
           const std::optional<Cost>& cost) {
    const TopItems::Output& popular =
        policy == BoughtItems::kAlways ? popular_of_all_ : popular_of_new_;
    const TopItems::Output filled =
        models::filled_up(candidates, popular, candidates_wanted(policy));
    const TopItems::Output lists = policy == BoughtItems::kWhenDue ? ruled(filled) : filled;
    JudgedRecommender judged{
        .id = std::move(id),
        .is_baseline = is_baseline,
        .bought = policy,
        .report = evaluate_ranking(lists, exam_.histories, exam_.test, exam_.n, bootstrap_),
        .detail = {},
        .cost = cost};
    if (exam_.with_detail)
      judged.detail = evaluate::detail(judged.report, lists, exam_.train, exam_.histories,
                                       exam_.test, exam_.items.facts.price, bootstrap_);
    judged_.all.push_back(std::move(judged));
  }

  std::size_t candidates_wanted(BoughtItems policy) const {
    return policy == BoughtItems::kWhenDue ? 2 * kCandidates + exam_.n : exam_.n;
  }

  TopItems::Output ruled(const TopItems::Output& candidates) const {
    const models::ListRules rules;
    const auto excluded = excluded_items(exam_.items.facts, rules, exam_.train.items());
    return make_lists(candidates, {.histories = exam_.histories,
                                   .facts = exam_.items.facts,
                                   .rules = rules,
                                   .excluded = excluded,
                                   .as_of = exam_.as_of,
                                   .n = exam_.n,
                                   .threads = context_.threads})
        .lists;
  }

  double ndcg(const JudgedRecommender& judged) const { return judged.report.metric("ndcg").value; }

  const JudgedRecommender* best_of(bool baselines) const {
    const JudgedRecommender* best = nullptr;
    for (const JudgedRecommender& judged : judged_.all) {
      if (judged.is_baseline != baselines) continue;
      if (best == nullptr || ndcg(judged) > ndcg(*best)) best = &judged;
    }
    return best;
  }

  std::vector<TopItems::Output> candidates_of(const std::vector<FittedRecommender>& fitted,
                                              TopItems::Input asked) const {
    asked.n = kCandidates;
    std::vector<TopItems::Output> lists;
    for (const FittedRecommender& one : fitted)
      lists.push_back(candidates_under(judged_.bought, one.predict, asked));
    return lists;
  }

  // What a blend or a ranker learns from: candidates and what the customers then wanted.
  struct Schooling {
    const std::vector<TopItems::Output>& candidates;
    const Interactions& histories;
    const Interactions& wanted;
    const ShopItems& items;
    std::span<const double> buyers;
    Day as_of;
  };

  Weigher weigher_by(std::string_view id, const Schooling& from) const {
    Weigher weigher;
    if (id == kBlendId) {
      weigher.blend = models::Blend::fit(from.candidates, from.wanted,
                                         {.k = exam_.n, .threads = context_.threads});
    } else {
      weigher.ranker = models::Ranker::fit({.sources = from.candidates,
                                            .histories = from.histories,
                                            .facts = from.items.facts,
                                            .buyers = from.buyers,
                                            .as_of = from.as_of,
                                            .threads = context_.threads},
                                           from.wanted, {});
    }
    return weigher;
  }

  // The models together, weighed by what the lesson teaches.
  void judge_together(ProgressTask& task) {
    const RecommendLesson& lesson = *exam_.lesson;
    std::vector<FittedRecommender> before;
    for (const RecommenderEntry* entry : entries_) {
      before.push_back(entry->fit(learning(lesson.before), lesson.items, watch()));
      judged_.sources.emplace_back(entry->id);
      task.advance();
    }
    TopItems::Input asked = learning(lesson.before);
    asked.customers = lesson.rows;
    const std::vector<TopItems::Output> taught = candidates_of(before, asked);
    if (offered_.empty()) offered_ = candidates_of(fitted_, question());
    buyers_ = buyers_of(exam_.train);
    const std::vector<double> buyers_then = buyers_of(lesson.before);
    const Schooling school{taught,       lesson.histories, lesson.wanted,
                           lesson.items, buyers_then,      lesson.as_of};
    for (const std::string_view id : {kBlendId, kRankerId}) {
      if (id == kRankerId && !models::boosted_trees_available()) continue;
      try_learning(id, [&] { add_mixed(id, weigher_by(id, school)); });
    }
  }

  // Whether it could learn; a model that this shop gives too little is left out, with a note.
  template <typename Learn>
  bool try_learning(std::string_view id, Learn learn) {
    try {
      learn();
      return true;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kUnsupported)
        throw;
      left_out_.emplace_back(id);
      return false;
    }
  }

  void add_mixed(std::string_view id, const Weigher& weigher) {
    const models::MixedLists mixed = weigher.mix({.candidates = offered_,
                                                  .histories = exam_.histories,
                                                  .items = exam_.items,
                                                  .buyers = buyers_,
                                                  .as_of = exam_.as_of,
                                                  .n = candidates_wanted(judged_.bought),
                                                  .threads = context_.threads});
    add(std::string(id), false, judged_.bought, mixed.lists, std::nullopt);
  }

  // The winner, and the table of all candidates under its policy. A blend that wins and will be used learns again
  // from the exam's test, which is the latest that is known.
  void choose() {
    const JudgedRecommender* baseline = best_of(true);
    const JudgedRecommender* model = best_of(false);
    CHECK(baseline != nullptr);
    const auto beats_baseline = [&](const JudgedRecommender& candidate) {
      return evaluate::compare(candidate.report, baseline->report, "ndcg", bootstrap_).low > 0;
    };
    const JudgedRecommender* winner = model != nullptr && beats_baseline(*model) ? model : baseline;
    judged_.chosen = winner->id;
    judged_.bought = winner->bought;
    for (const JudgedRecommender& candidate : judged_.all) {
      if (candidate.bought != judged_.bought) continue;
      judged_.table.rows.push_back(row_of(candidate));
      report::RecommenderRow& row = judged_.table.rows.back();
      row.chosen = candidate.id == judged_.chosen;
      row.lost_to_baseline = !candidate.is_baseline && !row.chosen && !beats_baseline(candidate);
    }
    judged_.table.list_length = static_cast<int>(exam_.n);
    judged_.table.split = exam_.as_of + 1;
    judged_.table.customers = static_cast<std::int64_t>(winner->report.customers);
    learn_again();
  }

  void learn_again() {
    if (!exam_.for_use || (judged_.chosen != kBlendId && judged_.chosen != kRankerId)) return;
    judged_.weigher = weigher_by(
        judged_.chosen, {offered_, exam_.histories, exam_.test, exam_.items, buyers_, exam_.as_of});
  }

  static report::RecommenderRow row_of(const JudgedRecommender& judged) {
    const auto metric = [&](std::string_view name) { return measured(judged.report.metric(name)); };
    return {.id = judged.id,
            .is_baseline = judged.is_baseline,
            .precision = metric("precision"),
            .recall = metric("recall"),
            .ndcg = metric("ndcg"),
            .mrr = metric("mrr"),
            .hit_rate = metric("hit_rate"),
            .coverage = report::Estimate{.value = judged.report.coverage, .interval = {}}};
  }

  const RecommendExam& exam_;
  Context& context_;
  evaluate::BootstrapOptions bootstrap_;
  std::vector<const RecommenderEntry*> entries_;
  std::vector<BoughtItems> policies_;
  // What fills short lists up: with and without what the customer has.
  TopItems::Output popular_of_all_, popular_of_new_;
  std::vector<FittedRecommender> fitted_;  // in the order of entries_
  std::vector<TopItems::Output> offered_;  // to the judged customers, when judged together
  std::vector<double> buyers_;             // per item of train, likewise
  std::vector<std::string> left_out_;      // ids of what had too little to learn from
  JudgedRecommenders judged_;
};

}  // namespace

JudgedRecommenders judge(const RecommendExam& exam, Context& context) {
  return Judge(exam, context).run();
}

}  // namespace perennial::engine
