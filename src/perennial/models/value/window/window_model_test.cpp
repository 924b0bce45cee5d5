// What every model that learns a window keeps to, whatever its method: a walk over the registry.
#include "perennial/models/value/window/window_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/value/window/network_shops_testing.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

class WindowLearners : public ::testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    if (!learner().available()) GTEST_SKIP() << learner().title << " are not in this build";
  }
  static const WindowLearner& learner() { return window_learner(GetParam()); }
  static std::string framed(const WindowModel& model) {
    ByteWriter writer;
    save(model, writer);
    return frame(id(model), writer);
  }
};

std::vector<std::string_view> ids() {
  std::vector<std::string_view> all;
  for (const WindowLearner& learner : window_learners()) all.push_back(learner.id);
  return all;
}

bool same(const Window::Output& a, const Window::Output& b) {
  return a.p_active == b.p_active && a.expected_purchases == b.expected_purchases &&
         a.expected_spend == b.expected_spend;
}

TEST_P(WindowLearners, BeatTheBaseRateAndAddUpOnCustomersTheyHaveNotSeen) {
  const SimulatedWindow learnt = simulate_early(4000, 1);
  const SimulatedWindow fresh = simulate_early(4000, 2);
  const WindowModel model = learner().fit(learnt.input());
  const Window::Output said = predict(model, fresh.input());
  ASSERT_EQ(said.p_active.size(), 4000U);
  double back = 0, purchases = 0, spend = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    ASSERT_TRUE(said.p_active[i] >= 0 && said.p_active[i] <= 1) << i;
    ASSERT_GE(said.expected_purchases[i], said.p_active[i]) << i;
    ASSERT_TRUE(std::isfinite(said.expected_spend[i]) && said.expected_spend[i] >= 0) << i;
    back += fresh.purchases[i] > 0 ? 1 : 0;
    purchases += fresh.purchases[i];
    spend += fresh.spend[i];
  }
  const auto sum = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  EXPECT_NEAR(sum(said.p_active) / back, 1, 0.08);
  EXPECT_NEAR(sum(said.expected_purchases) / purchases, 1, 0.1);
  EXPECT_NEAR(sum(said.expected_spend) / spend, 1, 0.15);
  // The sequences say nothing in this shop, so a model of them alone may not beat the base rate; none may be worse.
  const std::vector<double> base(4000, back / 4000);
  EXPECT_LT(log_loss(said.p_active, fresh.purchases), log_loss(base, fresh.purchases) + 0.02);
}

TEST_P(WindowLearners, GiveTheSameBytesAndAnswersForAnyNumberOfThreads) {
  const SimulatedWindow shop = simulate_early(1500, 3);
  const WindowModel one = learner().fit(shop.input({1}));
  const Window::Output said = predict(one, shop.input({1}));
  for (const int threads : {2, 8}) {
    const WindowModel many = learner().fit(shop.input({threads}));
    EXPECT_EQ(framed(many), framed(one));
    EXPECT_TRUE(same(predict(many, shop.input({threads})), said));
  }
}

TEST_P(WindowLearners, AnswerTheSameAfterSaveAndLoadAndRefuseCutAndFlippedBytes) {
  const SimulatedWindow shop = simulate_early(400, 4);
  const WindowModel model = learner().fit(shop.input());
  const std::string bytes = framed(model);
  const auto load = [&](const std::string& from) {
    ByteReader reader(unframe(GetParam(), from));
    WindowModel read = learner().load(reader);
    reader.expect_done();
    return read;
  };
  const WindowModel again = load(bytes);
  EXPECT_EQ(framed(again), bytes);
  EXPECT_TRUE(same(predict(again, shop.input()), predict(model, shop.input())));
  const std::size_t stride = bytes.size() / 40 + 1;
  for (std::size_t i = 0; i < bytes.size(); i += stride) {
    EXPECT_THROW(load(bytes.substr(0, i)), Error) << i;
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_THROW(load(flipped), Error) << i;
  }
  ByteWriter nonsense;
  nonsense.text("not a model");
  EXPECT_THROW(load(frame(GetParam(), nonsense)), Error);
}

TEST_P(WindowLearners, DoNotDependOnTheOrderOfTheCustomers) {
  const SimulatedWindow shop = simulate_early(600, 5);
  std::vector<std::size_t> order(600);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::reverse(order);
  const SimulatedWindow turned = shop.in_order(order);
  const Window::Output said = predict(learner().fit(shop.input()), shop.input());
  const Window::Output other = predict(learner().fit(turned.input()), turned.input());
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_NEAR(said.p_active[i], other.p_active[599 - i], 1e-6);
    EXPECT_NEAR(said.expected_spend[i], other.expected_spend[599 - i], 1e-4);
  }
}

TEST_P(WindowLearners, GiveMoneyTimesAHundredForMoneyTimesAHundred) {
  const SimulatedWindow shop = simulate_early(600, 6);
  const SimulatedWindow pence = shop.with_money_times(100);
  const Window::Output said = predict(learner().fit(shop.input()), shop.input());
  const Window::Output hundred = predict(learner().fit(pence.input()), pence.input());
  double off = 0, total = 0;
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_NEAR(hundred.p_active[i], said.p_active[i], 0.02);
    off += std::fabs(hundred.expected_spend[i] / 100 - said.expected_spend[i]);
    total += said.expected_spend[i];
  }
  EXPECT_LT(off / total, 0.01);
}

TEST_P(WindowLearners, HaveNoSpendWhereTheShopHasNoAmounts) {
  SimulatedWindow shop = simulate_early(400, 7);
  std::ranges::fill(shop.spend, 0);
  const WindowModel model = learner().fit(shop.input());
  const Window::Output said = predict(model, shop.input());
  EXPECT_TRUE(said.expected_spend.empty());
  EXPECT_EQ(said.expected_purchases.size(), 400U);
}

TEST_P(WindowLearners, AnswerNobodyWithNothing) {
  const SimulatedWindow shop = simulate_early(400, 8);
  const WindowModel model = learner().fit(shop.input());
  const SimulatedWindow nobody = shop.in_order({});
  EXPECT_TRUE(predict(model, nobody.input()).p_active.empty());
}

TEST_P(WindowLearners, NameWhatTheyCannotTake) {
  const SimulatedWindow few = simulate_early(100, 9);
  EXPECT_THAT(message_of([&] { learner().fit(few.input()); }), HasSubstr("too few to learn from"));
  SimulatedWindow shop = simulate_early(400, 9);
  const WindowModel model = learner().fit(shop.input());
  Window::Input longer = shop.input();
  longer.window_days = 30;
  EXPECT_THAT(message_of([&] { predict(model, longer); }), HasSubstr("a window of 30 days"));
  shop.values[5] = INFINITY;
  EXPECT_THAT(message_of([&] { learner().fit(shop.input()); }), HasSubstr("row 2: spent is inf"));
  shop.values[5] = 1;
  shop.purchases[2] = 0.5;
  EXPECT_THAT(message_of([&] { learner().fit(shop.input()); }),
              HasSubstr("row 3: purchases is 0.5"));
  shop.purchases[2] = 0;
  shop.spend[3] = std::nan("");
  EXPECT_THAT(message_of([&] { learner().fit(shop.input()); }), HasSubstr("row 4: spend is nan"));
}

TEST_P(WindowLearners, HaveADocumentationPage) {
  const std::string page(GetParam().substr(0, GetParam().find('/')));
  EXPECT_FALSE(read_file(PERENNIAL_SOURCE_DIR "/docs/models/" + page + ".md").empty());
}

INSTANTIATE_TEST_SUITE_P(All, WindowLearners, ::testing::ValuesIn(ids()), [](const auto& it) {
  std::string name;
  for (const char c : it.param.substr(0, it.param.find('/')))
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  return name;
});

TEST(WindowRegistry, FindsByIdAndListsTheKnownOnes) {
  EXPECT_EQ(window_learner("value.boosted_trees/1").title, "Boosted trees");
  EXPECT_THAT(message_of([] { window_learner("value.forest/1"); }),
              HasSubstr("value.boosted_trees/1"));
}

TEST(Blend, IsTheMeanAndHasNoSpendWhereOneHasNone) {
  const Window::Output blend = mean_of({{0.2}, {1}, {}}, {{0.4}, {3}, {7}});
  EXPECT_DOUBLE_EQ(blend.p_active[0], 0.3);
  EXPECT_DOUBLE_EQ(blend.expected_purchases[0], 2);
  EXPECT_TRUE(blend.expected_spend.empty());
}

}  // namespace
}  // namespace perennial::models
