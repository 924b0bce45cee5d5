// Calibration: turns a score of who will act into a probability that holds, so that the probabilities of many customers
// add up to how many act.
//
// Methods  Platt: sigmoid(intercept + slope * logit(score)), for few outcomes; isotonic: the best rising steps, which take
//          any shape and need about a thousand outcomes of the rarer kind (Niculescu-Mizil & Caruana 2005). Its steps are
//          drawn to the mean by 1 / sqrt(rows), so that where nobody was seen to act it says "rarely" and not "never"
// Law      over the rows it was fitted to, the probabilities add up to the outcomes exactly (both methods keep the mean).
//          Fit it to scores of rows that the scoring model has not learned from, or it believes its own overfit
// Assumes  a higher score means likelier; where the data say otherwise Platt's slope is held at 0: everyone gets the mean
// Source   Platt (1999), "Probabilistic Outputs for SVMs", without its pseudo-counts, which break the law; the slope has a
//          Gaussian prior around 1 of unit variance instead. Isotonic: pool adjacent violators, Ayer et al. (1955)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "perennial/base/bytes.h"

namespace perennial::models {

class Calibration {
 public:
  enum class Method : std::uint8_t { kPlatt, kIsotonic };

  // score[i] in [0, 1], outcome[i] 0 or 1. kBadInput for a wrong length or value; kNotEnoughData without any row.
  static Calibration fit(std::span<const double> score, std::span<const std::uint8_t> outcome,
                         Method method);
  // Platt; from a thousand rows of the rarer outcome on isotonic, where its log loss is the smaller one when each half of
  // the rows is told by what the other half taught.
  static Calibration fit(std::span<const double> score, std::span<const std::uint8_t> outcome);

  double operator()(double score) const;  // in [0, 1], does not fall with score

  Method method() const { return method_; }
  void save(ByteWriter& writer) const;
  static Calibration load(ByteReader& reader);

 private:
  Method method_ = Method::kPlatt;
  double intercept_ = 0, slope_ = 1;        // Platt
  std::vector<double> from_, probability_;  // isotonic: steps, from this score on
};

// What to multiply forecasts by for their sum to be that of what happened; 1 where nothing was forecast.
double scale_to_total(std::span<const double> forecast, std::span<const double> actual);

}  // namespace perennial::models
