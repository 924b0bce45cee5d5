#include "perennial/models/learn/standardiser.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

std::vector<float> applied(const Standardiser& standardiser, const std::vector<float>& row) {
  std::vector<float> out;
  standardiser.apply(row, out);
  return out;
}

Standardiser fitted(const std::vector<float>& values, std::uint8_t logarithmic = 0) {
  return Standardiser::fit(values, 1, std::vector{logarithmic});
}

TEST(Standardiser, GivesMeanZeroAndDeviationOne) {
  const Standardiser standardiser = fitted({1, 2, 3, 4, 5});
  EXPECT_FLOAT_EQ(applied(standardiser, {3})[0], 0);
  EXPECT_NEAR(applied(standardiser, {5})[0], std::sqrt(2.0), 1e-6);
}

TEST(Standardiser, TakesTheLogarithmOfHeavyTailsAndOnlyOfThose) {
  std::vector<float> heavy, light;
  RandomStream random(1, 1);
  for (int i = 0; i < 500; ++i) {
    light.push_back(static_cast<float>(100 + random.normal()));
    heavy.push_back(std::exp(light.back() - 97));
  }
  // Through a logarithm, ten times as much is one more step of the same size.
  const Standardiser of_heavy = fitted(heavy);
  const auto at = [&](float x) { return applied(of_heavy, {x})[0]; };
  EXPECT_NEAR(at(1e4F) - at(1e3F), at(1e3F) - at(1e2F), 0.05);
  const Standardiser of_light = fitted(light);
  EXPECT_NEAR(applied(of_light, {101})[0] - applied(of_light, {100})[0],
              applied(of_light, {100})[0] - applied(of_light, {99})[0], 1e-4);
}

TEST(Standardiser, KeepsTheSignInTheLogarithm) {
  const Standardiser standardiser = fitted({-10, 0, 10}, 1);
  EXPECT_FLOAT_EQ(applied(standardiser, {-10})[0], -applied(standardiser, {10})[0]);
}

TEST(Standardiser, MarksWhatIsMissing) {
  const Standardiser standardiser = fitted({1, kNone, 3});
  EXPECT_EQ(standardiser.width(), 2U);
  EXPECT_EQ(applied(standardiser, {kNone}), (std::vector<float>{0, 1}));
  EXPECT_EQ(applied(standardiser, {2})[1], 0);
  // Never missing among the rows it was fitted to: the mean, without a mark.
  EXPECT_EQ(applied(fitted({1, 3}), {kNone}), std::vector<float>{0});
}

TEST(Standardiser, KeepsOutliersAndConstantsAtBay) {
  EXPECT_EQ(applied(fitted({1, 2, 3}), {1e30F}), std::vector<float>{8});
  EXPECT_EQ(applied(fitted({0.1F, 0.1F, 0.1F}), {1e30F}), std::vector<float>{0});
  EXPECT_EQ(applied(fitted({kNone, kNone}), {5}), (std::vector<float>{0, 0}));
}

RC_GTEST_PROP(Standardiser, IsTheSameAfterSaveAndLoad, ()) {
  const auto numbers = *rc::gen::nonEmpty<std::vector<int>>();
  std::vector<float> values;
  for (const int number : numbers)
    values.push_back(number % 5 == 0 ? kNone : static_cast<float>(number));
  const Standardiser standardiser = fitted(values);
  ByteWriter writer;
  standardiser.save(writer);
  ByteReader reader(writer.bytes());
  const Standardiser again = Standardiser::load(reader);
  RC_ASSERT(reader.done());
  for (const float value : values) {
    RC_ASSERT(applied(again, {value}) == applied(standardiser, {value}));
    RC_ASSERT(std::isfinite(applied(again, {value})[0]));
  }
}

TEST(Standardiser, RefusesNonsense) {
  ByteWriter writer;
  fitted({1, 2}).save(writer);
  std::string bytes = writer.bytes();
  bytes.back() = static_cast<char>(0xFF);  // a negative standard deviation
  ByteReader reader(bytes);
  EXPECT_THROW(Standardiser::load(reader), Error);
}

}  // namespace
}  // namespace perennial::models
