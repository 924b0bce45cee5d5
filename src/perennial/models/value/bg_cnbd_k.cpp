#include "perennial/models/value/bg_cnbd_k.h"

#include <fmt/format.h>

namespace perennial::models {
namespace {

constexpr int kMostRegular = 12;

struct Tried {
  int k;
  FitReport report;
  bool beats(const Tried& other) const {
    return report.log_likelihood > other.report.log_likelihood;
  }
};

FitReport fit_k(const UniqueHistories& data, BetaGeometricKind kind,
                const LikelihoodOptions& options, Threads threads) {
  return maximise_likelihood(beta_geometric_problem(data, kind, threads), options);
}

int likeliest_k(const UniqueHistories& sample, FirstCoin coin, const LikelihoodOptions& options,
                Threads threads) {
  Tried best{1, fit_k(sample, {coin, 1}, options, threads)};
  for (int k = 2; k <= kMostRegular; ++k) {
    Tried next{k, fit_k(sample, {coin, k}, options, threads)};
    if (next.beats(best)) best = std::move(next);
  }
  return best.k;
}

}  // namespace

int whole_regularity(double k) {
  if (!(k >= 1 && k <= kMostRegular) || k != std::floor(k))
    fail(ErrorKind::kInvalidArgument, "CNBD-k: k is {}, needs a whole number from 1 to {}", k,
         kMostRegular);
  return static_cast<int>(k);
}

std::pair<CnbdParams, FitReport> fit_regularity(const Purchases::Input& input, FirstCoin coin,
                                                const LikelihoodOptions& options) {
  const UniqueHistories data = histories_to_fit(input);
  const auto fit = [&](int k) { return Tried{k, fit_k(data, {coin, k}, options, input.threads)}; };
  Tried best;
  const bool timed = data.know_log_gaps && data.mean_purchases > 0;
  if (!timed) {
    best = fit(1);
  } else {
    constexpr std::size_t kSampleRows = 20'000;
    best = fit(likeliest_k(thinned(data, kSampleRows), coin, {60, 1e-3}, input.threads));
    for (const int step : {-1, 1})
      for (int k = best.k + step; k >= 1 && k <= kMostRegular; k += step) {
        Tried next = fit(k);
        if (!next.beats(best)) break;
        best = std::move(next);
      }
  }
  FitReport& report = best.report;
  // k is a parameter too.
  report.aic += 2;
  report.bic += std::log(report.customers);
  report.words += timed ? fmt::format("; k = {} of 1 to {} is likeliest{}", best.k, kMostRegular,
                                      best.k == 1 ? ": no rhythm in the purchases" : "")
                        : "; k = 1, as the times between purchases are not known";
  const std::vector<double>& e = report.estimates;
  return {{e[0], e[1], e[2], e[3], best.k}, std::move(report)};
}

}  // namespace perennial::models
