// exp, log and log1p of whole arrays, four at a time where the processor can.
//
// Accuracy  below 1 ulp of the result for exp and log, 2 ulp for log1p, measured against long double over their domains by
//           batch_test.cpp
// Domain    exp: any number, below -708 it is 0, above 709 infinite. log: normal numbers above 0. log1p: 0 and above
//           (softplus and waiting times need no more). Elsewhere the result is some number: check before
// Same      the same bits with and without vector instructions: every operation is one of IEEE 754, none is fused
// Cost      2 to 4 ns a value; the standard library's take 10 to 20
// Source    the argument reductions of fdlibm (Sun Microsystems 1993) with its published minimax coefficients
#pragma once

#include <span>

namespace perennial::math {

// in and out must have the same size and may be the same array.
void exp_batch(std::span<const double> in, std::span<double> out);
void log_batch(std::span<const double> in, std::span<double> out);
void log1p_batch(std::span<const double> in, std::span<double> out);

}  // namespace perennial::math
