#include "perennial/models/recommend/words/skip_gram.h"

#include "perennial/base/error.h"

#ifdef PERENNIAL_FASTTEXT
#include <fasttext/fasttext.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#endif

namespace perennial::models {

#ifdef PERENNIAL_FASTTEXT
namespace {

// A file without a place on the disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : descriptor_(memfd_create("words", MFD_CLOEXEC)) {
    if (descriptor_ < 0) refuse();
    while (!text.empty()) {
      const ssize_t written = write(descriptor_, text.data(), text.size());
      if (written < 0) {
        close(descriptor_);
        refuse();
      }
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  [[noreturn]] static void refuse() {
    fail(ErrorKind::kIo, "skip-gram: no file in memory could be made: {}", std::strerror(errno));
  }
  int descriptor_;
};

std::size_t passes_of(const SkipGramOptions& options, std::string_view text) {
  if (options.passes > 0) return options.passes;
  const auto words = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
  return std::clamp<std::size_t>(2'000'000 / words, 5, 100);
}

fasttext::Args arguments(const std::string& path, std::size_t width, std::size_t passes) {
  fasttext::Args args;
  args.input = path;
  args.model = fasttext::model_name::sg;
  args.loss = fasttext::loss_name::ns;
  args.dim = static_cast<int>(width);
  args.epoch = static_cast<int>(passes);
  args.minCount = 1;
  args.bucket = 50'000;
  args.t = 1e-3;        // a shop's texts are short: even the words that tell much are frequent
  args.label = "\x01";  // no word is a label
  args.thread = 1;
  args.verbose = 0;
  args.seed = 1;
  return args;
}

}  // namespace

ItemVectors skip_gram(std::string_view text, std::span<const std::string> words,
                      const SkipGramOptions& options) {
  const MemoryFile file(text);
  fasttext::FastText model;
  try {
    model.train(arguments(file.path(), options.width, passes_of(options, text)));
  } catch (const std::exception& error) {
    fail(ErrorKind::kNoConvergence, "skip-gram: fastText gave up: {}", error.what());
  }
  ItemVectors vectors{.width = options.width, .values = {}};
  fasttext::Vector vector(static_cast<std::int64_t>(options.width));
  for (const std::string& word : words) {
    model.getWordVector(vector, word);
    const auto length = static_cast<double>(vector.norm());
    for (std::size_t d = 0; d < options.width; ++d) {
      const auto value = static_cast<double>(vector[static_cast<std::int64_t>(d)]);
      vectors.values.push_back(static_cast<float>(length > 0 ? value / length : 0));
    }
  }
  return vectors;
}

bool has_skip_gram() { return true; }
#else
ItemVectors skip_gram(std::string_view, std::span<const std::string>, const SkipGramOptions&) {
  fail(ErrorKind::kUnsupported,
       "word vectors: built without fastText; build with -DPERENNIAL_FASTTEXT=ON");
}

bool has_skip_gram() { return false; }
#endif

}  // namespace perennial::models
