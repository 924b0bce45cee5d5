// Fitted models on disk: models/<name>/<version>/ with the model's bytes and manifest.json beside them.
//
// Versions count up ("0001", "0002", ...) and are never changed; one appears whole or not at all. The newest
// kVersionsKept stay.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/time.h"

namespace perennial::engine {

inline constexpr int kVersionsKept = 5;

// What manifest.json holds: enough to say where every number came from.
struct Manifest {
  std::vector<std::string> models;  // ids of what is inside, e.g. "value.bg_nbd/1"
  Time created_at;
  Day data_from;
  Day data_to;                      // the as-of day: facts after it were not seen
  std::optional<Day> holdout_from;  // first day of the holdout that chose the model
  std::uint64_t seed = 0;
  nlohmann::json parameters;
  nlohmann::json metrics;  // measured on the holdout
};

struct ModelVersion {
  std::string name;     // "value"
  std::string version;  // "0003"
  std::filesystem::path folder;
};

struct ModelFile {
  std::string file_name;  // "purchases.bin"
  std::string bytes;      // framed (base/bytes.h)
};

ModelVersion save_model_version(const std::filesystem::path& models_dir, std::string_view name,
                                const Manifest& manifest, const std::vector<ModelFile>& files);
std::optional<ModelVersion> latest_model_version(const std::filesystem::path& models_dir,
                                                 std::string_view name);
nlohmann::json read_manifest(const ModelVersion& version);  // kCorrupt when damaged
std::string read_model_file(const ModelVersion& version,
                            std::string_view file_name);  // kNotFound when absent

}  // namespace perennial::engine
