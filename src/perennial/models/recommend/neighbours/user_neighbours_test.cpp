#include "perennial/models/recommend/neighbours/user_neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using Dense = std::vector<std::vector<double>>;
using ::testing::ElementsAre;

Interactions matrix(const Dense& values) {
  std::vector<std::uint32_t> customers;
  std::vector<std::uint32_t> items;
  std::vector<double> weights;
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (std::size_t i = 0; i < values[c].size(); ++i) {
      if (values[c][i] == 0) continue;
      customers.push_back(static_cast<std::uint32_t>(c));
      items.push_back(static_cast<std::uint32_t>(i));
      weights.push_back(values[c][i]);
    }
  }
  const std::vector<Day> days(customers.size());
  return Interactions::build({values.size(), values[0].size(), customers, items, weights, days});
}

// Scores of every customer and item, 0 where none is given.
Dense scores(const TopItems::Output& lists, std::size_t items) {
  Dense out(lists.size(), std::vector<double>(items, 0.0));
  for (std::size_t c = 0; c < lists.size(); ++c) {
    for (std::size_t k = 0; k < lists.items_of(c).size(); ++k) {
      out[c][lists.items_of(c)[k]] = lists.scores_of(c)[k];
    }
  }
  return out;
}

double norm(const std::vector<double>& row) {
  double squares = 0;
  for (const double x : row) squares += x * x;
  return std::sqrt(squares);
}

TEST(UserNeighbours, GiveTheTutorialsScoresDividedByTheRowNorm) {
  const auto golden = nlohmann::json::parse(
      read_file(PERENNIAL_SOURCE_DIR "/tests/golden/recommend.user_neighbours/tutorial.json"));
  const auto ratings = golden["ratings"].get<Dense>();
  const auto similarity = golden["similarity"].get<Dense>();
  const auto expected = golden["scores_row_normalised"].get<Dense>();
  const auto accident = golden["scores_column_normalised_by_accident"].get<Dense>();
  const auto tolerance = golden["tolerance"].get<double>();

  const Interactions interactions = matrix(ratings);
  const auto model = UserNeighbours::fit({interactions}, {.neighbours = 0});
  const Dense found =
      scores(model.predict({.interactions = interactions, .seen = SeenItems::kKeep}), 4);
  for (std::size_t u = 0; u < 4; ++u) {
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(found[u][i], expected[u][i], tolerance) << u << ", " << i;
      // What NumPy's broadcasting makes of it: the norm of customer i divides item i's column.
      const double undivided = found[u][i] * norm(similarity[u]);
      EXPECT_NEAR(undivided / norm(similarity[i]), accident[u][i], tolerance) << u << ", " << i;
      if (u != i) {
        EXPECT_GT(std::abs(found[u][i] - accident[u][i]), 0.03);
      }
    }
  }
}

// The slow obvious version of both scores, over dense matrices; cosine or centred cosine, n most similar.
Dense slow_scores(const Dense& r, Feedback feedback, std::size_t n) {
  const bool rated = feedback == Feedback::kExplicit;
  Dense x = r;
  std::vector<double> means(r.size(), 0.0);
  for (std::size_t u = 0; u < r.size() && rated; ++u) {
    double count = 0;
    for (const double value : r[u]) {
      means[u] += value;
      if (value != 0) ++count;
    }
    means[u] /= std::max(count, 1.0);
    for (double& value : x[u]) value = value == 0 ? 0 : value - means[u];
  }
  Dense out(r.size(), std::vector<double>(r[0].size(), 0.0));
  for (std::size_t u = 0; u < r.size(); ++u) {
    std::vector<std::pair<double, std::size_t>> others;
    for (std::size_t v = 0; v < r.size(); ++v) {
      double product = 0;
      for (std::size_t i = 0; i < r[0].size(); ++i) product += x[u][i] * x[v][i];
      const double s = norm(x[u]) * norm(x[v]) > 0 ? product / (norm(x[u]) * norm(x[v])) : 0;
      if (v != u && s >= 1e-6) others.emplace_back(-s, v);
    }
    std::sort(others.begin(), others.end());
    std::vector<double> lengths(1, 1.0);
    for (std::size_t k = 0; k < std::min(n, others.size()); ++k) {
      lengths.push_back(others[k].first);
    }
    for (std::size_t i = 0; i < r[0].size(); ++i) {
      double sum = rated ? 0 : r[u][i];
      double weight = 0;
      std::size_t used = 0;
      for (std::size_t k = 0; k < others.size() && used < n; ++k) {
        const auto [negative, v] = others[k];
        if (rated && r[v][i] == 0) continue;
        ++used;
        sum += -negative * (rated ? x[v][i] : r[v][i]);
        weight += -negative;
      }
      if (rated && used > 0) out[u][i] = means[u] + sum / weight;
      if (!rated) out[u][i] = sum / norm(lengths);
    }
  }
  return out;
}

TEST(UserNeighbours, AgreeWithTheSlowVersion) {
  Dense ratings(25, std::vector<double>(20, 0.0));
  RandomStream stream(11,
                      0);  // dense, with weights that a float holds and no two equal similarities
  for (auto& row : ratings) {
    for (double& rating : row) {
      if (stream.bernoulli(0.4)) rating = 1 + static_cast<double>(stream.below(4096)) / 1024;
    }
  }
  const Interactions interactions = matrix(ratings);
  for (const Feedback feedback : {Feedback::kImplicit, Feedback::kExplicit}) {
    const UserNeighbours::Options options{
        .similarity = {feedback == Feedback::kExplicit ? Similarity::kPearson
                                                       : Similarity::kCosine},
        .feedback = feedback,
        .neighbours = 4};
    const auto model = UserNeighbours::fit({interactions}, options);
    const TopItems::Input all{.interactions = interactions, .seen = SeenItems::kKeep, .n = 20};
    const Dense found = scores(model.predict(all), 20);
    const Dense expected = slow_scores(ratings, feedback, 4);
    for (std::size_t u = 0; u < 25; ++u) {
      for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(found[u][i], expected[u][i], 1e-12);
    }
  }
}

TEST(UserNeighbours, AnswerANewCustomerLikeAFittedOneWithTheSameHistory) {
  const Interactions shop = Interactions::build(simulate_interactions(100, 40, 6, 4).log());
  std::vector<std::uint32_t> items(shop.items_of(7).begin(), shop.items_of(7).end());
  std::vector<double> weights(shop.weights_of(7).begin(), shop.weights_of(7).end());
  const std::vector<std::uint32_t> zeros(items.size(), 0);
  const std::vector<Day> days(items.size());
  const Interactions visitor = Interactions::build({1, 40, zeros, items, weights, days});

  // Fitted without customer 7, whose row is empty, so that both see the same others.
  SimulatedInteractions rest = simulate_interactions(100, 40, 6, 4);
  SimulatedInteractions others{.customers = 100, .items = 40};
  for (std::size_t r = 0; r < rest.customer.size(); ++r) {
    if (rest.customer[r] == 7) continue;
    others.customer.push_back(rest.customer[r]);
    others.item.push_back(rest.item[r]);
    others.weight.push_back(rest.weight[r]);
    others.day.push_back(rest.day[r]);
  }
  const Interactions without = Interactions::build(others.log());
  const auto model_without = UserNeighbours::fit({without}, {});
  const auto model = UserNeighbours::fit({shop}, {});
  const std::vector<std::uint32_t> seven{7};
  const auto expected = model.predict({.interactions = shop, .customers = seven});
  EXPECT_EQ(expected.items.size(), 10U);
  EXPECT_EQ(model_without.predict({.interactions = visitor, .rows = Rows::kNewCustomers}),
            expected);
  // Row 0 of the visitor's histories is not customer 0 of the fit unless said so.
  EXPECT_NE(model_without.predict({.interactions = visitor, .rows = Rows::kFittedCustomers}),
            TopItems::Output{});
}

TEST(UserNeighbours, RateOnlyWhatASimilarCustomerRated) {
  const Interactions ratings = matrix({{5, 1, 0, 0}, {4, 1, 5, 0}, {0, 0, 0, 3}});
  const auto model = UserNeighbours::fit(
      {ratings}, {.similarity = {Similarity::kPearson}, .feedback = Feedback::kExplicit});
  const std::vector<std::uint32_t> asked{2, 3};
  const auto found = model.rate({ratings}, 0, asked);
  ASSERT_TRUE(found[0]);
  EXPECT_NEAR(*found[0], 3 + (5 - 10.0 / 3), 1e-12);
  EXPECT_FALSE(found[1]);
}

}  // namespace
}  // namespace perennial::models
