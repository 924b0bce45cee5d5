// Predictions that LensKit published for MovieLens ml-latest-small, made anew; recipes in tests/golden/recommend.*.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "perennial/base/files.h"
#include "perennial/base/text.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/neighbours/user_neighbours.h"

namespace perennial::models {
namespace {

const std::string kFolder = PERENNIAL_SHARED_DATA "/recommend/";

std::vector<std::vector<double>> read_table(const std::string& name) {
  std::vector<std::vector<double>> rows;
  std::ifstream file(kFolder + name);
  std::string line;
  std::getline(file, line);  // header
  while (std::getline(file, line)) {
    rows.emplace_back();
    for (const std::string_view cell : split(line, ',')) {
      rows.back().push_back(parse_double(cell).value());
    }
  }
  return rows;
}

// Ids in ascending order, numbered from 0.
class Numbering {
 public:
  Numbering(const std::vector<std::vector<double>>& table, std::size_t column) {
    for (const std::vector<double>& row : table) numbers_[static_cast<int>(row[column])] = 0;
    std::uint32_t next = 0;
    for (auto& [id, number] : numbers_) number = next++;
  }
  std::uint32_t operator()(double id) const { return numbers_.at(static_cast<int>(id)); }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::map<int, std::uint32_t> numbers_;
};

struct Ratings {
  Numbering customer_number;
  Numbering item_number;
  Interactions interactions;
};

Ratings read_ratings(const std::string& name) {
  const auto table = read_table(name);
  Ratings ratings{Numbering(table, 0), Numbering(table, 1), {}};
  std::vector<std::uint32_t> customers;
  std::vector<std::uint32_t> items;
  std::vector<double> weights;
  for (const std::vector<double>& row : table) {
    customers.push_back(ratings.customer_number(row[0]));
    items.push_back(ratings.item_number(row[1]));
    weights.push_back(row[2]);
  }
  const std::vector<Day> days(customers.size());
  ratings.interactions =
      Interactions::build({ratings.customer_number.size(), ratings.item_number.size(), customers,
                           items, weights, days});
  return ratings;
}

nlohmann::json read_golden(const std::string& id) {
  return nlohmann::json::parse(
      read_file(PERENNIAL_SOURCE_DIR "/tests/golden/" + id + "/ml_latest_small.json"));
}

// Compares predict(customer, item) with every row of the golden file.
template <typename Predict>
void expect_golden(const nlohmann::json& golden, const Ratings& ratings, Predict predict) {
  const auto rows = read_table(golden["predictions"]);
  ASSERT_EQ(rows.size(), golden["rows"].get<std::size_t>());
  std::size_t within = 0;
  double largest = 0;
  for (const std::vector<double>& row : rows) {
    const std::optional<double> found =
        predict(ratings.customer_number(row[0]), ratings.item_number(row[1]));
    ASSERT_TRUE(found) << "customer " << row[0] << ", item " << row[1];
    const double error = std::abs(*found - row[2]);
    largest = std::max(largest, error);
    if (error <= golden["tolerance"].get<double>()) ++within;
  }
  EXPECT_EQ(within, golden["rows_within_tolerance"].get<std::size_t>());
  EXPECT_LE(largest, golden["largest_difference"].get<double>());
}

TEST(MovieLensSlow, UserNeighboursGiveLensKitsPredictions) {
  const auto golden = read_golden("recommend.user_neighbours");
  if (!std::filesystem::exists(kFolder + std::string(golden["ratings"]))) {
    GTEST_SKIP() << "no " << kFolder << golden["ratings"];
  }
  const Ratings ratings = read_ratings(golden["ratings"]);
  const TopItems::Input input{ratings.interactions};
  const auto model = UserNeighbours::fit(input, {.similarity = {Similarity::kPearson},
                                                 .feedback = Feedback::kExplicit,
                                                 .neighbours = golden["neighbours"]});
  expect_golden(golden, ratings, [&](std::uint32_t customer, std::uint32_t item) {
    return model.rate(input, customer, {&item, 1})[0];
  });
}

TEST(MovieLensSlow, ItemNeighboursGiveLensKitsPredictions) {
  const auto golden = read_golden("recommend.item_neighbours");
  if (!std::filesystem::exists(kFolder + std::string(golden["ratings"]))) {
    GTEST_SKIP() << "no " << kFolder << golden["ratings"];
  }
  const Ratings ratings = read_ratings(golden["ratings"]);
  const Interactions& interactions = ratings.interactions;
  const auto model = ItemNeighbours::fit({interactions}, {.similarity = {Similarity::kPearson},
                                                          .feedback = Feedback::kExplicit,
                                                          .neighbours = 0,
                                                          .used = golden["used"]});
  expect_golden(golden, ratings, [&](std::uint32_t customer, std::uint32_t item) {
    return model.rate(interactions.items_of(customer), interactions.weights_of(customer), item);
  });
}

}  // namespace
}  // namespace perennial::models
