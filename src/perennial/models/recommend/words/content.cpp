#include "perennial/models/recommend/words/content.h"

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/neighbours/neighbour_scoring.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "content";

}  // namespace

Content Content::fit(const TopItems::Input& input, const Options& options) {
  validate_fit(input.interactions, kName);
  models::validate(options.sources, kName, input.interactions.items());
  if (!(options.min_similarity > 0 && options.min_similarity <= 1)) {
    fail(ErrorKind::kInvalidArgument, "{}: min_similarity is {}, needs to be above 0, at most 1",
         kName, options.min_similarity);
  }
  Content model;
  model.neighbours_ = nearest_by_content(options.sources, options.neighbours,
                                         options.min_similarity, input.threads);
  return model;
}

TopItems::Output Content::predict(const TopItems::Input& input) const {
  models::validate(input, kName, items());
  return answer_from_neighbours({neighbours_}, input);
}

std::vector<ScoredItem> Content::similar(std::uint32_t item, std::size_t n,
                                         std::span<const std::uint8_t> blocked) const {
  return similar_items(neighbours_, item, n, blocked, kName);
}

void Content::save(ByteWriter& writer) const { save_neighbours(neighbours_, writer); }

Content Content::load(ByteReader& reader) {
  Content model;
  model.neighbours_ = load_neighbours(kId, reader);
  return model;
}

}  // namespace perennial::models
