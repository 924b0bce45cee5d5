// What was learnt of the looks of a shop's items, kept with the model versions: models/looks/<version>/.
//
// Story    learning from pictures takes minutes, so `run --thorough` does it and keeps the encoder and the vectors; later
//          runs take the vectors as they are and let the encoder look at the pictures of items that came since
// Files    looks.bin, the model; items.json, the ids of its items in their order
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/engine/model_versions.h"
#include "perennial/models/recommend/pictures/item_looks.h"

namespace perennial::engine {

inline constexpr std::string_view kLooksId = models::ItemLooks::kId;
inline constexpr std::string_view kLooksName = "looks";  // of the model version

struct ShopLooks {
  models::ItemLooks looks;
  std::vector<std::string> items;  // ids, ascending: the numbering of looks

  std::vector<std::string> known() const;  // those with a vector, ascending
};

// `bytes` framed, as saved; kCorrupt when they and the items do not fit together.
ShopLooks looks_from(std::string_view bytes, std::vector<std::string> items);
// The newest version; nothing when none was kept.
std::optional<ShopLooks> kept_looks(const std::filesystem::path& models_dir);
std::vector<ModelFile> files_of(std::string bytes, std::span<const std::string> items);

// The same looks in the numbers of another numbering, ids ascending, and of items that had no vector what the encoder says
// of their pictures, where given (numbered as `items`); needs the module of networks for those.
models::ItemLooks renumbered(const ShopLooks& looks, std::span<const std::string> items,
                             const models::ItemPictures* pictures, Threads threads);

}  // namespace perennial::engine
