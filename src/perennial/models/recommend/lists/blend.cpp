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

// NDCG of what the weights make of the candidates; hits are looked up once.
class Judge {
 public:
  Judge(const Candidates& candidates, const Interactions& wanted, std::size_t k, Threads threads)
      : candidates_(candidates), k_(k), threads_(threads) {
    for (std::size_t u = 0; u < candidates.customers(); ++u) {
      const auto items = wanted.items_of(u);
      if (!items.empty()) ++customers_;
      ideal_.push_back(ideal(std::min(k, items.size())));
      for (std::size_t c = candidates.begin[u]; c < candidates.begin[u + 1]; ++c) {
        const bool is_hit = std::ranges::binary_search(items, candidates.items[c]);
        if (is_hit) hits_.push_back(static_cast<std::uint32_t>(c - candidates.begin[u]));
      }
      hits_begin_.push_back(hits_.size());
    }
  }

  bool has_hits() const { return !hits_.empty(); }

  double ndcg(std::span<const double> weights) const {
    const double sum = ordered_reduce(
        candidates_.customers(), kCustomersPerChunk, threads_, 0.0,
        [&](std::size_t first, std::size_t last) {
          double part = 0;
          std::vector<double> scores;
          for (std::size_t u = first; u < last; ++u) part += gain(u, weights, scores);
          return part;
        },
        [](double a, double b) { return a + b; });
    return sum / static_cast<double>(std::max<std::size_t>(customers_, 1));
  }

 private:
  static double discount(std::size_t place) {
    return 1 / std::log2(static_cast<double>(place) + 2);
  }
  static double ideal(std::size_t hits) {
    double sum = 0;
    for (std::size_t place = 0; place < hits; ++place) sum += discount(place);
    return sum;
  }

  // A hit's place is the number of candidates that come before it.
  double gain(std::size_t u, std::span<const double> weights, std::vector<double>& scores) const {
    const std::size_t begin = u == 0 ? 0 : hits_begin_[u - 1];
    if (begin == hits_begin_[u]) return 0;
    const std::size_t sources = candidates_.sources;
    const std::size_t first = candidates_.begin[u];
    const std::size_t n = candidates_.begin[u + 1] - first;
    scores.resize(n);
    for (std::size_t c = 0; c < n; ++c) {
      scores[c] =
          score_of(std::span(candidates_.shares).subspan((first + c) * sources, sources), weights);
    }
    double sum = 0;
    for (std::size_t h = begin; h < hits_begin_[u]; ++h) {
      const std::size_t hit = hits_[h];
      std::size_t before = 0;
      for (std::size_t c = 0; c < n; ++c)
        before += scores[c] > scores[hit] || (scores[c] == scores[hit] && c < hit) ? 1U : 0U;
      if (before < k_) sum += discount(before);
    }
    return sum / ideal_[u];
  }

  const Candidates& candidates_;
  std::size_t k_;
  Threads threads_;
  std::size_t customers_ = 0;
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
