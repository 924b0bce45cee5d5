// Our side of a comparison with implicit (recommend.py): the same shop from the same files.
//
//   recommend_peer make DIR CUSTOMERS ITEMS RECORDS_EACH   writes a simulated shop
//   recommend_peer movielens DIR RATINGS.csv               writes MovieLens ratings as a shop, weights 1
//   recommend_peer neighbours DIR                          fits item neighbours, 100 an item
//   recommend_peer als DIR FACTORS EPOCHS                  fits implicit ALS, gives its loss
//   recommend_peer loss DIR FACTORS FILE                   the same loss of somebody else's factors
//   recommend_peer top DIR FACTORS                         20 items for every customer, by the vectors of the fit
//   recommend_peer folded DIR FACTORS                      the same, by vectors found anew from the histories
//   recommend_peer explained DIR FACTORS                   the same with the reason of each item
//
// A shop is shape.u64, begin.u64, items.u32 and weights.f32 in raw little-endian numbers, and ours in our own format. All but the
// first two answer with JSON: seconds by the wall and of the processors, peak memory.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <string>

#include "perennial/base/files.h"
#include "perennial/base/text.h"
#include "perennial/models/recommend/factors/implicit_als.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace {

using namespace perennial;
using namespace perennial::models;

template <typename T>
void write_raw(const std::string& file, std::span<const T> values) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size_bytes()));
}

int write_shop(const std::string& directory, const InteractionLog& log) {
  const Interactions shop = Interactions::build(log);
  const std::vector<std::uint64_t> shape{shop.customers(), shop.items()};
  write_raw(directory + "/shape.u64", std::span<const std::uint64_t>(shape));
  write_raw(directory + "/begin.u64", shop.view().begin);
  write_raw(directory + "/items.u32", shop.view().ids);
  write_raw(directory + "/weights.f32", shop.view().values);
  ByteWriter writer;
  shop.save(writer);
  write_raw(directory + "/shop", std::span<const char>(writer.bytes()));
  fmt::print("{{\"customers\": {}, \"items\": {}, \"entries\": {}}}\n", shop.customers(),
             shop.items(), shop.size());
  return 0;
}

int movielens(const std::string& directory, const std::string& file) {
  SimulatedInteractions log;
  std::map<std::string, std::uint32_t, std::less<>> customers;
  std::map<std::string, std::uint32_t, std::less<>> items;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const auto cells = split(line, ',');
    if (cells.size() < 4) continue;
    const auto number = [](auto& of, std::string_view name) {
      return of.emplace(name, static_cast<std::uint32_t>(of.size())).first->second;
    };
    log.customer.push_back(number(customers, cells[0]));
    log.item.push_back(number(items, cells[1]));
    log.weight.push_back(1);
    log.day.push_back({0});
  }
  log.customers = customers.size();
  log.items = items.size();
  return write_shop(directory, log.log());
}

Interactions read_shop(const std::string& directory) {
  const std::string bytes = read_file(directory + "/shop");
  ByteReader reader(bytes);
  return Interactions::load(reader);
}

class Stopwatch {
 public:
  // Seconds since the last call, and peak memory until now.
  std::string lap() {
    const double wall = wall_now() - wall_;
    const double processors = processors_now() - processors_;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return fmt::format("\"wall_s\": {:.4f}, \"cpu_s\": {:.4f}, \"peak_mb\": {:.0f}", wall,
                       processors, static_cast<double>(usage.ru_maxrss) / 1024);
  }

 private:
  static double wall_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  }
  static double processors_now() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  double wall_ = wall_now();
  double processors_ = processors_now();
};

// The loss that implicit minimises with alpha 1 when it is given 1 + weight.
AlsOptions options_of(std::size_t factors, int epochs) {
  return {.factors = factors,
          .epochs = epochs,
          .regularisation = 0.01,
          .exponent = 0,
          .alpha = 1,
          .unobserved_weight = 1};
}

int neighbours(const Interactions& shop) {
  Stopwatch watch;
  const auto model = ItemNeighbours::fit({shop}, {.neighbours = 100});
  const std::string lap = watch.lap();
  fmt::print("{{{}, \"first\": {}}}\n", lap, model.similar(0, 1).size());
  return 0;
}

int als(const Interactions& shop, std::size_t factors, int epochs) {
  const AlsOptions options = options_of(factors, epochs);
  Stopwatch watch;
  const FactorPair pair = factorise(shop, options);
  const std::string lap = watch.lap();
  fmt::print("{{{}, \"loss\": {:.6f}}}\n", lap, als_loss(shop, pair, options));
  return 0;
}

int loss(const Interactions& shop, std::size_t factors, const std::string& file) {
  const std::string bytes = read_file(file);
  FactorPair pair{Factors(shop.customers(), factors), Factors(shop.items(), factors)};
  const char* from = bytes.data();
  for (Factors* side : {&pair.customers, &pair.items}) {
    for (std::size_t r = 0; r < side->rows(); ++r, from += factors * sizeof(float))
      std::memcpy(side->row(r), from, factors * sizeof(float));
  }
  fmt::print("{{\"loss\": {:.6f}}}\n", als_loss(shop, pair, options_of(factors, 1)));
  return 0;
}

// kFitted: the vectors that the fit found for these customers; kFoldedIn: found anew from their histories, as for a customer
// that the fit did not know; kExplained: with the reason of each item too.
enum class Vectors { kFitted, kFoldedIn, kExplained };

int top(const Interactions& shop, std::size_t factors, Vectors vectors) {
  const AlsOptions options = options_of(factors, 2);
  const auto model = ImplicitAls::fit({shop}, options);
  const Factors fitted =
      vectors == Vectors::kFitted ? factorise(shop, options).customers : Factors();
  const auto write = [&](std::uint32_t customer, float* vector) {
    if (vectors == Vectors::kFitted) {
      std::copy_n(fitted.row(customer), fitted.width, vector);
    } else {
      const auto x = model.fold_in(shop.items_of(customer), shop.weights_of(customer));
      std::copy(x.begin(), x.end(), vector);
    }
    return true;
  };
  Stopwatch watch;
  const TopItems::Input all{.interactions = shop, .n = 20};
  const auto lists =
      vectors == Vectors::kExplained ? model.predict(all) : model.ranking().best(all, write);
  const std::string lap = watch.lap();
  fmt::print("{{{}, \"lists\": {}}}\n", lap, lists.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "make" && words.size() == 5) {
    return write_shop(words[1], simulate_interactions(std::stoul(words[2]), std::stoul(words[3]),
                                                      std::stod(words[4]), 1)
                                    .log());
  }
  if (verb == "movielens" && words.size() == 3) return movielens(words[1], words[2]);
  if (words.size() >= 2) {
    const Interactions shop = read_shop(words[1]);
    if (verb == "neighbours" && words.size() == 2) return neighbours(shop);
    if (verb == "als" && words.size() == 4)
      return als(shop, std::stoul(words[2]), std::stoi(words[3]));
    if (verb == "loss" && words.size() == 4) return loss(shop, std::stoul(words[2]), words[3]);
    if (verb == "top" && words.size() == 3)
      return top(shop, std::stoul(words[2]), Vectors::kFitted);
    if (verb == "folded" && words.size() == 3)
      return top(shop, std::stoul(words[2]), Vectors::kFoldedIn);
    if (verb == "explained" && words.size() == 3)
      return top(shop, std::stoul(words[2]), Vectors::kExplained);
  }
  fmt::print(
      stderr,
      "usage: recommend_peer make|movielens|neighbours|als|loss|top|folded|explained DIR ...\n");
  return 2;
}
