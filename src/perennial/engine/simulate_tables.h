// Which columns the files of a simulated shop have, and what fills them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/simulate/simulation.h"
#include "perennial/store/database.h"

namespace perennial::engine {

struct FileColumn {
  std::string name;
  std::string_view held;   // SQL type of what `data` holds
  std::string_view type;   // SQL type in the file
  store::ColumnData data;  // points into the batch
};

std::vector<FileColumn> columns_of(const simulate::ItemBatch& batch);
std::vector<FileColumn> columns_of(const simulate::CampaignBatch& batch);
std::vector<FileColumn> columns_of(const simulate::ItemTruthBatch& batch);
std::vector<FileColumn> columns_of(const simulate::DayTruthBatch& batch);

// The tables that are written part by part.
std::vector<std::pair<std::string, std::vector<FileColumn>>> tables_of(
    const simulate::Chunk& chunk);

// All options and what follows from them, for truth/parameters.json.
nlohmann::json parameters(const simulate::Simulation& simulation);

}  // namespace perennial::engine
