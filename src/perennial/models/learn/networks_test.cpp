#include "perennial/models/learn/networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::filesystem::path& file) {
  try {
    load_networks(std::vector{file});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    return error.what();
  }
  return "loaded";
}

TEST(NetworksModule, SaysWhatIsMissingAndHowToGetIt) {
  EXPECT_THAT(refusal("/no/such/module.so"),
              AllOf(HasSubstr("there is no /no/such/module.so"), HasSubstr("libtorch-dev")));
}

TEST(NetworksModule, SaysWhyAFileCannotBeLoaded) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "not_a_module.so";
  write_file(file, "text");
  EXPECT_THAT(refusal(file), HasSubstr("cannot be loaded"));
  std::filesystem::remove(file);
}

TEST(NetworksModule, RefusesALibraryThatIsNotOurs) {
  EXPECT_THAT(refusal("/lib/x86_64-linux-gnu/libm.so.6"),
              HasSubstr(std::filesystem::exists("/lib/x86_64-linux-gnu/libm.so.6")
                            ? "has version 0 of the networks"
                            : "there is no"));
}

NetworkShape any_shape() {
  NetworkShape shape;
  shape.recurrent = *rc::gen::inRange<std::size_t>(0, 4);
  shape.features = *rc::gen::inRange<std::size_t>(shape.recurrent == 0 ? 1 : 0, 4);
  shape.step_width = shape.recurrent == 0 ? 0 : *rc::gen::inRange<std::size_t>(1, 4);
  for (std::size_t layers = *rc::gen::inRange<std::size_t>(0, 3); layers > 0; --layers)
    shape.dense.push_back(*rc::gen::inRange<std::size_t>(1, 6));
  shape.outputs = *rc::gen::inRange<std::size_t>(1, 5);
  return shape;
}

RC_GTEST_PROP(NetworkWeights, AreAsManyAsTheShapeNeeds, ()) {
  const NetworkShape shape = any_shape();
  const std::vector<float> weights = initial_weights(shape, 3);
  RC_ASSERT(weights.size() == weight_count(shape));
  RC_ASSERT(weights == initial_weights(shape, 3));
}

NetworkRows any_rows(const NetworkShape& shape, std::size_t count, std::uint64_t seed) {
  RandomStream random(seed, 1);
  NetworkRows rows{.rows = count};
  const auto add = [&](std::vector<float>& to, std::size_t numbers) {
    for (std::size_t i = 0; i < numbers; ++i) to.push_back(static_cast<float>(random.normal()));
  };
  add(rows.features, count * shape.features);
  if (shape.recurrent == 0) return rows;
  rows.begin = {0};
  for (std::size_t i = 0; i < count; ++i)
    rows.begin.push_back(rows.begin.back() + 1 + random.below(5));
  add(rows.steps, rows.begin.back() * shape.step_width);
  return rows;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The network as its header describes it, number by number.
std::vector<double> slow_outputs(const NetworkShape& shape, const std::vector<float>& weights,
                                 const NetworkRows& rows, std::size_t row) {
  const float* next = weights.data();
  const std::size_t units = shape.recurrent;
  std::vector<double> x;
  if (units > 0) {
    const float* input = next;
    const float* state = input + 4 * units * shape.step_width;
    const float* input_bias = state + 4 * units * units;
    const float* state_bias = input_bias + 4 * units;
    next = state_bias + 4 * units;
    std::vector<double> h(units), c(units);
    for (std::size_t k = rows.begin[row]; k < rows.begin[row + 1]; ++k) {
      std::vector<double> gates(4 * units);
      for (std::size_t g = 0; g < gates.size(); ++g) {
        gates[g] = input_bias[g] + state_bias[g];
        for (std::size_t j = 0; j < shape.step_width; ++j)
          gates[g] += input[g * shape.step_width + j] * rows.steps[k * shape.step_width + j];
        for (std::size_t j = 0; j < units; ++j) gates[g] += state[g * units + j] * h[j];
      }
      for (std::size_t u = 0; u < units; ++u) {
        c[u] =
            sigmoid(gates[units + u]) * c[u] + sigmoid(gates[u]) * std::tanh(gates[2 * units + u]);
        h[u] = sigmoid(gates[3 * units + u]) * std::tanh(c[u]);
      }
    }
    x = h;
  }
  for (std::size_t j = 0; j < shape.features; ++j)
    x.push_back(rows.features[row * shape.features + j]);
  std::vector<std::size_t> layers = shape.dense;
  layers.push_back(shape.outputs);
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    std::vector<double> y(layers[layer]);
    for (double& value : y)
      for (const double input : x) value += *next++ * input;
    for (double& value : y) {
      value += *next++;
      if (layer + 1 < layers.size()) value = std::max(value, 0.0);
    }
    x = y;
  }
  return x;
}

class NetworksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  }
};

TEST_F(NetworksTest, SayWhatTheSlowNetworkSays) {
  EXPECT_TRUE(rc::check([] {
    const NetworkShape shape = any_shape();
    std::vector<float> weights = initial_weights(shape, 5);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += 0.1F * static_cast<float>(i % 3);
    const NetworkRows rows = any_rows(shape, 9, *rc::gen::arbitrary<std::uint64_t>());
    const std::vector<float> said = networks().outputs(shape, weights, rows);
    RC_ASSERT(said.size() == rows.rows * shape.outputs);
    for (std::size_t row = 0; row < rows.rows; ++row) {
      const std::vector<double> slow = slow_outputs(shape, weights, rows, row);
      for (std::size_t j = 0; j < shape.outputs; ++j)
        RC_ASSERT(std::fabs(said[row * shape.outputs + j] - slow[j]) < 1e-4);
    }
  }));
}

// The figures of the authors' reference implementation.
TEST_F(NetworksTest, HaveTheZeroInflatedLognormalLossOfItsAuthors) {
  const std::vector<float> outputs{0.1F, 0.2F, 0.3F, 0, 0.4F, 0.5F, 0.6F, 0};
  const auto loss =
      networks().zero_inflated_lognormal_loss(outputs, {.active = {0, 1}, .spend = {0, 1.5F}});
  ASSERT_EQ(loss.size(), 2U);
  EXPECT_NEAR(loss[0], 0.74439666, 1e-6);
  EXPECT_NEAR(loss[1], 1.87837259, 1e-6);
}

struct Task {
  NetworkShape shape{.features = 1, .dense = {8}, .outputs = kPurchaseOutputs};
  NetworkRows rows;
  PurchaseTargets targets;
  NetworkTraining training{.training_rows = 400, .learning_rate = 1e-2};

  Task() : rows(any_rows(shape, 500, 1)) {
    for (const float x : rows.features) {
      targets.active.push_back(x > 0 ? 1.0F : 0.0F);
      targets.further.push_back(x > 1 ? 3.0F : 0.0F);
      targets.spend.push_back(x > 0 ? std::exp(x) : 0.0F);
    }
  }
  std::vector<float> train() const {
    return networks().train_purchases(shape, initial_weights(shape, 1), rows, targets, training);
  }
};

TEST_F(NetworksTest, LearnAllThreeAnswersAtOnce) {
  const Task task;
  const std::vector<float> weights = task.train();
  const auto said = networks().outputs(
      task.shape, weights, {.rows = 3, .features = {-1, 0.5F, 2}, .begin = {}, .steps = {}});
  const auto output = [&](std::size_t row, PurchaseOutput which) {
    return said[row * kPurchaseOutputs + which];
  };
  EXPECT_LT(output(0, kActiveLogit), -1);
  EXPECT_GT(output(2, kActiveLogit), 1);
  EXPECT_NEAR(output(1, kLogSpend), 0.5, 0.2);
  EXPECT_NEAR(output(2, kLogSpend), 2, 0.3);
  EXPECT_LT(output(1, kLogFurther), output(2, kLogFurther));
}

TEST_F(NetworksTest, LearnTheSameAgain) {
  const Task task;
  EXPECT_EQ(task.train(), task.train());
}

TEST_F(NetworksTest, SayThatATrainingRanAway) {
  Task task;
  task.training.learning_rate = 1e30;
  try {
    task.train();
    FAIL() << "a network of infinite weights was returned";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNoConvergence);
    EXPECT_THAT(error.what(), HasSubstr("lower the learning rate"));
  }
}

TEST_F(NetworksTest, RefuseShapesThatDoNotMatch) {
  const Task task;
  const std::vector<float> few(3);
  EXPECT_THROW(networks().outputs(task.shape, few, task.rows), Bug);
}

}  // namespace
}  // namespace perennial::models
