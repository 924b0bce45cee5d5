#include "perennial/engine/model_versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/text.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

// The numbered folders below models/<name>/, oldest first.
std::vector<int> versions(const fs::path& folder) {
  std::vector<int> found;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const auto number = parse_int(entry.path().filename().string());
    if (number && entry.is_directory()) found.push_back(static_cast<int>(*number));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string version_name(int number) { return fmt::format("{:04}", number); }

}  // namespace

ModelVersion save_model_version(const fs::path& models_dir, std::string_view name,
                                const Manifest& manifest, const std::vector<ModelFile>& files) {
  const fs::path folder = models_dir / name;
  fs::create_directories(folder);
  const std::vector<int> existing = versions(folder);
  const std::string version = version_name(existing.empty() ? 1 : existing.back() + 1);

  const fs::path unfinished = folder / (version + ".unfinished");
  fs::remove_all(unfinished);
  fs::create_directories(unfinished);
  for (const ModelFile& file : files) write_file(unfinished / file.file_name, file.bytes);
  const nlohmann::json json = {
      {"name", name},
      {"version", version},
      {"models", manifest.models},
      {"created_at", format_time(manifest.created_at)},
      {"data_from", format_day(manifest.data_from)},
      {"data_to", format_day(manifest.data_to)},
      {"holdout_from", manifest.holdout_from ? nlohmann::json(format_day(*manifest.holdout_from))
                                             : nlohmann::json()},
      {"seed", manifest.seed},
      {"parameters", manifest.parameters},
      {"metrics", manifest.metrics},
  };
  write_file(unfinished / "manifest.json", json.dump(2) + "\n");
  fs::rename(unfinished, folder / version);

  for (std::size_t i = 0; i + kVersionsKept <= existing.size(); ++i)
    fs::remove_all(folder / version_name(existing[i]));
  return {std::string(name), version, folder / version};
}

std::optional<ModelVersion> latest_model_version(const fs::path& models_dir,
                                                 std::string_view name) {
  const std::vector<int> existing = versions(models_dir / name);
  if (existing.empty()) return std::nullopt;
  const std::string version = version_name(existing.back());
  return ModelVersion{std::string(name), version, models_dir / name / version};
}

nlohmann::json read_manifest(const ModelVersion& version) {
  const fs::path path = version.folder / "manifest.json";
  nlohmann::json json = nlohmann::json::parse(read_file(path), nullptr, false);
  if (json.is_discarded()) {
    fail(ErrorKind::kCorrupt, "{} is not JSON; run `perennial run` to fit the models anew",
         path.string());
  }
  return json;
}

std::string read_model_file(const ModelVersion& version, std::string_view file_name) {
  return read_file(version.folder / file_name);
}

}  // namespace perennial::engine
