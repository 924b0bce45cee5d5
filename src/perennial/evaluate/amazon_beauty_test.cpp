// Figures computed independently on Amazon Beauty 5-core: train without each customer's last two items, history without
// the last one, which is the test; all other items ranked, half of those with an equal score (rounded down) before it.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "perennial/base/text.h"
#include "perennial/evaluate/ranking_split.h"
#include "perennial/models/recommend/item_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::evaluate {
namespace {

using models::Interactions;
using models::ItemNeighbours;
using models::Popularity;
using models::TopItems;

const std::string kFile = PERENNIAL_SHARED_DATA "/recommend/amazon_beauty_5core.txt";

// One line per customer: id, then items in time order; the place in the line serves as the day.
Interactions read_sequences() {
  models::SimulatedInteractions log;
  std::ifstream file(kFile);
  std::string line;
  while (std::getline(file, line)) {
    const auto cells = split(trim(line), ' ');
    for (std::size_t k = 1; k < cells.size(); ++k) {
      const auto item = static_cast<std::uint32_t>(parse_int(cells[k]).value() - 1);
      log.customer.push_back(static_cast<std::uint32_t>(log.customers));
      log.item.push_back(item);
      log.weight.push_back(1);
      log.day.push_back({static_cast<std::int32_t>(k)});
      log.items = std::max<std::size_t>(log.items, item + 1);
    }
    ++log.customers;
  }
  return Interactions::build(log.log());
}

struct Accuracy {
  double hit_rate = 0;
  double ndcg = 0;
};

// At 10 places, from lists of all items with a score above 0; the others share the places behind.
Accuracy judge(const TopItems::Output& lists, const Interactions& test) {
  Accuracy sum;
  for (std::size_t c = 0; c < lists.size(); ++c) {
    const std::uint32_t wanted = test.items_of(c)[0];
    const auto items = lists.items_of(c);
    const auto scores = lists.scores_of(c);
    const auto found = std::find(items.begin(), items.end(), wanted);
    if (found == items.end()) continue;  // hundreds share the places behind the list
    const double score = scores[static_cast<std::size_t>(found - items.begin())];
    const auto above =
        std::count_if(scores.begin(), scores.end(), [&](double s) { return s > score; });
    const auto equal = std::count(scores.begin(), scores.end(), score);
    const auto before = above + (equal - 1) / 2;
    if (before >= 10) continue;
    sum.hit_rate += 1;
    sum.ndcg += 1 / std::log2(static_cast<double>(before) + 2);
  }
  const auto n = static_cast<double>(lists.size());
  return {sum.hit_rate / n, sum.ndcg / n};
}

TEST(AmazonBeautySlow, GivesTheIndependentFigures) {
  if (!std::filesystem::exists(kFile)) GTEST_SKIP() << "no " << kFile;
  const Interactions all = read_sequences();
  EXPECT_EQ(all.customers(), 22'363U);
  EXPECT_EQ(all.items(), 12'101U);
  const RankingSplit last = leave_last_out(all);
  const RankingSplit before = leave_last_out(last.train);

  const TopItems::Input ask{.interactions = last.train, .n = all.items()};
  const auto model = ItemNeighbours::fit({before.train}, {.neighbours = 100});
  const Accuracy near = judge(model.predict(ask), last.test);
  EXPECT_NEAR(near.hit_rate, 0.0555, 0.00005);
  EXPECT_NEAR(near.ndcg, 0.0318, 0.00005);

  const TopItems::Input ask_few{.interactions = last.train, .n = 200};
  const Accuracy popular = judge(Popularity::fit({before.train}, {}).predict(ask_few), last.test);
  EXPECT_NEAR(popular.hit_rate, 0.0120, 0.00005);
}

}  // namespace
}  // namespace perennial::evaluate
