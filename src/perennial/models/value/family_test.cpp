#include "perennial/models/value/family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

using testing::HasSubstr;

struct Columns {
  std::vector<double> x{1, 0}, recency{2, 0}, age{5, 5}, weights{};
};

std::string refusal(const Columns& c, double horizon = 1, double days = 7) {
  Purchases::Input input;
  input.repeat_purchases = c.x;
  input.recency = c.recency;
  input.age = c.age;
  input.weights = c.weights;
  input.horizon_periods = horizon;
  input.days_per_period = days;
  try {
    validate(input);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Purchases, TakesSoundHistories) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({{3, 3}, {0, 5}, {0, 5}, {1, 0.5}}), "");
}

TEST(Purchases, NamesTheRowTheColumnAndTheWayOut) {
  EXPECT_EQ(refusal({{1, -1}, {2, 0}, {5, 5}}),
            "row 2: repeat_purchases is -1, needs a whole number from 0 to 1,000,000");
  EXPECT_THAT(refusal({{1.5, 0}, {2, 0}, {5, 5}}), HasSubstr("row 1: repeat_purchases is 1.5"));
  EXPECT_THAT(refusal({{NAN, 0}, {2, 0}, {5, 5}}), HasSubstr("row 1: repeat_purchases is nan"));
  EXPECT_THAT(refusal({{1, 0}, {6, 0}, {5, 5}}),
              HasSubstr("row 1: recency is 6, needs to lie between 0 and the age 5"));
  EXPECT_THAT(refusal({{1, 0}, {NAN, 0}, {5, 5}}), HasSubstr("recency is nan"));
  EXPECT_THAT(refusal({{1, 0}, {2, 1}, {5, 5}}),
              HasSubstr("row 2: recency is 1 although repeat_purchases is 0"));
  EXPECT_THAT(refusal({{1, 0}, {2, 0}, {5, INFINITY}}), HasSubstr("row 2: age is inf"));
  EXPECT_THAT(refusal({{1, 0}, {2, 0}, {5, 5}, {1, 0}}), HasSubstr("row 2: weights is 0"));
}

TEST(Purchases, RefusesEmptyMismatchedAndAimlessQuestions) {
  EXPECT_THAT(refusal({{}, {}, {}}), HasSubstr("are empty"));
  EXPECT_THAT(refusal({{1}, {2, 0}, {5, 5}}), HasSubstr("repeat_purchases has 1 rows, age has 2"));
  EXPECT_THAT(refusal({{1, 0}, {2}, {5, 5}}), HasSubstr("recency has 1 rows, age has 2"));
  EXPECT_THAT(refusal({{1, 0}, {2, 0}, {5, 5}, {1}}), HasSubstr("weights has 1 rows"));
  EXPECT_THAT(refusal({}, -1), HasSubstr("horizon_periods is -1"));
  EXPECT_THAT(refusal({}, NAN), HasSubstr("horizon_periods is nan"));
  EXPECT_THAT(refusal({}, 1, 0), HasSubstr("days_per_period is 0"));
}

TEST(Spend, NeedsAPositiveMeanWhereThereAreOrders) {
  const std::vector<double> orders{2, 0};
  std::vector<double> mean{10, NAN};
  Spend::Input input;
  input.orders = orders;
  input.mean_spend = mean;
  EXPECT_NO_THROW(validate(input));
  for (const double bad : {0.0, -3.0, std::nan(""), HUGE_VAL}) {
    mean[0] = bad;
    EXPECT_THROW(validate(input), Error) << bad;
  }
  input.mean_spend = std::span(mean).first(1);
  EXPECT_THROW(validate(input), Error);
  EXPECT_THROW(validate(Spend::Input{}), Error);
}

}  // namespace
}  // namespace perennial::models
