#include "perennial/models/learn/module.h"

#include <dlfcn.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

bool exists(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

}  // namespace

std::vector<std::filesystem::path> module_files(std::string_view file) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!program.empty())
    files.push_back(
        (program.parent_path() / PERENNIAL_MODULE_FROM_PROGRAM / file).lexically_normal());
  for (const char* folder : {PERENNIAL_MODULE_BUILT, PERENNIAL_MODULE_INSTALLED}) {
    const std::filesystem::path place = std::filesystem::path(folder) / file;
    if (std::ranges::find(files, place) == files.end()) files.push_back(place);
  }
  return files;
}

bool module_available(std::string_view file) {
  return std::ranges::any_of(module_files(file), exists);
}

LoadedModule load_module(const ModuleName& name, const char* symbol,
                         std::span<const std::filesystem::path> files) {
  const auto file = std::ranges::find_if(files, exists);
  if (file == files.end()) {
    std::vector<std::string> places;
    for (const auto& place : files) places.push_back(place.string());
    fail(ErrorKind::kUnsupported, "{} need the module {}, and there is no {}; {}", name.purpose,
         name.file, fmt::join(places, ", no "), name.remedy);
  }
  // Never closed: what comes of it lives as long as the process.
  void* module = dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* reason = dlerror();
    fail(ErrorKind::kUnsupported, "the module for {} cannot be loaded: {}; {}", name.purpose,
         reason == nullptr ? "no reason given" : reason, name.remedy);
  }
  return {*file, reinterpret_cast<ModuleEntry>(dlsym(module, symbol))};
}

}  // namespace perennial::models
