#include "perennial/store/import/json_lines.h"

#include <simdjson.h>

#include <deque>
#include <unordered_map>
#include <utility>

#include "perennial/store/import/json_value.h"

namespace perennial::store {

std::optional<std::vector<std::string>> json_keys(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string(json)).get(object) != simdjson::SUCCESS)
    return std::nullopt;
  std::vector<std::string> keys;
  for (const auto& member : object) keys.emplace_back(member.key);
  return keys;
}

struct FlatJson::State {
  simdjson::dom::parser parser;
  std::vector<std::string> keys;
  std::unordered_map<std::string_view, std::vector<std::size_t>> places;
  std::deque<std::string> texts;
};

FlatJson::FlatJson(std::vector<std::string> keys) : state_(std::make_unique<State>()) {
  state_->keys = std::move(keys);
  for (std::size_t i = 0; i < state_->keys.size(); ++i) {
    if (!state_->keys[i].empty()) state_->places[state_->keys[i]].push_back(i);
  }
}
FlatJson::FlatJson(FlatJson&&) noexcept = default;
FlatJson::~FlatJson() = default;

std::optional<std::vector<std::string_view>> FlatJson::read(std::string_view json) {
  State& s = *state_;
  simdjson::dom::object object;
  if (s.parser.parse(json.data(), json.size(), true).get(object) != simdjson::SUCCESS)
    return std::nullopt;
  std::vector<std::string_view> values(s.keys.size());
  for (const auto& member : object) {
    const auto found = s.places.find(member.key);
    if (found == s.places.end()) continue;
    const std::string_view text = s.texts.emplace_back(json_text(member.value));
    for (const std::size_t place : found->second) values[place] = text;
  }
  return values;
}

void FlatJson::clear() { state_->texts.clear(); }

}  // namespace perennial::store
