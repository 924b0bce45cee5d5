#include "perennial/models/recommend/linear/ease.h"

#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/factors/gram.h"
#include "perennial/models/recommend/linear/symmetric_matrix.h"
#include "perennial/models/recommend/parallel_rows.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "ease";

void validate(const Ease::Options& options) {
  if (!(options.lambda > 0) || !std::isfinite(options.lambda)) {
    fail(ErrorKind::kInvalidArgument, "{}: lambda is {}, needs to be above 0", kName,
         options.lambda);
  }
  validate(options.decay, kName);
}

// The items that have customers, ascending, and the place of each among them.
struct SoldItems {
  explicit SoldItems(SparseView items) : place(items.rows(), kNoItem) {
    for (std::uint32_t item = 0; item < items.rows(); ++item) {
      if (items.row_size(item) == 0) continue;
      place[item] = static_cast<std::uint32_t>(ids.size());
      ids.push_back(item);
    }
  }
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> place;
};

SymmetricMatrix regularised_gram(SparseView customers, SparseView items, const SoldItems& sold,
                                 double lambda, Threads threads) {
  constexpr std::size_t kItemsPerChunk = 16;
  const std::size_t n = sold.ids.size();
  SymmetricMatrix gram(n);
  ScratchPool<GramRow> pool;
  parallel_chunks(n, kItemsPerChunk, threads, [&](std::size_t first, std::size_t last) {
    const auto fill = [&](GramRow& row) {
      for (std::size_t i = first; i < last; ++i) {
        for (const std::uint32_t other : row.count(sold.ids[i])) {
          if (other > sold.ids[i]) break;
          gram.at(i, sold.place[other]) = static_cast<float>(row.of(other));
        }
        gram.at(i, i) = static_cast<float>(static_cast<double>(gram.at(i, i)) + lambda);
      }
    };
    pool.lend([&] { return GramRow(customers, items); }, fill);
  });
  return gram;
}

// Row j: the `kept` largest weights of what explains item j.
SparseRows largest_weights(const SymmetricMatrix& inverse, const SoldItems& sold, std::size_t kept,
                           Threads threads) {
  const auto fill = [&](std::uint32_t item, Selection& largest, RowPart& part) {
    const std::uint32_t j = sold.place[item];
    if (j == kNoItem) return;
    largest.clear();
    for (std::uint32_t i = 0; i < inverse.size(); ++i) {
      const float value = inverse.at(i, j);
      if (i != j && value != 0) largest.offer(i, std::abs(static_cast<double>(value)));
    }
    for (const Selection::Candidate& chosen : largest.sorted()) {
      part.ids.push_back(sold.ids[chosen.id]);
      part.values.push_back(-inverse.at(chosen.id, j) / inverse.at(j, j));
    }
  };
  return make_rows<Selection>(sold.place.size(), threads, [&] { return Selection(kept); }, fill);
}

}  // namespace

Ease Ease::fit(const TopItems::Input& input, const Options& options) {
  validate(options);
  validate_fit(input.interactions, kName);
  const SparseView customers = input.interactions.view();
  const SparseRows items = transpose(customers);
  const SoldItems sold(items.view());
  const std::size_t n = sold.ids.size();
  if (n > options.max_items) {
    fail(ErrorKind::kUnsupported,
         "{}: {} items have customers, at most {} are fitted (max_items), for that takes {:.1f} GB "
         "and {:.0f} T operations; use slim, or raise max_items",
         kName, n, options.max_items, 2e-9 * static_cast<double>(n) * static_cast<double>(n),
         1e-12 * std::pow(static_cast<double>(n), 3));
  }
  SymmetricMatrix matrix =
      regularised_gram(customers, items.view(), sold, options.lambda, input.threads);
  matrix.invert(input.threads);
  return Ease(ItemWeights(kName, largest_weights(matrix, sold, options.kept, input.threads),
                          options.decay));
}

Ease Ease::load(ByteReader& reader) { return Ease(ItemWeights::load(kName, kId, reader)); }

}  // namespace perennial::models
