#include "perennial/models/recommend/factors/logistic_factors.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "logistic factors";

}  // namespace

LogisticFactors LogisticFactors::fit(const TopItems::Input& input, const Options& options) {
  const SampledOptions sampled{.factors = options.factors,
                               .epochs = options.epochs,
                               .learning_rate = options.learning_rate,
                               .regularisation = options.regularisation,
                               .negatives = options.negatives,
                               .alpha = options.alpha,
                               .seed = options.seed};
  return LogisticFactors(SampledFactors::fit(input, SampledLoss::kLogistic, sampled, kName));
}

TopItems::Output LogisticFactors::predict(const TopItems::Input& input) const {
  return factors_.predict(input, kName);
}

std::vector<ScoredItem> LogisticFactors::similar(std::uint32_t item, std::size_t n,
                                                 std::span<const std::uint8_t> blocked) const {
  return factors_.items().similar(kName, item, n, blocked);
}

LogisticFactors LogisticFactors::load(ByteReader& reader) {
  return LogisticFactors(SampledFactors::load(kId, SampledLoss::kLogistic, reader));
}

}  // namespace perennial::models
