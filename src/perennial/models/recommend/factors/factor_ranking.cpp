#include "perennial/models/recommend/factors/factor_ranking.h"

#include <algorithm>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/factors/vector_kernels.h"

namespace perennial::models {
namespace {

constexpr std::size_t kCustomersPerChunk = 128;
constexpr std::size_t kCustomersPerTile = 8;
constexpr std::size_t kPanelsPerBlock = 16;
constexpr std::size_t kItemsPerBlock = kPanelsPerBlock * kLanes;

// Room for n items a list, filled by several threads and closed up in place: lists are long, and kept only once.
class Places {
 public:
  Places(std::size_t lists, std::size_t n) : n_(n), filled_(lists) {
    all_.items.resize(lists * n);
    all_.scores.resize(lists * n);
    all_.because.resize(lists * n, kNoItem);
  }

  void fill(std::size_t list, std::span<const Selection::Candidate> chosen) {
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      all_.items[list * n_ + k] = chosen[k].id;
      all_.scores[list * n_ + k] = chosen[k].score;
    }
    filled_[list] = chosen.size();
  }

  TopItems::Output closed_up() && {
    all_.begin.reserve(filled_.size() + 1);
    std::size_t end = 0;
    for (std::size_t list = 0; list < filled_.size(); ++list) {
      for (std::size_t k = 0; k < filled_[list]; ++k, ++end) {
        all_.items[end] = all_.items[list * n_ + k];
        all_.scores[end] = all_.scores[list * n_ + k];
      }
      all_.begin.push_back(end);
    }
    all_.items.resize(end);
    all_.scores.resize(end);
    all_.because.resize(end);
    return std::move(all_);
  }

 private:
  std::size_t n_;
  std::vector<std::size_t> filled_;
  TopItems::Output all_;
};

}  // namespace

FactorRanking::FactorRanking(const Factors& items)
    : items_(items.rows()), width_(items.width), panels_(whole_vectors(items_) * width_) {
  for (std::size_t i = 0; i < items_; ++i) {
    float* panel = panels_.data() + i / kLanes * kLanes * width_;
    for (std::size_t k = 0; k < width_; ++k) panel[k * kLanes + i % kLanes] = items.row(i)[k];
  }
}

// The lists of a few customers while blocks of items pass by.
class FactorRanking::Lists {
 public:
  Lists(const FactorRanking& ranking, std::size_t n, std::span<const std::uint8_t> blocked)
      : ranking_(ranking),
        n_(n),
        blocked_(blocked),
        scores_(kCustomersPerTile * kItemsPerBlock),
        reaching_(kItemsPerBlock + 1) {}

  void clear() {
    vectors_.clear();
    seen_.clear();
  }
  // The last vector, zero, for the caller to fill in; `seen` ascends and stays valid.
  float* add(std::span<const std::uint32_t> seen) {
    vectors_.resize(vectors_.size() + ranking_.width_);
    seen_.push_back(seen);
    return vectors_.data() + vectors_.size() - ranking_.width_;
  }
  void drop_last() {
    vectors_.resize(vectors_.size() - ranking_.width_);
    seen_.pop_back();
  }

  void pass_all_items() {
    if (lists_.size() < seen_.size()) lists_.resize(seen_.size(), Selection(n_));
    for (Selection& list : lists_) list.clear();
    const std::size_t panels = whole_vectors(ranking_.items_) / kLanes;
    for (std::size_t first = 0; first < panels; first += kPanelsPerBlock) {
      const std::size_t count = std::min(kPanelsPerBlock, panels - first);
      for (std::size_t c = 0; c < seen_.size(); c += kCustomersPerTile) pass(c, first, count);
    }
  }
  std::span<const Selection::Candidate> sorted(std::size_t list) { return lists_[list].sorted(); }

 private:
  void pass(std::size_t first_list, std::size_t first_panel, std::size_t panels) {
    const std::size_t width = ranking_.width_;
    const std::size_t count = std::min(kCustomersPerTile, seen_.size() - first_list);
    kernels_.scores(vectors_.data() + first_list * width, count, width,
                    ranking_.panels_.data() + first_panel * kLanes * width, panels, scores_.data());
    for (std::size_t c = 0; c < count; ++c) {
      const float* scores = scores_.data() + c * panels * kLanes;
      offer(first_list + c, scores, panels * kLanes,
            static_cast<std::uint32_t>(first_panel * kLanes));
    }
  }

  void offer(std::size_t list, const float* scores, std::size_t count, std::uint32_t first_item) {
    Selection& selection = lists_[list];
    const std::size_t reaching =
        kernels_.at_least(scores, count, static_cast<float>(selection.floor()), reaching_.data());
    for (std::size_t r = 0; r < reaching; ++r) {
      const std::uint32_t item = first_item + reaching_[r];
      const auto score = static_cast<double>(scores[reaching_[r]]);
      if (item >= ranking_.items_ || score < selection.floor()) continue;
      if (!blocked_.empty() && blocked_[item] != 0) continue;
      if (std::binary_search(seen_[list].begin(), seen_[list].end(), item)) continue;
      selection.offer(item, score);
    }
  }

  const FactorRanking& ranking_;
  const VectorKernels& kernels_ = vector_kernels();
  std::size_t n_;
  std::span<const std::uint8_t> blocked_;
  AlignedFloats vectors_;
  std::vector<std::span<const std::uint32_t>> seen_;
  std::vector<Selection> lists_;
  AlignedFloats scores_;
  std::vector<std::uint32_t> reaching_;
};

TopItems::Output FactorRanking::best(const TopItems::Input& input,
                                     const VectorOf& vector_of) const {
  const std::size_t count =
      input.customers ? input.customers->size() : input.interactions.customers();
  const std::size_t n = std::min(input.n, items_);
  Places places(count, n);
  ScratchPool<Lists> pool;
  const auto make = [&] { return Lists(*this, n, input.blocked); };
  parallel_chunks(
      count, kCustomersPerChunk, input.threads, [&](std::size_t first, std::size_t last) {
        pool.lend(make, [&](Lists& lists) {
          lists.clear();
          std::vector<std::size_t> known;
          for (std::size_t i = first; i < last; ++i) {
            const auto customer =
                input.customers ? (*input.customers)[i] : static_cast<std::uint32_t>(i);
            const auto history = input.interactions.items_of(customer);
            float* vector = lists.add(input.seen == SeenItems::kMask ? history : history.first(0));
            if (vector_of(customer, vector)) {
              known.push_back(i);
            } else {
              lists.drop_last();
            }
          }
          lists.pass_all_items();
          for (std::size_t k = 0; k < known.size(); ++k) places.fill(known[k], lists.sorted(k));
        });
      });
  return std::move(places).closed_up();
}

std::vector<ScoredItem> FactorRanking::best(std::span<const float> vector, std::size_t n,
                                            std::span<const std::uint8_t> blocked) const {
  CHECK(vector.size() == width_ && (blocked.empty() || blocked.size() == items_));
  std::vector<ScoredItem> found;
  if (n == 0) return found;
  Lists lists(*this, std::min(n, items_), blocked);
  std::copy(vector.begin(), vector.end(), lists.add({}));
  lists.pass_all_items();
  for (const Selection::Candidate& item : lists.sorted(0)) found.push_back({item.id, item.score});
  return found;
}

}  // namespace perennial::models
