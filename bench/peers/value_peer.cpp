// Our side of a comparison with lifetimes (value.py): the same customers from the same file.
//
//   value_peer make FILE CUSTOMERS   writes simulated histories: frequency,recency,T in weeks, whole days
//   value_peer fit FILE              reads them, fits BG/NBD, scores everyone; JSON with seconds and estimates
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

#include "perennial/models/value/bg_nbd.h"

namespace {

using namespace perennial;
using namespace perennial::models;

int make(const std::string& file, std::size_t customers) {
  std::vector<double> age(customers);
  RandomStream days(1, customers);
  for (double& value : age) value = static_cast<double>(7 + days.below(730)) / 7;
  const SimulatedPurchases data = BgNbd({0.55, 6.2, 0.9, 1.6}).simulate(age, 0, 1);
  std::ofstream out(file);
  out << "frequency,recency,T\n";
  for (std::size_t i = 0; i < customers; ++i)
    out << fmt::format("{},{},{}\n", data.repeat_purchases[i], std::floor(data.recency[i] * 7) / 7,
                       data.age[i]);
  return out.good() ? 0 : 1;
}

double seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

int fit(const std::string& file) {
  std::vector<double> x, recency, age;
  std::ifstream in(file);
  std::string header;
  std::getline(in, header);
  double a = 0, b = 0, c = 0;
  char comma = 0;
  while (in >> a >> comma >> b >> comma >> c) {
    x.push_back(a);
    recency.push_back(b);
    age.push_back(c);
  }
  Purchases::Input input;
  input.repeat_purchases = x;
  input.recency = recency;
  input.age = age;
  input.horizon_periods = 39;
  const double start = seconds();
  const BgNbd model = BgNbd::fit(input, {});
  const double fitted = seconds();
  const Purchases::Output scores = model.predict(input);
  const double scored = seconds();
  double total = 0;
  for (const double orders : scores.expected_purchases) total += orders;
  const BetaGeometricParams p = model.params();
  fmt::print(
      "{{\"fit_s\": {:.4f}, \"predict_s\": {:.4f}, \"expected\": {:.6f}, \"log_likelihood\": "
      "{:.6f}, "
      "\"r\": {:.8f}, \"alpha\": {:.8f}, \"a\": {:.8f}, \"b\": {:.8f}}}\n",
      fitted - start, scored - fitted, total, model.report().log_likelihood, p.r, p.alpha, p.a,
      p.b);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "make" && argc == 4) return make(argv[2], std::stoul(argv[3]));
  if (verb == "fit" && argc == 3) return fit(argv[2]);
  fmt::print(stderr, "usage: value_peer make FILE CUSTOMERS | value_peer fit FILE\n");
  return 2;
}
