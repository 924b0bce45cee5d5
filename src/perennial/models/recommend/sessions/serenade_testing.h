// The click sessions that Serenade publishes (bolcom/serenade, Apache-2.0), read from shared/data/recommend/serenade.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "perennial/base/text.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

struct Serenade {
  std::size_t items = 0;  // in train and test together, numbered by their ids
  SessionRows train;
  SessionRows test;
};

// Per session id its clicks by time, clicks of one second in the order of the file.
inline std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> read_clicks(
    const std::string& path) {
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> sessions;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);  // header
  while (std::getline(file, line)) {
    const auto cells = split(trim(line), '\t');
    const auto second = static_cast<std::int64_t>(parse_double(cells[2]).value());
    sessions[parse_int(cells[0]).value()].emplace_back(second, parse_int(cells[1]).value());
  }
  for (auto& [id, clicks] : sessions) {
    std::stable_sort(clicks.begin(), clicks.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return sessions;
}

inline Serenade read_serenade(const std::string& folder) {
  const auto train = read_clicks(folder + "/train.txt");
  const auto test = read_clicks(folder + "/test.txt");
  std::map<std::int64_t, std::uint32_t> numbers;
  for (const auto* sessions : {&train, &test}) {
    for (const auto& [id, clicks] : *sessions) {
      for (const auto& click : clicks) numbers[click.second] = 0;
    }
  }
  Serenade all;
  for (auto& [id, number] : numbers) number = static_cast<std::uint32_t>(all.items++);
  const auto rows = [&](const auto& sessions) {
    SessionRows read;
    std::vector<std::uint32_t> items;
    for (const auto& [id, clicks] : sessions) {
      items.clear();
      for (const auto& click : clicks) items.push_back(numbers.at(click.second));
      read.append(items, {clicks.back().first * kMicrosPerSecond});
    }
    return read;
  };
  all.train = rows(train);
  all.test = rows(test);
  return all;
}

// Every beginning of every session: what was clicked first asks for what was clicked next.
struct NextClicks {
  SessionRows asked;
  std::vector<std::uint32_t> wanted;
};
inline NextClicks next_clicks(Sessions sessions) {
  NextClicks all;
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    const auto items = sessions.items_of(s);
    for (std::size_t length = 1; length < items.size(); ++length) {
      all.asked.append(items.first(length), {});
      all.wanted.push_back(items[length]);
    }
  }
  return all;
}

}  // namespace perennial::models
