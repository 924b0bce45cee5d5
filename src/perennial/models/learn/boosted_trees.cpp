#include "perennial/models/learn/boosted_trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <string>

#include "perennial/base/error.h"

#ifdef PERENNIAL_XGBOOST
#include <xgboost/c_api.h>

namespace perennial::models {
namespace {

// What we ask is ours to get right; only loading reads bytes of others.
void ask(int status) {
  if (status != 0) throw Bug(fmt::format("XGBoost: {}", XGBGetLastError()));
}

struct FreeMatrix {
  void operator()(void* handle) const { XGDMatrixFree(handle); }
};
using Matrix = std::unique_ptr<void, FreeMatrix>;

Matrix matrix_of(const FeatureMatrix& features, std::span<const float> target) {
  DMatrixHandle handle = nullptr;
  ask(XGDMatrixCreateFromMat(features.values.data(), features.rows, features.columns, std::nanf(""),
                             &handle));
  Matrix matrix(handle);
  if (!target.empty()) ask(XGDMatrixSetFloatInfo(handle, "label", target.data(), target.size()));
  return matrix;
}

std::shared_ptr<void> new_booster(std::span<const DMatrixHandle> matrices) {
  BoosterHandle handle = nullptr;
  ask(XGBoosterCreate(matrices.data(), matrices.size(), &handle));
  std::shared_ptr<void> booster(handle, [](void* it) { XGBoosterFree(it); });
  ask(XGBoosterSetParam(handle, "nthread", "1"));
  ask(XGBoosterSetParam(handle, "verbosity", "0"));
  return booster;
}

// XGBoost's own; what it has cached of its training is not in them.
std::string bytes_of(void* booster) {
  bst_ulong size = 0;
  const char* bytes = nullptr;
  ask(XGBoosterSaveModelToBuffer(booster, R"({"format": "ubj"})", &size, &bytes));
  return {bytes, size};
}

std::string first_rounds(const std::string& bytes, int rounds) {
  const std::shared_ptr<void> all = new_booster({});
  ask(XGBoosterLoadModelFromBuffer(all.get(), bytes.data(), bytes.size()));
  BoosterHandle handle = nullptr;
  ask(XGBoosterSlice(all.get(), 0, rounds, 1, &handle));
  const std::shared_ptr<void> first(handle, [](void* it) { XGBoosterFree(it); });
  return bytes_of(first.get());
}

struct GoalNames {
  const char* objective;
  const char* metric;
};
GoalNames names_of(BoostingGoal goal) {
  switch (goal) {
    case BoostingGoal::kProbability:
      return {"binary:logistic", "logloss"};
    case BoostingGoal::kCount:
      return {"count:poisson", "poisson-nloglik"};
    case BoostingGoal::kAmount:
      return {"reg:gamma", "gamma-nloglik"};
  }
  throw Bug("boosting goal without a name");
}

// Everyone starts at the mean, so that few rounds are needed.
double start_of(std::span<const float> target, BoostingGoal goal) {
  double sum = 0;
  for (const float value : target) sum += value;
  const double mean = sum / static_cast<double>(target.size());
  constexpr double kEdge = 1e-6;
  return goal == BoostingGoal::kProbability ? std::clamp(mean, kEdge, 1 - kEdge)
                                            : std::max(mean, kEdge);
}

void set_tree(void* booster, const BoostingOptions& options) {
  const auto set = [&](const char* name, const std::string& value) {
    ask(XGBoosterSetParam(booster, name, value.c_str()));
  };
  set("tree_method", "hist");
  set("learning_rate", fmt::format("{}", options.learning_rate));
  set("max_depth", fmt::format("{}", options.depth));
  set("min_child_weight", fmt::format("{}", options.least_child_weight));
}

void set_goal(void* booster, std::span<const float> target, BoostingGoal goal,
              const BoostingOptions& options) {
  const auto set = [&](const char* name, const std::string& value) {
    ask(XGBoosterSetParam(booster, name, value.c_str()));
  };
  set("objective", names_of(goal).objective);
  set("eval_metric", names_of(goal).metric);
  set("base_score", fmt::format("{}", static_cast<float>(start_of(target, goal))));
  set_tree(booster, options);
}

// Calls `use` with XGBoost's predictions of each chunk of rows.
template <typename Use>
void predict_rows(void* booster, const FeatureMatrix& features, int rounds, Threads threads,
                  Use use) {
  const std::string config = fmt::format(
      R"({{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": {}, "strict_shape": false, "missing": NaN, "cache_id": 0}})",
      rounds);
  constexpr std::size_t kChunk = 8192;
  parallel_chunks(features.rows, kChunk, threads, [&](std::size_t begin, std::size_t end) {
    const std::string rows = fmt::format(
        R"({{"data": [{}, true], "shape": [{}, {}], "typestr": "<f4", "version": 3}})",
        reinterpret_cast<std::uintptr_t>(features.values.data() + begin * features.columns),
        end - begin, features.columns);
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    ask(XGBoosterPredictFromDense(booster, rows.c_str(), config.c_str(), nullptr, &shape,
                                  &dimensions, &result));
    use(begin, std::span<const float>(result, end - begin));
  });
}

std::vector<double> predictions(void* booster, const FeatureMatrix& features, int rounds,
                                Threads threads) {
  std::vector<double> out(features.rows);
  predict_rows(booster, features, rounds, threads,
               [&](std::size_t begin, std::span<const float> values) {
                 std::ranges::copy(values, out.begin() + static_cast<std::ptrdiff_t>(begin));
               });
  return out;
}

// The loss that XGBoost prints at the end of "[3]\theld_out-logloss:0.123".
double held_out_loss(void* booster, int round, DMatrixHandle held_out) {
  const char* name = "held_out";
  const char* line = nullptr;
  ask(XGBoosterEvalOneIter(booster, round, &held_out, &name, 1, &line));
  const std::string_view text(line);
  const std::string_view number = text.substr(text.rfind(':') + 1);
  double loss = 0;
  std::from_chars(number.data(), number.data() + number.size(), loss);
  return loss;
}

struct Fold {
  std::shared_ptr<void> booster;
  std::vector<double> losses;  // by round
  std::vector<std::size_t> held_out;
  std::vector<float> held_out_values;
};

struct Part {
  std::vector<float> values, target;
  std::vector<std::size_t> rows;
};

Part part_of(const FeatureMatrix& features, std::span<const float> target, std::size_t folds,
             std::size_t fold, bool held_out) {
  Part part;
  for (std::size_t i = 0; i < features.rows; ++i) {
    if ((i % folds == fold) != held_out) continue;
    const auto row = features.values.subspan(i * features.columns, features.columns);
    part.values.insert(part.values.end(), row.begin(), row.end());
    part.target.push_back(target[i]);
    part.rows.push_back(i);
  }
  return part;
}

Fold train_fold(const FeatureMatrix& features, std::span<const float> target, BoostingGoal goal,
                std::size_t folds, std::size_t fold, const BoostingOptions& options) {
  const Part learnt = part_of(features, target, folds, fold, false);
  Part held = part_of(features, target, folds, fold, true);
  const auto matrix = [&](const Part& part) {
    return matrix_of({part.rows.size(), features.columns, part.values}, part.target);
  };
  const Matrix learn = matrix(learnt);
  const Matrix judge = matrix(held);
  const DMatrixHandle both[] = {learn.get(), judge.get()};
  Fold made{.booster = new_booster(both),
            .losses = {},
            .held_out = std::move(held.rows),
            .held_out_values = std::move(held.values)};
  set_goal(made.booster.get(), learnt.target, goal, options);
  int best = 0;
  for (int round = 0; round < options.most_rounds; ++round) {
    ask(XGBoosterUpdateOneIter(made.booster.get(), round, learn.get()));
    made.losses.push_back(held_out_loss(made.booster.get(), round, judge.get()));
    if (made.losses.back() < made.losses[static_cast<std::size_t>(best)]) best = round;
    if (round - best >= options.patience) break;
  }
  return made;
}

int best_rounds(const std::vector<Fold>& folds) {
  std::size_t common = folds.front().losses.size();
  for (const Fold& fold : folds) common = std::min(common, fold.losses.size());
  int best = 1;
  double least = INFINITY;
  for (std::size_t round = 0; round < common; ++round) {
    double loss = 0;
    for (const Fold& fold : folds)
      loss += fold.losses[round] * static_cast<double>(fold.held_out.size());
    if (loss < least) {
      least = loss;
      best = static_cast<int>(round) + 1;
    }
  }
  return best;
}

// Rows of the groups whose number modulo kRankingFolds is, or is not, 0.
constexpr std::size_t kRankingFolds = 5;
struct Groups {
  std::vector<float> values, relevance;
  std::vector<std::uint32_t> sizes;
};
Groups groups_of(const FeatureMatrix& features, std::span<const float> relevance,
                 std::span<const std::uint64_t> begin, bool held_out) {
  Groups part;
  for (std::size_t g = 0; g + 1 < begin.size(); ++g) {
    if ((g % kRankingFolds == 0) != held_out || begin[g] == begin[g + 1]) continue;
    const std::size_t rows = begin[g + 1] - begin[g];
    const auto values =
        features.values.subspan(begin[g] * features.columns, rows * features.columns);
    const auto wanted = relevance.subspan(begin[g], rows);
    part.values.insert(part.values.end(), values.begin(), values.end());
    part.relevance.insert(part.relevance.end(), wanted.begin(), wanted.end());
    part.sizes.push_back(static_cast<std::uint32_t>(rows));
  }
  return part;
}

std::vector<std::uint32_t> sizes_of(std::span<const std::uint64_t> begin) {
  std::vector<std::uint32_t> sizes;
  for (std::size_t g = 0; g + 1 < begin.size(); ++g)
    if (begin[g] < begin[g + 1])
      sizes.push_back(static_cast<std::uint32_t>(begin[g + 1] - begin[g]));
  return sizes;
}

Matrix grouped_matrix(const FeatureMatrix& features, std::span<const float> relevance,
                      std::span<const std::uint32_t> sizes) {
  Matrix matrix = matrix_of(features, relevance);
  ask(XGDMatrixSetUIntInfo(matrix.get(), "group", sizes.data(), sizes.size()));
  return matrix;
}

void set_ranking(void* booster, const BoostingOptions& options) {
  ask(XGBoosterSetParam(booster, "objective", "rank:ndcg"));
  ask(XGBoosterSetParam(booster, "eval_metric", "ndcg@10"));
  ask(XGBoosterSetParam(booster, "base_score", "0"));
  ask(XGBoosterSetParam(booster, "seed", "1"));
  set_tree(booster, options);
}

int ranking_rounds(const FeatureMatrix& features, std::span<const float> relevance,
                   std::span<const std::uint64_t> begin, const BoostingOptions& options) {
  if (begin.size() <= 2 * kRankingFolds) return std::max(1, options.most_rounds / 4);
  const auto matrix = [&](const Groups& part) {
    return grouped_matrix({part.relevance.size(), features.columns, part.values}, part.relevance,
                          part.sizes);
  };
  const Matrix learn = matrix(groups_of(features, relevance, begin, false));
  const Matrix judge = matrix(groups_of(features, relevance, begin, true));
  const DMatrixHandle both[] = {learn.get(), judge.get()};
  const std::shared_ptr<void> booster = new_booster(both);
  set_ranking(booster.get(), options);
  int best = 0;
  double most = -1;
  for (int round = 0; round < options.most_rounds && round - best < options.patience; ++round) {
    ask(XGBoosterUpdateOneIter(booster.get(), round, learn.get()));
    const double ndcg = held_out_loss(booster.get(), round, judge.get());
    if (!(ndcg > most)) continue;
    most = ndcg;
    best = round;
  }
  return best + 1;
}

void check(const FeatureMatrix& features, std::span<const float> target) {
  CHECK(features.rows >= 1);
  if (features.values.size() != features.rows * features.columns)
    fail(ErrorKind::kBadInput, "{} values, {} rows of {} columns need {}", features.values.size(),
         features.rows, features.columns, features.rows * features.columns);
  if (target.size() != features.rows)
    fail(ErrorKind::kBadInput, "{} targets, {} rows", target.size(), features.rows);
}

}  // namespace

bool boosted_trees_available() { return true; }

// A trained model and a loaded one are the same thing, as both come from bytes.
BoostedTrees BoostedTrees::grown(std::string_view bytes, std::size_t columns, int rounds) {
  ByteWriter writer;
  writer.scalar<std::uint64_t>(columns);
  writer.scalar<std::int32_t>(rounds);
  writer.text(bytes);
  ByteReader reader(writer.bytes());
  return load(reader);
}

BoostedTrees BoostedTrees::train(const FeatureMatrix& features, std::span<const float> target,
                                 BoostingGoal goal, int rounds, const BoostingOptions& options) {
  check(features, target);
  CHECK(rounds >= 1);
  const Matrix learn = matrix_of(features, target);
  const DMatrixHandle only[] = {learn.get()};
  const std::shared_ptr<void> trained = new_booster(only);
  set_goal(trained.get(), target, goal, options);
  for (int round = 0; round < rounds; ++round)
    ask(XGBoosterUpdateOneIter(trained.get(), round, learn.get()));
  return grown(bytes_of(trained.get()), features.columns, rounds);
}

// How many rounds are best is found beside the growing of the trees, and trees beyond it are cut off. What XGBoost
// remembers between rounds belongs to the thread that made the booster, so each stays in one.
BoostedTrees BoostedTrees::train_ranking(const FeatureMatrix& features,
                                         std::span<const float> relevance,
                                         std::span<const std::uint64_t> begin,
                                         const BoostingOptions& options, Threads threads) {
  check(features, relevance);
  CHECK(begin.size() >= 2 && begin.front() == 0 && begin.back() == features.rows);
  std::atomic<int> rounds = options.most_rounds;
  std::string bytes;
  parallel_chunks(2, 1, threads, [&](std::size_t part, std::size_t) {
    if (part == 0) {
      rounds = ranking_rounds(features, relevance, begin, options);
      return;
    }
    const Matrix learn = grouped_matrix(features, relevance, sizes_of(begin));
    const DMatrixHandle only[] = {learn.get()};
    const std::shared_ptr<void> trained = new_booster(only);
    set_ranking(trained.get(), options);
    for (int round = 0; round < rounds; ++round)
      ask(XGBoosterUpdateOneIter(trained.get(), round, learn.get()));
    bytes = bytes_of(trained.get());
  });
  return grown(first_rounds(bytes, rounds), features.columns, rounds);
}

std::vector<double> BoostedTrees::predict(const FeatureMatrix& features, Threads threads) const {
  if (features.columns != columns_)
    fail(ErrorKind::kBadInput, "{} columns, the trees learned from {}", features.columns, columns_);
  return predictions(booster_.get(), features, 0, threads);
}

std::vector<float> BoostedTrees::contributions(const FeatureMatrix& features,
                                               Threads threads) const {
  if (features.columns != columns_)
    fail(ErrorKind::kBadInput, "{} columns, the trees learned from {}", features.columns, columns_);
  const std::size_t wide = columns_ + 1;
  std::vector<float> out(features.rows * wide);
  constexpr std::size_t kChunk = 1024;
  parallel_chunks(features.rows, kChunk, threads, [&](std::size_t begin, std::size_t end) {
    const Matrix rows =
        matrix_of({end - begin, columns_,
                   features.values.subspan(begin * columns_, (end - begin) * columns_)},
                  {});
    // This way of asking is not safe on one booster from several threads, so each chunk has its own.
    const std::shared_ptr<void> own = new_booster({});
    ask(XGBoosterLoadModelFromBuffer(own.get(), bytes_.data(), bytes_.size()));
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    ask(XGBoosterPredictFromDMatrix(
        own.get(), rows.get(),
        R"({"type": 2, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})",
        &shape, &dimensions, &result));
    std::copy_n(result, (end - begin) * wide,
                out.begin() + static_cast<std::ptrdiff_t>(begin * wide));
  });
  return out;
}

void BoostedTrees::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(columns_);
  writer.scalar<std::int32_t>(rounds_);
  writer.text(bytes_);
}

BoostedTrees BoostedTrees::load(ByteReader& reader) {
  BoostedTrees read;
  read.columns_ = reader.scalar<std::uint64_t>();
  read.rounds_ = reader.scalar<std::int32_t>();
  read.bytes_ = reader.text();
  read.booster_ = new_booster({});
  // Asking for the number of features also makes the booster ready, after which threads may ask it side by side.
  bst_ulong columns = 0;
  if (XGBoosterLoadModelFromBuffer(read.booster_.get(), read.bytes_.data(), read.bytes_.size()) !=
          0 ||
      XGBoosterGetNumFeature(read.booster_.get(), &columns) != 0 || columns != read.columns_)
    fail(ErrorKind::kCorrupt, "saved trees: XGBoost cannot read them");
  return read;
}

CrossFitted cross_fit(const FeatureMatrix& features, std::span<const float> target,
                      BoostingGoal goal, int folds, const BoostingOptions& options,
                      Threads threads) {
  check(features, target);
  const auto parts = static_cast<std::size_t>(folds);
  CHECK(folds >= 2 && features.rows >= parts);
  std::vector<Fold> made(parts);
  parallel_chunks(parts, 1, threads, [&](std::size_t begin, std::size_t) {
    made[begin] = train_fold(features, target, goal, parts, begin, options);
  });
  const int rounds = best_rounds(made);
  std::vector<double> out_of_fold(features.rows);
  for (const Fold& fold : made) {
    const std::vector<double> said = predictions(
        fold.booster.get(), {fold.held_out.size(), features.columns, fold.held_out_values}, rounds,
        threads);
    for (std::size_t k = 0; k < said.size(); ++k) out_of_fold[fold.held_out[k]] = said[k];
  }
  return {BoostedTrees::train(features, target, goal, rounds, options), std::move(out_of_fold)};
}

}  // namespace perennial::models

#else

namespace perennial::models {
namespace {

[[noreturn]] void absent() {
  fail(ErrorKind::kUnsupported,
       "this build has no boosted trees; build with XGBoost (libxgboost-dev) and "
       "-DPERENNIAL_XGBOOST=ON");
}

}  // namespace

bool boosted_trees_available() { return false; }
BoostedTrees BoostedTrees::train(const FeatureMatrix&, std::span<const float>, BoostingGoal, int,
                                 const BoostingOptions&) {
  absent();
}
BoostedTrees BoostedTrees::train_ranking(const FeatureMatrix&, std::span<const float>,
                                         std::span<const std::uint64_t>, const BoostingOptions&,
                                         Threads) {
  absent();
}
std::vector<double> BoostedTrees::predict(const FeatureMatrix&, Threads) const { absent(); }
std::vector<float> BoostedTrees::contributions(const FeatureMatrix&, Threads) const { absent(); }
void BoostedTrees::save(ByteWriter&) const { absent(); }
BoostedTrees BoostedTrees::load(ByteReader&) { absent(); }
CrossFitted cross_fit(const FeatureMatrix&, std::span<const float>, BoostingGoal, int,
                      const BoostingOptions&, Threads) {
  absent();
}

}  // namespace perennial::models

#endif
