#include "perennial/models/recommend/neighbours/nearest_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "perennial/models/recommend/neighbours/ranked_rows.h"
#include "perennial/models/recommend/neighbours/row_sums.h"
#include "perennial/models/recommend/scratch_pool.h"

namespace perennial::models {
namespace {

constexpr std::size_t kRowsPerChunk = 16;
constexpr std::size_t kListsPerChunk = 512;

// `similarity` of the row `from`, which may be among the nearest of rank `to`.
struct Offer {
  std::uint32_t to;
  std::uint32_t from;
  double similarity;
};

// The rows that were walked and the nearest that each has so far.
template <typename Value>
class Walk {
 public:
  Walk(const SimilarityIndex& index, std::size_t limit, Threads threads)
      : index_(index),
        limit_(limit),
        threads_(threads),
        ranked_(index, threads),
        as_query_(RowSums<Value>::padded(ranked_.size()), 0),
        as_row_(as_query_.size(), 0),
        ease_(as_query_.size(), 0),
        lists_(ranked_.size()),
        worst_(ranked_.size(), {index.min_similarity(), std::numeric_limits<std::uint32_t>::max()}),
        asked_(worst_) {
    for (std::size_t rank = 0; rank < ranked_.size(); ++rank) {
      as_query_[rank] = static_cast<Value>(index.query_bound(ranked_.row_of[rank]));
      as_row_[rank] = static_cast<Value>(index.row_bound(ranked_.row_of[rank]));
      ask(rank);
    }
  }

  NeighbourLists run() {
    for (std::size_t first = 0; first < ranked_.size();) {
      const std::size_t last = end_of_round(first);
      meet(first, last);
      for (std::size_t rank = first; rank < last; ++rank) ask(rank);
      take(last);
      first = last;
    }
    return lists();
  }

 private:
  // Bounds are rounded: a product counts as reaching a floor when it comes near, and what is not near is surely below
  // what is nearer.
  static constexpr Value kNear = 1 - 16 * std::numeric_limits<Value>::epsilon();
  static constexpr Value kNearer = 1 - 8 * std::numeric_limits<Value>::epsilon();

  struct Scratch {
    RowSums<Value> sums;
    std::vector<Value> sample = {};
    std::vector<SimilarityIndex::Pair> pairs = {};
    std::vector<double> similarities = {};
    std::vector<Selection::Candidate> best = {};
  };

  // Tells the shorter rows what is worth an offer: a sum times ease has to reach 1 / the other row's bound to matter to a row with this floor.
  void ask(std::size_t rank) {
    asked_[rank] = worst_[rank];
    ease_[rank] = as_query_[rank] / (kNear * static_cast<Value>(asked_[rank].score));
  }

  std::uint64_t most_offers() const {
    return (std::uint64_t{1} << 24U) + ranked_.products.back() / 64;
  }

  // Rounds grow with what was walked before, since its rows refuse most offers by then; but the most that can be
  // offered has to fit in memory.
  std::size_t end_of_round(std::size_t first) const {
    constexpr std::size_t kFirstRound = 256;
    const auto& products = ranked_.products;
    const std::size_t end = std::min(ranked_.size(), first + std::max(kFirstRound, first / 8));
    const auto within = std::upper_bound(products.begin() + static_cast<std::ptrdiff_t>(first),
                                         products.begin() + static_cast<std::ptrdiff_t>(end) + 1,
                                         products[first] + most_offers());
    return std::max(first + 1, static_cast<std::size_t>(within - products.begin()) - 1);
  }

  // Each row of a round finds its own nearest and makes its offers.
  void meet(std::size_t first, std::size_t last) {
    const std::size_t chunks = (last - first + kRowsPerChunk - 1) / kRowsPerChunk;
    offers_.resize(std::max(offers_.size(), chunks));
    const auto make = [&] {
      return Scratch{RowSums<Value>(ranked_.size(), index_.counts_shared())};
    };
    parallel_chunks(last - first, kRowsPerChunk, threads_, [&](std::size_t from, std::size_t to) {
      pool_.lend(make, [&](Scratch& scratch) {
        for (std::size_t rank = first + from; rank < first + to; ++rank) {
          if (index_.counts_shared()) {
            add_up<true>(rank, scratch.sums);
          } else {
            add_up<false>(rank, scratch.sums);
          }
          choose(rank, scratch);
          offer(rank, scratch, offers_[from / kRowsPerChunk]);
          scratch.sums.clear(rank);
        }
      });
    });
  }

  // The columns of a row lie far apart, so memory is asked for them before they are needed.
  template <bool kCount>
  void add_up(std::size_t rank, RowSums<Value>& sums) const {
    constexpr std::size_t kAhead = 8;
    const std::uint32_t row = ranked_.row_of[rank];
    const auto columns = index_.weighted_rows().row_ids(row);
    const auto values = index_.weighted_rows().row_values(row);
    const std::uint64_t* begin = index_.weighted_columns().begin.data();
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (k + 2 * kAhead < columns.size()) __builtin_prefetch(begin + columns[k + 2 * kAhead]);
      if (k + kAhead < columns.size()) {
        const auto* ahead = &ranked_.entries[begin[columns[k + kAhead]]];
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + 8);
        __builtin_prefetch(ahead + 16);
      }
      sums.template add<kCount>(&ranked_.entries[begin[columns[k]]],
                                static_cast<std::uint32_t>(rank),
                                static_cast<Value>(index_.value(row, values[k])));
    }
  }

  // The row's own nearest among the longer ones. A sample tells what they have to reach, most often.
  void choose(std::size_t rank, Scratch& scratch) {
    auto& best = scratch.best;
    const Value least = near(rank, index_.min_similarity());
    const Value guess = likely_floor(rank, least, scratch);
    judge(rank, scratch.sums.find(as_row_, rank, kNear * guess), scratch);
    const double sure = static_cast<double>(kNearer * guess) * static_cast<double>(as_query_[rank]);
    if (guess > least && std::count_if(best.begin(), best.end(), [&](const auto& candidate) {
                           return candidate.score >= sure;
                         }) < static_cast<std::ptrdiff_t>(limit_)) {
      judge(rank, scratch.sums.find(as_row_, rank, least), scratch);
    }
    worst_[rank] = keep_best(best, worst_[rank]);
    lists_[rank].assign(best.begin(), best.end());
  }

  // What a sum times the other row's bound has to reach for this similarity.
  Value near(std::size_t rank, double similarity) const {
    if (!(as_query_[rank] > 0)) return std::numeric_limits<Value>::infinity();
    return std::max(kNear * static_cast<Value>(similarity) / as_query_[rank],
                    std::numeric_limits<Value>::min());
  }

  // What about `limit` of them and some more reach, by every eighth stretch of the sums; `least` where they are few.
  Value likely_floor(std::size_t rank, Value least, Scratch& scratch) const {
    constexpr std::size_t kStride = 8;
    const double share = static_cast<double>(limit_) / kStride;
    const auto enough = static_cast<std::size_t>(share + 3 * std::sqrt(share)) + 1;
    if (limit_ == 0 || rank < limit_ * 2) return least;
    auto& sample = scratch.sample;
    sample.clear();
    for (const std::uint32_t other : scratch.sums.find(as_row_, rank, least, kStride)) {
      sample.push_back(scratch.sums[other] * as_row_[other]);
    }
    if (sample.size() < 2 * enough) return least;
    const auto last = sample.begin() + static_cast<std::ptrdiff_t>(enough);
    std::nth_element(sample.begin(), last, sample.end(), std::greater<>());
    return *last;
  }

  enum class Asks { kRow, kOthers };

  // scratch.similarities: of the row of this rank with the others, as its own query or as theirs.
  void compare(std::size_t rank, std::span<const std::uint32_t> others, Asks asks,
               Scratch& scratch) const {
    const std::uint32_t row = ranked_.row_of[rank];
    scratch.pairs.clear();
    for (const std::uint32_t rank_of_other : others) {
      const std::uint32_t other = ranked_.row_of[rank_of_other];
      scratch.pairs.push_back({asks == Asks::kRow ? row : other, asks == Asks::kRow ? other : row,
                               scratch.sums.shared(rank_of_other),
                               static_cast<double>(scratch.sums[rank_of_other])});
    }
    index_.judge(scratch.pairs, scratch.similarities);
  }

  // The row's candidates among these ranks.
  void judge(std::size_t rank, std::span<const std::uint32_t> others, Scratch& scratch) const {
    compare(rank, others, Asks::kRow, scratch);
    scratch.best.clear();
    for (std::size_t k = 0; k < others.size(); ++k) {
      if (scratch.similarities[k] < index_.min_similarity()) continue;
      scratch.best.push_back({scratch.similarities[k], scratch.pairs[k].row});
    }
  }

  // To the longer rows, those that it may be among the nearest of.
  void offer(std::size_t rank, Scratch& scratch, std::vector<Offer>& offers) const {
    if (!(as_row_[rank] > 0)) return;
    const auto longer = scratch.sums.find(ease_, rank, 1 / as_row_[rank]);
    compare(rank, longer, Asks::kOthers, scratch);
    for (std::size_t k = 0; k < longer.size(); ++k) {
      const Selection::Candidate candidate{scratch.similarities[k], ranked_.row_of[rank]};
      if (!Selection::better(candidate, asked_[longer[k]])) continue;
      offers.push_back({longer[k], candidate.id, candidate.score});
    }
  }

  // Every row takes what it was offered, once that is worth a walk over the lists.
  void take(std::size_t walked) {
    const std::uint64_t kept =
        std::min<std::uint64_t>(walked * std::max<std::size_t>(limit_, 1), most_offers());
    std::uint64_t offered = 0;
    for (const auto& part : offers_) offered += part.size();
    if (offered < kept / 2 && walked < ranked_.size()) return;
    std::vector<std::uint64_t> end(walked + 1, 0);  // of a rank's offers, once they are laid out
    for (const auto& part : offers_) {
      for (const Offer& offer : part) ++end[offer.to + 1];
    }
    std::partial_sum(end.begin(), end.end(), end.begin());
    candidates_.resize(offered);
    for (auto& part : offers_) {
      for (const Offer& offer : part) {
        candidates_[end[offer.to]++] = {offer.similarity, offer.from};
      }
      part.clear();
    }
    parallel_chunks(walked, kListsPerChunk, threads_, [&](std::size_t from, std::size_t to) {
      std::vector<Selection::Candidate> all;
      for (std::size_t rank = from; rank < to; ++rank) {
        const std::uint64_t begin = rank == 0 ? 0 : end[rank - 1];
        if (begin == end[rank]) continue;
        auto& list = lists_[rank];
        all.assign(list.begin(), list.end());
        all.insert(all.end(), candidates_.begin() + static_cast<std::ptrdiff_t>(begin),
                   candidates_.begin() + static_cast<std::ptrdiff_t>(end[rank]));
        worst_[rank] = keep_best(all, worst_[rank]);
        list.assign(all.begin(), all.end());
        ask(rank);
      }
    });
  }

  // Leaves the best `limit`; the last of them, `worst` while there are fewer.
  Selection::Candidate keep_best(std::vector<Selection::Candidate>& list,
                                 Selection::Candidate worst) const {
    if (limit_ == 0 || list.size() < limit_) return worst;
    const auto last = list.begin() + static_cast<std::ptrdiff_t>(limit_) - 1;
    std::nth_element(list.begin(), last, list.end(), Selection::better);
    list.resize(limit_);
    return list.back();
  }

  NeighbourLists lists() {
    NeighbourLists out;
    out.begin.reserve(ranked_.size() + 1);
    for (const std::uint32_t rank : ranked_.rank_of) {
      out.begin.push_back(out.begin.back() + lists_[rank].size());
    }
    out.rows.resize(out.begin.back());
    out.similarities.resize(out.begin.back());
    parallel_chunks(ranked_.size(), kListsPerChunk, threads_,
                    [&](std::size_t first, std::size_t last) {
                      for (std::size_t row = first; row < last; ++row) {
                        auto list = std::move(lists_[ranked_.rank_of[row]]);
                        std::sort(list.begin(), list.end(), Selection::better);
                        std::uint64_t next = out.begin[row];
                        for (const Selection::Candidate& candidate : list) {
                          out.rows[next] = candidate.id;
                          out.similarities[next++] = candidate.score;
                        }
                      }
                    });
    return out;
  }

  const SimilarityIndex& index_;
  std::size_t limit_;
  Threads threads_;
  RankedRows<Value> ranked_;
  // By rank, as all that follows: a sum times the one's as_query and the other's as_row is about their similarity.
  std::vector<Value> as_query_, as_row_;
  std::vector<Value> ease_;
  std::vector<std::vector<Selection::Candidate>> lists_;
  // What is not better is not among a row's nearest: as far as is known, and as far as rows of the round know.
  std::vector<Selection::Candidate> worst_, asked_;
  std::vector<std::vector<Offer>> offers_;        // not yet taken, by chunk of a round
  std::vector<Selection::Candidate> candidates_;  // the same, by rank
  ScratchPool<Scratch> pool_;
};

}  // namespace

NeighbourParts::NeighbourParts(std::size_t rows, std::size_t rows_per_chunk)
    : rows_per_chunk_(rows_per_chunk),
      parts_((rows + rows_per_chunk - 1) / rows_per_chunk),
      begin_(rows + 1, 0) {}

void NeighbourParts::append(std::size_t row, std::span<const Selection::Candidate> chosen) {
  Part& part = parts_[row / rows_per_chunk_];
  for (const Selection::Candidate& candidate : chosen) {
    part.rows.push_back(candidate.id);
    part.similarities.push_back(candidate.score);
  }
  begin_[row + 1] = chosen.size();
}

NeighbourLists NeighbourParts::join() {
  NeighbourLists out;
  out.begin = std::move(begin_);
  std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
  out.rows.reserve(out.begin.back());
  out.similarities.reserve(out.begin.back());
  for (Part& part : parts_) {
    out.rows.insert(out.rows.end(), part.rows.begin(), part.rows.end());
    out.similarities.insert(out.similarities.end(), part.similarities.begin(),
                            part.similarities.end());
    part = {};
  }
  return out;
}

NeighbourLists nearest_rows(const SimilarityIndex& index, std::size_t limit, Threads threads) {
  return sums_fit_float(index) ? Walk<float>(index, limit, threads).run()
                               : Walk<double>(index, limit, threads).run();
}

}  // namespace perennial::models
