// The factorisation under implicit ALS: vectors of customers and items whose products say what was bought.
//
// Loss     sum over all pairs of c (p - x.y)^2  +  sum over customers of lambda_x |x|^2  +  sum over items of lambda_y |y|^2
//          bought (weight w):     p = 1, c = unobserved_weight + alpha w
//          not bought:            p = 0, c = unobserved_weight
//          lambda of a row        regularisation (n + unobserved_weight m)^exponent, n its entries, m rows on the other side
// Fit      customers with items held, then items with customers held, `epochs` times. The part of all pairs is a Gram
//          matrix; both sides are turned onto its axes first, where it is a diagonal: products with it cost nothing,
//          and it preconditions the conjugate gradients
// Solvers  kConjugateGradient: `cg_steps` steps from where the row stands; kBlocks: one Newton step for each `block`
//          coordinates, the others held (iALS++)
// Cost     an epoch 16 (1 + cg_steps) / 2 x entries x factors + 10 x (customers + items) x factors^2 operations
// Order    the same bits at any number of threads and with any instructions: sums in chunks of 1024 rows
// Source   Hu, Koren & Volinsky (2008), "Collaborative Filtering for Implicit Feedback Datasets"; Takacs, Pilaszy & Tikk
//          (2011), "Applications of the Conjugate Gradient Method for Implicit Feedback Collaborative Filtering";
//          Rendle, Krichene, Zhang & Koren (2021), "iALS++: Speeding up Matrix Factorization with Subspace Optimization"
//          and "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (frequency-scaled lambda)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/factors/factors.h"
#include "perennial/models/recommend/interactions.h"

namespace perennial::models {

enum class AlsSolver : std::uint8_t { kConjugateGradient, kBlocks };

struct AlsOptions {
  std::size_t factors = 64;         // 1..1024
  int epochs = 10;                  // at least 1
  double regularisation = 0.01;     // > 0
  double exponent = 1;              // 0: the same for every row; 1: in proportion to its entries
  double alpha = 1;                 // > 0: what a weight of 1 adds to the confidence
  double unobserved_weight = 0.01;  // > 0
  AlsSolver solver = AlsSolver::kConjugateGradient;
  int cg_steps = 3;        // at least 1
  std::size_t block = 64;  // a multiple of 16
  std::uint64_t seed = 1;
};

struct FactorPair {
  Factors customers;
  Factors items;
};

// kInvalidArgument in the name of `model`.
void validate(const AlsOptions& options, std::string_view model);

// REQUIRES: valid options, at least one entry. Returned on the axes of the items' Gram matrix.
FactorPair factorise(const Interactions& interactions, const AlsOptions& options,
                     Threads threads = {});

// lambda of a row with n entries and m rows on the other side.
double als_regularisation(const AlsOptions& options, std::size_t n, std::size_t m);

// The loss as written above, right to about 1e-7 of it. REQUIRES: as many rows as the interactions have.
double als_loss(const Interactions& interactions, const FactorPair& factors,
                const AlsOptions& options, Threads threads = {});

// The sum of y y^T over the rows, width x width: float within a chunk of rows, double over the chunks.
std::vector<double> gram_of(const Factors& factors, Threads threads = {});

}  // namespace perennial::models
