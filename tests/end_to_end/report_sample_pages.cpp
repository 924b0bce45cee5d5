// Writes every sample report in both languages into the folder given: full.en.html, full.zh.html, ...
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "perennial/report/render.h"
#include "report_samples.h"

int main(int argc, char** argv) {
  using perennial::report::Language;
  if (argc != 2) {
    std::fputs("usage: report_sample_pages FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (const auto& [name, data] : perennial::report::all_samples()) {
    for (const auto& [code, language] :
         {std::pair{".en.html", Language::kEnglish}, std::pair{".zh.html", Language::kChinese}}) {
      std::ofstream file(folder / (name + code), std::ios::binary);
      file << perennial::report::render(data, language);
      if (!file.flush()) {
        std::fprintf(stderr, "cannot write into %s\n", folder.c_str());
        return 1;
      }
    }
  }
  return 0;
}
