// Amazon Beauty 5-core as the published figures split it: train without each customer's last two items, history without
// the last one, which is the test; all other items ranked, half of those with an equal score (rounded down) before it.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "perennial/base/text.h"
#include "perennial/evaluate/ranking_split.h"
#include "perennial/models/recommend/sessions/next_item.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::evaluate {

inline const std::string kAmazonBeauty = PERENNIAL_SHARED_DATA "/recommend/amazon_beauty_5core.txt";

// Customer c of each part is the same one.
struct AmazonBeauty {
  models::Interactions train, history, test;
  models::SessionRows train_sequences, history_sequences;  // in the order of the file
  std::size_t items = 0;

  models::NextItem::Input sequences_to_learn() const {
    return {.sessions = train_sequences.view(), .items = items};
  }
  // Every item that has a score, so that ties can be counted.
  models::NextItem::Input sequences_to_ask() const {
    return {.sessions = history_sequences.view(),
            .items = items,
            .seen = models::SeenItems::kMask,
            .n = items};
  }
};

// The place in the line serves as the day: no day and no time is given.
inline AmazonBeauty read_amazon_beauty(const std::string& path = kAmazonBeauty) {
  models::SimulatedInteractions log;
  AmazonBeauty beauty;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const auto cells = split(trim(line), ' ');
    std::vector<std::uint32_t> sequence;
    for (std::size_t k = 1; k < cells.size(); ++k) {
      sequence.push_back(static_cast<std::uint32_t>(parse_int(cells[k]).value() - 1));
      log.customer.push_back(static_cast<std::uint32_t>(log.customers));
      log.item.push_back(sequence.back());
      log.weight.push_back(1);
      log.day.push_back({static_cast<std::int32_t>(k)});
      log.items = std::max<std::size_t>(log.items, sequence.back() + 1);
    }
    const std::span<const std::uint32_t> all(sequence);
    const Time time{static_cast<std::int64_t>(log.customers)};
    beauty.train_sequences.append(all.first(all.size() - 2), time);
    beauty.history_sequences.append(all.first(all.size() - 1), time);
    ++log.customers;
  }
  beauty.items = log.items;
  RankingSplit last = leave_last_out(models::Interactions::build(log.log()));
  beauty.train = leave_last_out(last.train).train;
  beauty.history = std::move(last.train);
  beauty.test = std::move(last.test);
  return beauty;
}

struct Accuracy {
  double hit_rate = 0;
  double ndcg = 0;
};

// At 10 places, from lists of all items with a score; the others share the places behind.
inline Accuracy accuracy_at_10(const models::TopItems::Output& lists,
                               const models::Interactions& test) {
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

}  // namespace perennial::evaluate
