#include "perennial/models/recommend/factors/bpr.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "BPR";

}  // namespace

Bpr Bpr::fit(const TopItems::Input& input, const Options& options) {
  const SampledOptions sampled{.factors = options.factors,
                               .epochs = options.epochs,
                               .learning_rate = options.learning_rate,
                               .regularisation = options.regularisation,
                               .negatives = 1,
                               .seed = options.seed};
  return Bpr(SampledFactors::fit(input, SampledLoss::kPairwise, sampled, kName));
}

TopItems::Output Bpr::predict(const TopItems::Input& input) const {
  return factors_.predict(input, kName);
}

std::vector<ScoredItem> Bpr::similar(std::uint32_t item, std::size_t n,
                                     std::span<const std::uint8_t> blocked) const {
  return factors_.items().similar(kName, item, n, blocked);
}

Bpr Bpr::load(ByteReader& reader) {
  return Bpr(SampledFactors::load(kId, SampledLoss::kPairwise, reader));
}

}  // namespace perennial::models
