#include "perennial/models/recommend/lists/blend.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::size_t kCustomersPerChunk = 256;
constexpr int kMostRounds = 3;  // at one step

double score_of(std::span<const float> shares, std::span<const double> weights) {
  double score = 0;
  for (std::size_t s = 0; s < shares.size(); ++s) score += weights[s] * shares[s];
  return score;
}

// NDCG of what the weights make of the candidates. What does not depend on the weights is done once: hits are looked up,
// and shares lie source by source, for scores to be added up many at a time.
class Judge {
 public:
  Judge(const Candidates& candidates, const Interactions& wanted, std::size_t k, Threads threads)
      : sources_(candidates.sources), k_(k), threads_(threads), begin_(candidates.begin) {
    for (std::size_t place = 0; place < k; ++place)
      discount_.push_back(1 / std::log2(static_cast<double>(place) + 2));
    shares_.resize(candidates.shares.size());
    for (std::size_t u = 0; u < candidates.customers(); ++u) {
      const auto items = wanted.items_of(u);
      if (!items.empty()) ++customers_;
      double ideal = 0;
      for (std::size_t place = 0; place < std::min(k, items.size()); ++place)
        ideal += discount_[place];
      ideal_.push_back(ideal);
      for (std::size_t c = begin_[u]; c < begin_[u + 1]; ++c) {
        const bool is_hit = std::ranges::binary_search(items, candidates.items[c]);
        if (is_hit) hits_.push_back(static_cast<std::uint32_t>(c - begin_[u]));
        for (std::size_t s = 0; s < sources_; ++s)
          shares_[at(u, s) + c - begin_[u]] = candidates.shares[c * sources_ + s];
      }
      hits_begin_.push_back(hits_.size());
    }
  }

  bool has_hits() const { return !hits_.empty(); }

  double ndcg(std::span<const double> weights) const {
    const double sum = ordered_reduce(
        ideal_.size(), kCustomersPerChunk, threads_, 0.0,
        [&](std::size_t first, std::size_t last) {
          double part = 0;
          std::vector<double> scores;
          std::vector<std::uint32_t> best;
          for (std::size_t u = first; u < last; ++u) {
            if (hits_of(u).empty()) continue;
            add_up(u, weights, scores);
            find_best(scores, best);
            part += gain(u, best);
          }
          return part;
        },
        [](double a, double b) { return a + b; });
    return sum / static_cast<double>(std::max<std::size_t>(customers_, 1));
  }

 private:
  // Where the shares of a customer's candidates by one source begin.
  std::size_t at(std::size_t u, std::size_t source) const {
    return begin_[u] * sources_ + source * (begin_[u + 1] - begin_[u]);
  }
  std::span<const std::uint32_t> hits_of(std::size_t u) const {
    const std::size_t first = u == 0 ? 0 : hits_begin_[u - 1];
    return std::span(hits_).subspan(first, hits_begin_[u] - first);
  }

  void add_up(std::size_t u, std::span<const double> weights, std::vector<double>& scores) const {
    scores.assign(begin_[u + 1] - begin_[u], 0.0);
    for (std::size_t s = 0; s < sources_; ++s) {
      if (weights[s] == 0) continue;
      const float* shares = &shares_[at(u, s)];
      for (std::size_t c = 0; c < scores.size(); ++c) scores[c] += weights[s] * shares[c];
    }
  }

  // The first k places: score descending, then lower candidate. Few candidates get among them, so each is put in its
  // place at once.
  void find_best(std::span<const double> scores, std::vector<std::uint32_t>& best) const {
    best.clear();
    for (std::uint32_t c = 0; c < scores.size(); ++c) {
      if (best.size() == k_) {
        if (!(scores[c] > scores[best.back()])) continue;
        best.pop_back();
      }
      std::size_t place = best.size();
      while (place > 0 && scores[c] > scores[best[place - 1]]) --place;
      best.insert(best.begin() + static_cast<std::ptrdiff_t>(place), c);
    }
  }

  double gain(std::size_t u, std::span<const std::uint32_t> best) const {
    double sum = 0;
    for (const std::uint32_t hit : hits_of(u)) {
      const auto place = std::ranges::find(best, hit);
      if (place != best.end()) sum += discount_[static_cast<std::size_t>(place - best.begin())];
    }
    return sum / ideal_[u];
  }

  std::size_t sources_, k_;
  Threads threads_;
  std::vector<std::uint64_t> begin_;  // of the candidates of a customer
  std::vector<float> shares_;         // by customer, source and candidate
  std::size_t customers_ = 0;         // who came to want something
  std::vector<double> discount_;      // by place
  std::vector<double> ideal_;
  std::vector<std::uint32_t> hits_;  // places among the customer's candidates
  std::vector<std::size_t> hits_begin_;
};

struct Weighed {
  std::vector<double> weights;
  double ndcg = 0;
};

std::vector<double> normalised(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

// Moves one weight after the other, as long as that helps, in steps that halve.
Weighed ascend(const Judge& judge, std::vector<double> start, double least_step) {
  Weighed best{start, judge.ndcg(start)};
  for (double step = 0.4; step >= least_step; step /= 2) {
    bool moved = true;
    for (int round = 0; moved && round < kMostRounds; ++round) {
      moved = false;
      for (std::size_t s = 0; s < best.weights.size(); ++s) {
        for (const double by : {step, -step}) {
          std::vector<double> tried = best.weights;
          tried[s] = std::max(0.0, tried[s] + by);
          if (std::ranges::all_of(tried, [](double w) { return w == 0; })) continue;
          tried = normalised(std::move(tried));
          const double ndcg = judge.ndcg(tried);
          if (!(ndcg > best.ndcg)) continue;
          best = {std::move(tried), ndcg};
          moved = true;
        }
      }
    }
  }
  return best;
}

Weighed weigh(const Judge& judge, std::size_t sources, double least_step) {
  Weighed single;
  for (std::size_t s = 0; s < sources; ++s) {
    std::vector<double> alone(sources, 0.0);
    alone[s] = 1;
    const double ndcg = judge.ndcg(alone);
    if (single.weights.empty() || ndcg > single.ndcg) single = {std::move(alone), ndcg};
  }
  const std::vector<double> equal(sources, 1 / static_cast<double>(sources));
  const bool equal_is_better = judge.ndcg(equal) > single.ndcg;
  return ascend(judge, equal_is_better ? equal : single.weights, least_step);
}

}  // namespace

Blend::Blend(std::vector<double> weights, std::vector<ScoreScale> scales, ListShare share,
             double fitted_ndcg)
    : weights_(std::move(weights)),
      scales_(std::move(scales)),
      share_(share),
      fitted_ndcg_(fitted_ndcg) {}

Blend Blend::fit(std::span<const TopItems::Output> sources, const Interactions& wanted,
                 const Options& options) {
  const std::size_t n = require_alike(sources);
  if (wanted.customers() != n)
    fail(ErrorKind::kInvalidArgument, "{}: wanted has {} customers, needs {}", kId,
         wanted.customers(), n);
  if (options.k == 0) fail(ErrorKind::kInvalidArgument, "{}: k is 0, needs at least 1", kId);
  if (!(options.least_step >= 0.001 && options.least_step <= 0.5))
    fail(ErrorKind::kInvalidArgument, "{}: least_step is {}, needs to be in 0.001..0.5", kId,
         options.least_step);
  Weighed best;
  ListShare best_share = ListShare::kList;
  const std::vector<ScoreScale> scales = score_scales(sources);
  for (const ListShare share : {ListShare::kList, ListShare::kSource, ListShare::kRank}) {
    const Candidates candidates = join(sources, share, scales, options.threads);
    const Judge judge(candidates, wanted, options.k, options.threads);
    if (!judge.has_hits())
      fail(ErrorKind::kNotEnoughData,
           "{}: nobody came to want what was offered, so nothing tells "
           "the models apart; take a longer stretch to learn from",
           kId);
    Weighed found = weigh(judge, sources.size(), options.least_step);
    if (!best.weights.empty() && !(found.ndcg > best.ndcg)) continue;
    best = std::move(found);
    best_share = share;
  }
  return {std::move(best.weights), scales, best_share, best.ndcg};
}

namespace {

MixedLists mixed(std::span<const TopItems::Output> sources, std::size_t n, Threads threads,
                 ListShare share, std::span<const ScoreScale> scales,
                 std::span<const double> weights) {
  CHECK(sources.size() == weights.size() && n >= 1);
  const auto append = [&](std::size_t customer, Selection& best, MixedLists& part) {
    Candidates candidates{.sources = sources.size()};
    append_customer(candidates, customer, sources, share, scales);
    const std::span<const float> shares(candidates.shares);
    for (std::uint32_t c = 0; c < candidates.items.size(); ++c) {
      const double score = score_of(shares.subspan(c * sources.size(), sources.size()), weights);
      // What only models without weight offer is offered by none.
      if (score > 0) best.offer(c, score);
    }
    append_mixed(part, candidates, best, weights);
  };
  return mix_all(require_alike(sources), n, threads, append);
}

}  // namespace

MixedLists Blend::mix(std::span<const TopItems::Output> sources, std::size_t n,
                      Threads threads) const {
  return mixed(sources, n, threads, share_, scales_, weights_);
}

MixedLists mixed_by_rank(std::span<const TopItems::Output> sources, std::size_t n,
                         Threads threads) {
  const std::vector<double> alike(sources.size(), 1 / static_cast<double>(sources.size()));
  const std::vector<ScoreScale> unused(sources.size());
  return mixed(sources, n, threads, ListShare::kRank, unused, alike);
}

void Blend::save(ByteWriter& writer) const {
  writer.array(weights_);
  for (const ScoreScale& scale : scales_) {
    writer.scalar(scale.floor);
    writer.scalar(scale.best);
  }
  writer.scalar(share_);
  writer.scalar(fitted_ndcg_);
}

Blend Blend::load(ByteReader& reader) {
  std::vector<double> weights = reader.array<double>();
  std::vector<ScoreScale> scales(std::min<std::size_t>(weights.size(), 255));
  bool is_valid = !weights.empty() && weights.size() <= 255;
  for (ScoreScale& scale : scales) {
    scale.floor = reader.scalar<double>();
    scale.best = reader.scalar<double>();
    is_valid = is_valid && std::isfinite(scale.floor) && std::isfinite(scale.best);
  }
  const auto share = reader.scalar<std::uint8_t>();
  const auto ndcg = reader.scalar<double>();
  is_valid = is_valid && share <= 2 && std::isfinite(ndcg) &&
             std::ranges::all_of(weights, [](double w) { return w >= 0 && w <= 1; });
  if (!is_valid) fail(ErrorKind::kCorrupt, "{}: the weights are none; fit the model again", kId);
  return {std::move(weights), std::move(scales), static_cast<ListShare>(share), ndcg};
}

}  // namespace perennial::models
