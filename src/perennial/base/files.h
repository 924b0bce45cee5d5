// Whole files: read at once, and written so that a reader or a crash sees the old file or the new one, never half.
//
// Story    write to a temporary file in the same folder, fsync it, rename it over the target, fsync the folder
// Errors   kNotFound when a file to read is not there; kIo with the system's reason for anything else
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace perennial {

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);  // makes no folders

// For writers that need a path of their own (a database's COPY): write to path(), then commit(). Removes the temporary
// file when it goes out of scope without commit().
class FileReplacement {
 public:
  explicit FileReplacement(std::filesystem::path target);
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  const std::filesystem::path& path() const { return temporary_; }  // exists, empty
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
};

}  // namespace perennial
