// Trainings that take minutes, kept until the run that wanted them has come to its end: one that is interrupted goes on
// where it was when the same run is asked for again.
//
// Story    a training writes its state under a name that says what is learnt and from which data; a run that comes to
//          its end clears the folder, with all that nobody asked for
// Files    <folder>/<name>.bin, each whole or not there; the folder is made when there is something to keep
// Errors   kIo with the system's reason where the folder cannot be written
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace perennial::engine {

class KeptTrainings {
 public:
  explicit KeptTrainings(std::filesystem::path folder);

  std::string find(const std::string& name);  // empty: nothing is kept
  void keep(const std::string& name, std::string_view state);
  void note(std::string sentence) { notes_.push_back(std::move(sentence)); }
  // What a person should know, last of it that kept trainings were of no use.
  std::vector<std::string> notes() const;
  void clear();  // what cannot be removed stays for the next run to clear

 private:
  std::filesystem::path file(const std::string& name) const;

  std::filesystem::path folder_;
  std::vector<std::string> asked_;
  std::vector<std::string> notes_;
};

}  // namespace perennial::engine
