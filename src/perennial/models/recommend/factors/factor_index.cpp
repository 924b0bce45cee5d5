#include "perennial/models/recommend/factors/factor_index.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/factors/vector_kernels.h"

namespace perennial::models {

struct FactorIndex::Near {
  float product;
  std::uint32_t item;
};

struct FactorIndex::Query {
  const float* vector;
  float lift;
};

namespace {

constexpr auto kNearer = [](const auto& a, const auto& b) {
  return a.product != b.product ? a.product > b.product : a.item < b.item;
};
constexpr auto kFarther = [](const auto& a, const auto& b) { return kNearer(b, a); };

}  // namespace

void FactorIndex::Scratch::start(std::size_t items) {
  met.resize(items);
  if (++search != 0) return;
  std::fill(met.begin(), met.end(), 0U);
  search = 1;
}

FactorIndex::FactorIndex(Factors items, const Options& options)
    : factors_(std::move(items)),
      lifts_(factors_.rows()),
      options_(options),
      base_(factors_.rows() * (2 * options.links + 1)),
      upper_(factors_.rows()),
      pool_(std::make_unique<ScratchPool<Scratch>>()) {
  if (options.links < 2 || options.links > 1000) {
    fail(ErrorKind::kInvalidArgument, "factor index: links is {}, must lie in 2..1000",
         options.links);
  }
  if (options.build_effort < options.links) {
    fail(ErrorKind::kInvalidArgument, "factor index: build_effort is {}, needs at least links ({})",
         options.build_effort, options.links);
  }
  const VectorKernels& kernels = vector_kernels();
  float longest = 0;
  for (std::size_t i = 0; i < factors_.rows(); ++i) {
    lifts_[i] = kernels.dot(factors_.row(i), factors_.row(i), factors_.width);
    longest = std::max(longest, lifts_[i]);
  }
  for (float& lift : lifts_) lift = std::sqrt(longest - lift);
  pool_->lend([] { return Scratch(); },
              [&](Scratch& scratch) {
                for (std::uint32_t i = 0; i < factors_.rows(); ++i) insert(i, scratch);
              });
}

std::size_t FactorIndex::most_links(std::size_t layer) const {
  return layer == 0 ? 2 * options_.links : options_.links;
}

std::span<const std::uint32_t> FactorIndex::links_of(std::uint32_t item, std::size_t layer) const {
  const std::uint32_t* list = layer == 0 ? base_.data() + item * (2 * options_.links + 1)
                                         : upper_[item].data() + (layer - 1) * (options_.links + 1);
  return {list + 1, list[0]};
}

float FactorIndex::product(const Query& query, std::uint32_t item) const {
  return vector_kernels().dot(query.vector, factors_.row(item), factors_.width) +
         query.lift * lifts_[item];
}

FactorIndex::Query FactorIndex::query_of(std::uint32_t item) const {
  return {factors_.row(item), lifts_[item]};
}

FactorIndex::Near FactorIndex::descend(const Query& query, Near from, std::size_t layer) const {
  for (bool moved = true; moved;) {
    moved = false;
    for (const std::uint32_t item : links_of(from.item, layer)) {
      const Near next{product(query, item), item};
      if (!kNearer(next, from)) continue;
      from = next;
      moved = true;
    }
  }
  return from;
}

std::vector<FactorIndex::Near> FactorIndex::look_around(const Query& query, Near from,
                                                        std::size_t layer, std::size_t effort,
                                                        std::span<const std::uint8_t> blocked,
                                                        Scratch& scratch) const {
  scratch.start(factors_.rows());
  std::vector<Near> open;   // heap, the nearest first: items whose links are still to be followed
  std::vector<Near> found;  // heap, the farthest first
  const auto meet = [&](const Near& near) {
    if (found.size() >= effort && !kNearer(near, found.front())) return;
    open.push_back(near);
    std::push_heap(open.begin(), open.end(), kFarther);
    if (!blocked.empty() && blocked[near.item] != 0) return;
    found.push_back(near);
    std::push_heap(found.begin(), found.end(), kNearer);
    if (found.size() <= effort) return;
    std::pop_heap(found.begin(), found.end(), kNearer);
    found.pop_back();
  };
  scratch.is_new(from.item);
  meet(from);
  while (!open.empty()) {
    std::pop_heap(open.begin(), open.end(), kFarther);
    const Near next = open.back();
    open.pop_back();
    if (found.size() >= effort && kNearer(found.front(), next)) break;
    const auto links = links_of(next.item, layer);
    for (const std::uint32_t item : links) __builtin_prefetch(factors_.row(item));
    for (const std::uint32_t item : links) {
      if (scratch.is_new(item)) meet({product(query, item), item});
    }
  }
  std::sort(found.begin(), found.end(), kNearer);
  return found;
}

// Of items near to one, nearest first, those that are not nearer to one chosen before: links in all directions.
std::vector<FactorIndex::Near> FactorIndex::spread_out(std::vector<Near> near,
                                                       std::size_t limit) const {
  std::vector<Near> chosen;
  for (const Near& candidate : near) {
    if (chosen.size() == limit) break;
    const Query query = query_of(candidate.item);
    const bool in_the_way = std::any_of(chosen.begin(), chosen.end(), [&](const Near& other) {
      return product(query, other.item) > candidate.product;
    });
    if (!in_the_way) chosen.push_back(candidate);
  }
  return chosen;
}

void FactorIndex::link(std::uint32_t item, std::size_t layer, std::span<const Near> chosen) {
  std::uint32_t* list = layer == 0 ? base_.data() + item * (2 * options_.links + 1)
                                   : upper_[item].data() + (layer - 1) * (options_.links + 1);
  list[0] = static_cast<std::uint32_t>(chosen.size());
  for (std::size_t k = 0; k < chosen.size(); ++k) list[k + 1] = chosen[k].item;
}

void FactorIndex::insert(std::uint32_t item, Scratch& scratch) {
  RandomStream stream(options_.seed, item);
  const auto layers = static_cast<std::size_t>(-std::log(stream.uniform()) /
                                               std::log(static_cast<double>(options_.links)));
  const std::size_t highest = upper_[top_].size() / (options_.links + 1);
  upper_[item].resize(layers * (options_.links + 1));
  if (item == 0) return;

  const Query query = query_of(item);
  Near from{product(query, top_), top_};
  for (std::size_t layer = highest; layer > layers; --layer) from = descend(query, from, layer);
  for (std::size_t layer = std::min(layers, highest) + 1; layer-- > 0;) {
    auto near = look_around(query, from, layer, options_.build_effort, {}, scratch);
    from = near.front();
    const auto chosen = spread_out(std::move(near), options_.links);
    link(item, layer, chosen);
    for (const Near& other : chosen) {
      std::vector<Near> back{{other.product, item}};
      for (const std::uint32_t linked : links_of(other.item, layer))
        back.push_back({product(query_of(other.item), linked), linked});
      std::sort(back.begin(), back.end(), kNearer);
      if (back.size() > most_links(layer)) back = spread_out(std::move(back), most_links(layer));
      link(other.item, layer, back);
    }
  }
  if (layers > highest) top_ = item;
}

std::vector<ScoredItem> FactorIndex::best(std::span<const float> vector, std::size_t n,
                                          std::size_t effort,
                                          std::span<const std::uint8_t> blocked) const {
  CHECK(vector.size() == factors_.width && (blocked.empty() || blocked.size() == items()));
  std::vector<ScoredItem> list;
  if (items() == 0 || n == 0) return list;
  const Query query{vector.data(), 0};
  Near from{product(query, top_), top_};
  for (std::size_t layer = upper_[top_].size() / (options_.links + 1); layer > 0; --layer)
    from = descend(query, from, layer);
  pool_->lend([] { return Scratch(); },
              [&](Scratch& scratch) {
                const auto found =
                    look_around(query, from, 0, std::max(n, effort), blocked, scratch);
                for (std::size_t k = 0; k < std::min(n, found.size()); ++k)
                  list.push_back({found[k].item, static_cast<double>(found[k].product)});
              });
  return list;
}

}  // namespace perennial::models
