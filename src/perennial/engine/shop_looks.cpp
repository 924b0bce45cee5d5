#include "perennial/engine/shop_looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

bool has_vector(const models::ItemVectors& vectors, std::size_t item) {
  return std::ranges::any_of(vectors.row(item), [](float x) { return x != 0; });
}

}  // namespace

std::vector<std::string> ShopLooks::known() const {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (has_vector(looks.vectors(), i)) ids.push_back(items[i]);
  return ids;
}

ShopLooks looks_from(std::string_view bytes, std::vector<std::string> items) {
  ByteReader reader(unframe(kLooksId, bytes));
  models::ItemLooks looks = models::ItemLooks::load(reader);
  reader.expect_done();
  if (looks.items() != items.size() || !std::ranges::is_sorted(items))
    fail(ErrorKind::kCorrupt,
         "saved model {}: its {} items are not those of items.json; run `perennial run --thorough` "
         "to make it anew",
         kLooksId, looks.items());
  return {std::move(looks), std::move(items)};
}

std::optional<ShopLooks> kept_looks(const std::filesystem::path& models_dir) {
  const std::optional<ModelVersion> version = latest_model_version(models_dir, kLooksName);
  if (!version) return std::nullopt;
  const nlohmann::json items =
      nlohmann::json::parse(read_model_file(*version, "items.json"), nullptr, false);
  const bool are_ids = items.is_array() && std::ranges::all_of(items, [](const auto& item) {
                         return item.is_string();
                       });
  if (!are_ids)
    fail(ErrorKind::kCorrupt,
         "{} is no list of items; run `perennial run --thorough` to make it anew",
         (version->folder / "items.json").string());
  return looks_from(read_model_file(*version, "looks.bin"), items.get<std::vector<std::string>>());
}

std::vector<ModelFile> files_of(std::string bytes, std::span<const std::string> items) {
  return {{"looks.bin", std::move(bytes)},
          {"items.json", nlohmann::json(std::vector(items.begin(), items.end())).dump()}};
}

models::ItemLooks renumbered(const ShopLooks& looks, std::span<const std::string> items,
                             const models::ItemPictures* pictures, Threads threads) {
  const models::ItemVectors& from = looks.looks.vectors();
  models::ItemVectors to{.width = from.width, .values = {}};
  if (pictures != nullptr && pictures->size() > 0) {
    to = looks.looks.encoder().predict(
        {.items = items.size(), .pictures = *pictures, .threads = threads});
  } else {
    to.values.assign(items.size() * to.width, 0.0F);
  }
  for (std::size_t i = 0; i < looks.items.size(); ++i) {
    const auto at = std::ranges::lower_bound(items, looks.items[i]);
    if (at == items.end() || *at != looks.items[i] || !has_vector(from, i)) continue;
    const auto place = static_cast<std::size_t>(at - items.begin());
    std::ranges::copy(from.row(i),
                      to.values.begin() + static_cast<std::ptrdiff_t>(place * to.width));
  }
  return {looks.looks.encoder(), std::move(to)};
}

}  // namespace perennial::engine
