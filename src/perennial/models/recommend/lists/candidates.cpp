#include "perennial/models/recommend/lists/candidates.h"

#include <algorithm>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::size_t kCustomersPerChunk = 256;
constexpr std::size_t kMostSources = 255;
constexpr double kRankShift = 10;

struct Said {
  std::uint32_t item;
  std::uint32_t source;
  float share;
  std::uint32_t because;
};

void append(Candidates& all, const Candidates& part) {
  const std::uint64_t offset = all.items.size();
  for (std::size_t u = 1; u < part.begin.size(); ++u) all.begin.push_back(offset + part.begin[u]);
  all.items.insert(all.items.end(), part.items.begin(), part.items.end());
  all.shares.insert(all.shares.end(), part.shares.begin(), part.shares.end());
  all.because.insert(all.because.end(), part.because.begin(), part.because.end());
}

}  // namespace

std::vector<float> shares_of(std::span<const double> scores, ListShare share, ScoreScale scale) {
  std::vector<float> shares(scores.size());
  if (scores.empty()) return shares;
  if (share == ListShare::kRank) {
    for (std::size_t k = 0; k < shares.size(); ++k)
      shares[k] = static_cast<float>((kRankShift + 1) / (kRankShift + static_cast<double>(k) + 1));
    return shares;
  }
  if (share == ListShare::kList)
    scale = {.floor = std::min(scores.back(), 0.0), .best = scores.front()};
  const double range = scale.best - scale.floor;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const double above = std::max(scores[k] - scale.floor, 0.0);
    shares[k] = range > 0 ? static_cast<float>(above / range) : 1.0F;
  }
  return shares;
}

std::size_t require_alike(std::span<const TopItems::Output> sources) {
  if (sources.empty() || sources.size() > kMostSources)
    fail(ErrorKind::kInvalidArgument, "candidates: {} sources, needs 1 to {}", sources.size(),
         kMostSources);
  for (const TopItems::Output& source : sources) {
    if (source.size() != sources[0].size())
      fail(ErrorKind::kInvalidArgument,
           "candidates: a source has {} lists, another {}; ask all about the same customers",
           source.size(), sources[0].size());
  }
  return sources[0].size();
}

std::vector<ScoreScale> score_scales(std::span<const TopItems::Output> sources) {
  std::vector<ScoreScale> scales;
  for (const TopItems::Output& source : sources) {
    double sum = 0;
    double lowest = 0;
    std::size_t filled = 0;
    for (std::size_t u = 0; u < source.size(); ++u) {
      const auto scores = source.scores_of(u);
      if (scores.empty()) continue;
      sum += scores.front();
      lowest = std::min(lowest, scores.back());
      ++filled;
    }
    scales.push_back({lowest, filled == 0 ? 1 : sum / static_cast<double>(filled)});
  }
  return scales;
}

void append_customer(Candidates& part, std::size_t customer,
                     std::span<const TopItems::Output> sources, ListShare share,
                     std::span<const ScoreScale> scales) {
  std::vector<Said> said;
  for (std::uint32_t s = 0; s < sources.size(); ++s) {
    const auto items = sources[s].items_of(customer);
    const auto because = sources[s].because_of(customer);
    const std::vector<float> shares = shares_of(sources[s].scores_of(customer), share, scales[s]);
    for (std::size_t k = 0; k < items.size(); ++k)
      said.push_back({items[k], s, shares[k], because[k]});
  }
  std::ranges::sort(said, [](const Said& a, const Said& b) {
    return a.item != b.item ? a.item < b.item : a.source < b.source;
  });
  for (const Said& one : said) {
    if (part.items.size() == part.begin.back() || part.items.back() != one.item) {
      part.items.push_back(one.item);
      part.shares.resize(part.items.size() * sources.size(), 0.0F);
      part.because.resize(part.items.size() * sources.size(), kNoItem);
    }
    const std::size_t at = (part.items.size() - 1) * sources.size() + one.source;
    part.shares[at] = one.share;
    part.because[at] = one.because;
  }
  part.begin.push_back(part.items.size());
}

Candidates join(std::span<const TopItems::Output> sources, ListShare share,
                std::span<const ScoreScale> scales, Threads threads) {
  const std::size_t n = require_alike(sources);
  CHECK(scales.size() == sources.size());
  std::vector<Candidates> parts((n + kCustomersPerChunk - 1) / kCustomersPerChunk);
  parallel_chunks(n, kCustomersPerChunk, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t u = first; u < last; ++u)
      append_customer(parts[first / kCustomersPerChunk], u, sources, share, scales);
  });
  Candidates all;
  all.sources = sources.size();
  for (Candidates& part : parts) {
    append(all, part);
    part = {};
  }
  return all;
}

void append_mixed(MixedLists& part, const Candidates& candidates, Selection& best,
                  std::span<const double> weights) {
  const std::size_t sources = candidates.sources;
  for (const Selection::Candidate& chosen : best.sorted()) {
    const std::size_t row = chosen.id * sources;
    const auto said = [&](std::size_t s) { return weights[s] * candidates.shares[row + s]; };
    std::size_t loudest = 0;
    for (std::size_t s = 1; s < sources; ++s) {
      if (said(s) > said(loudest)) loudest = s;
    }
    part.lists.items.push_back(candidates.items[chosen.id]);
    part.lists.scores.push_back(chosen.score);
    part.lists.because.push_back(candidates.because[row + loudest]);
    part.source.push_back(static_cast<std::uint8_t>(loudest));
  }
  part.lists.begin.push_back(part.lists.items.size());
}

}  // namespace perennial::models
