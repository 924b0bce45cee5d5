#include "perennial/engine/kept_trainings.h"

#include <algorithm>
#include <system_error>

#include "perennial/base/error.h"
#include "perennial/base/files.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".bin";

}  // namespace

KeptTrainings::KeptTrainings(fs::path folder) : folder_(std::move(folder)) {}

std::string KeptTrainings::find(const std::string& name) {
  asked_.push_back(name);
  std::error_code unknown;
  return fs::exists(file(name), unknown) ? read_file(file(name)) : "";
}

void KeptTrainings::keep(const std::string& name, std::string_view state) {
  std::error_code code;
  fs::create_directories(folder_, code);
  if (code)
    fail(ErrorKind::kIo, "{} cannot be made: {}; the training cannot be kept there",
         folder_.string(), code.message());
  write_file(file(name), state);
}

std::vector<std::string> KeptTrainings::notes() const {
  std::vector<std::string> notes = notes_;
  std::error_code ignored;
  const auto is_of_no_use = [&](const fs::directory_entry& entry) {
    return entry.path().extension() == kExtension &&
           std::ranges::find(asked_, entry.path().stem().string()) == asked_.end();
  };
  const auto left = std::ranges::count_if(fs::directory_iterator(folder_, ignored),
                                          fs::directory_iterator(), is_of_no_use);
  if (left > 0)
    notes.emplace_back(
        "A training that had been interrupted was of other data; this run learnt afresh.");
  return notes;
}

void KeptTrainings::clear() {
  std::error_code left_for_the_next_run;
  fs::remove_all(folder_, left_for_the_next_run);
}

fs::path KeptTrainings::file(const std::string& name) const {
  return folder_ / (name + std::string(kExtension));
}

}  // namespace perennial::engine
