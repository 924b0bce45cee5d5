// Modules: shared libraries of ours that hold what a heavy library is needed for, loaded when they are asked for.
//
// Story    LibTorch and OpenCV bring hundreds of shared libraries, which a program that links them loads at every start.
//          All code that includes them is a module; the program sees plain arrays and an entry function
// Places   ../lib/perennial of the running program, the folder where it was built and the one where it is installed
// Errors   kUnsupported when the module is not there, cannot be loaded or is not ours
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace perennial::models {

struct ModuleName {
  std::string_view file;     // libperennial_networks.so
  std::string_view purpose;  // "neural networks", as in "neural networks need the module ..."
  std::string_view remedy;   // "install libtorch-dev and build Perennial with PERENNIAL_TORCH=ON"
};

std::vector<std::filesystem::path> module_files(std::string_view file);
bool module_available(std::string_view file);  // nothing is loaded

// The entry function of the first file that exists, or null when that library has none; it is never unloaded. Cast it
// to what it is.
using ModuleEntry = void (*)();
struct LoadedModule {
  std::filesystem::path file;
  ModuleEntry entry;
};
LoadedModule load_module(const ModuleName& name, const char* symbol,
                         std::span<const std::filesystem::path> files);

}  // namespace perennial::models
