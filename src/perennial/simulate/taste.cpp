#include "perennial/simulate/taste.h"

#include "perennial/base/error.h"

namespace perennial::simulate {

Taste::Taste(const Catalogue& catalogue, RandomStream& random) {
  for (float& x : factor_) x = static_cast<float>(random.normal());
  const std::vector<Category>& categories = catalogue.categories();
  CHECK(categories.size() == kCategories);
  float total = 0;
  for (std::size_t c = 0; c < kCategories; ++c) {
    total +=
        static_cast<float>(categories[c].weight) * std::exp(dot(factor_, categories[c].factor));
    below_[c + 1] = total;
  }
  for (float& x : below_) x /= total;
}

}  // namespace perennial::simulate
