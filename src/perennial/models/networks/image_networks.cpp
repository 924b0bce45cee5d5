// What models/learn/image_networks.h promises, with LibTorch.
//
// Story    all weights are one tensor, of which every layer is a view. A batch is gathered on the processor, each picture
//          moved by up to kMostShift pixels and mirrored at random in training, and goes to the device as bytes
#include "perennial/models/learn/image_networks.h"

#include "perennial/models/networks/torch.h"

#include <ATen/Context.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

constexpr std::int64_t kGroups = 4;  // of channels that are normalised together
constexpr int kMostShift = 3;
// Of cosines: of categories, that one of 48 can be nearly certain; of pairs, whose evidence is weaker.
constexpr double kCategoryTemperature = 0.1;
constexpr double kPairTemperature = 0.2;
constexpr double kPairShare = 0.5;  // of the loss of pairs beside that of categories
constexpr std::size_t kAskedAtOnce = 128;
constexpr std::uint64_t kHeldOutStream = 1ULL << 40;

at::Device device() {
  if (!at::hasCUDA()) return at::kCPU;
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
  return at::kCUDA;
}

// A picture drawn from another place and maybe mirrored; the edge is repeated.
struct Move {
  int dx = 0, dy = 0;
  bool mirrored = false;
};
Move draw_move(RandomStream& random) {
  const auto shift = [&] {
    return static_cast<int>(random.below(2 * kMostShift + 1)) - kMostShift;
  };
  const int dx = shift();
  const int dy = shift();
  return {dx, dy, random.below(2) == 1};
}

// Pictures as the network reads them, gathered one after the other.
class PictureBatch {
 public:
  PictureBatch(const ImageShape& shape, std::span<const std::uint8_t> pixels, std::size_t count)
      : side_(static_cast<int>(shape.side)),
        pixels_(pixels),
        bytes_(at::empty({signed_size(count), side_, side_, 3}, at::kByte)) {}

  void add(std::size_t picture, Move move) {
    const std::size_t size = static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_) * 3;
    const std::uint8_t* from = pixels_.data() + picture * size;
    std::uint8_t* to = bytes_.data_ptr<std::uint8_t>() + added_++ * size;
    for (int y = 0; y < side_; ++y) {
      const std::uint8_t* row = from + std::clamp(y + move.dy, 0, side_ - 1) * side_ * 3;
      for (int x = 0; x < side_; ++x, to += 3) {
        const int at = std::clamp((move.mirrored ? side_ - 1 - x : x) + move.dx, 0, side_ - 1);
        std::copy_n(row + at * 3, 3, to);
      }
    }
  }
  at::Tensor on(at::Device device) const {
    return bytes_.to(device).permute({0, 3, 1, 2}).to(at::kFloat).div(64).sub(2).contiguous();
  }

 private:
  int side_;
  std::span<const std::uint8_t> pixels_;
  at::Tensor bytes_;
  std::size_t added_ = 0;
};

// What the convolutions see in each picture: pictures x the last filters.
at::Tensor features(const ImageShape& shape, WeightViews& views, at::Tensor x) {
  for (const std::size_t filters : shape.filters) {
    const std::int64_t out = signed_size(filters);
    const std::int64_t in = x.size(1);
    const at::Tensor kernel = views.take(out * in * 9).view({out, in, 3, 3});
    const at::Tensor scale = views.take(out);
    const at::Tensor offset = views.take(out);
    x = at::conv2d(x, kernel, {}, /*stride=*/2, /*padding=*/1);
    x = at::relu(at::group_norm(x, out % kGroups == 0 ? kGroups : 1, scale, offset));
  }
  return x.flatten(1);
}

at::Tensor unit_rows(const at::Tensor& rows) {
  return rows / rows.norm(2, 1, /*keepdim=*/true).clamp_min(1e-12);
}

// What the network says of pictures: their vectors, and how much each looks like each category.
struct Said {
  at::Tensor vectors;   // of unit length
  at::Tensor category;  // log-odds; undefined without categories
};
constexpr double kOwnShare = 0.15;  // of the picture's own direction beside that of its categories

Said embed(const ImageShape& shape, const at::Tensor& weights, const at::Tensor& pixels) {
  WeightViews views(weights);
  const at::Tensor seen = features(shape, views, pixels);
  const std::int64_t width = signed_size(shape.embedding);
  const at::Tensor matrix = views.matrix(width, seen.size(1));
  const at::Tensor own = unit_rows(at::linear(seen, matrix, views.take(width)));
  if (shape.categories == 0) return {own, {}};
  const at::Tensor categories = unit_rows(views.matrix(signed_size(shape.categories), width));
  const at::Tensor odds = at::linear(own, categories) / kCategoryTemperature;
  const at::Tensor mean = at::matmul(at::softmax(odds, 1), categories);
  return {unit_rows(mean + kOwnShare * own), odds};
}

// The pictures of one step: anchors, then the partners of the first `pairs` of them.
struct Step {
  std::vector<std::size_t> pictures;
  std::size_t pairs = 0;
};

// A partner below `end`, drawn by weight; none when there is none.
std::optional<std::size_t> draw_partner(const ImageTargets& targets, std::size_t picture,
                                        std::size_t end, RandomStream& random) {
  double total = 0;
  for (std::size_t k = targets.begin[picture]; k < targets.begin[picture + 1]; ++k)
    if (targets.partner[k] < end) total += targets.weight[k];
  if (!(total > 0)) return std::nullopt;
  double left = total * random.uniform();
  std::optional<std::size_t> last;
  for (std::size_t k = targets.begin[picture]; k < targets.begin[picture + 1]; ++k) {
    if (targets.partner[k] >= end) continue;
    last = targets.partner[k];
    left -= targets.weight[k];
    if (left <= 0) break;
  }
  return last;
}

Step step_of(std::span<const std::size_t> anchors, const ImageTargets& targets, std::size_t end,
             RandomStream& random) {
  Step step;
  std::vector<std::size_t> partners, alone;
  for (const std::size_t anchor : anchors) {
    const auto partner = draw_partner(targets, anchor, end, random);
    (partner ? step.pictures : alone).push_back(anchor);
    if (partner) partners.push_back(*partner);
  }
  step.pairs = partners.size();
  step.pictures.insert(step.pictures.end(), alone.begin(), alone.end());
  step.pictures.insert(step.pictures.end(), partners.begin(), partners.end());
  return step;
}

class PictureTraining {
 public:
  PictureTraining(const ImageShape& shape, std::span<const std::uint8_t> pixels,
                  const ImageTargets& targets, const ImageTraining& training)
      : shape_(shape), pixels_(pixels), targets_(targets), training_(training) {}

  // At the start all pictures are nearly one direction to the network, and nothing would ever pull them apart. So the
  // layer of the embedding starts with what it sees brought to mean 0 and standard deviation 1.
  void spread_out(at::Tensor& weights) const {
    const at::NoGradGuard no_gradient;
    const std::size_t count = std::min<std::size_t>(training_.training_pictures, 256);
    PictureBatch batch(shape_, pixels_, count);
    for (std::size_t k = 0; k < count; ++k) batch.add(k, {});
    WeightViews views(weights);
    const at::Tensor seen = features(shape_, views, batch.on(weights.device()));
    at::Tensor matrix = views.matrix(signed_size(shape_.embedding), seen.size(1));
    at::Tensor bias = views.take(signed_size(shape_.embedding));
    matrix.div_(seen.std(0).clamp_min(1e-3));
    bias.copy_(-at::mv(matrix, seen.mean(0)));
  }

  // One run over the training pictures in a new order. A batch whose gradient is not finite is passed over.
  void epoch(at::Tensor& weights, torch::optim::Adam& adam, int number) const {
    RandomStream random(training_.seed, static_cast<std::uint64_t>(number) + 1);
    std::vector<std::size_t> order(training_.training_pictures);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    for (std::size_t first = 0; first < order.size(); first += training_.batch) {
      const std::size_t count = std::min(training_.batch, order.size() - first);
      const Step step = step_of(std::span(order).subspan(first, count), targets_,
                                training_.training_pictures, random);
      adam.zero_grad();
      loss(weights, step, &random).backward();
      constexpr double kMostGradient = 5;
      const double norm = weights.grad().norm().item<double>();
      if (!std::isfinite(norm)) continue;
      if (norm > kMostGradient) weights.mutable_grad().mul_(kMostGradient / norm);
      adam.step();
    }
  }

  // Of the pictures that are not learned from; the same pairs each time.
  double held_out_loss(const at::Tensor& weights) const {
    const at::NoGradGuard no_gradient;
    RandomStream random(training_.seed, kHeldOutStream);
    const std::size_t pictures = targets_.category.size();
    double sum = 0;
    for (std::size_t first = training_.training_pictures; first < pictures; first += kAskedAtOnce) {
      std::vector<std::size_t> anchors(std::min(kAskedAtOnce, pictures - first));
      std::iota(anchors.begin(), anchors.end(), first);
      const Step step = step_of(anchors, targets_, pictures, random);
      sum += loss(weights, step, nullptr).item<double>() * static_cast<double>(anchors.size());
    }
    return sum / static_cast<double>(pictures - training_.training_pictures);
  }

 private:
  // With `random` the pictures are moved.
  at::Tensor loss(const at::Tensor& weights, const Step& step, RandomStream* random) const {
    PictureBatch batch(shape_, pixels_, step.pictures.size());
    for (const std::size_t picture : step.pictures)
      batch.add(picture, random == nullptr ? Move{} : draw_move(*random));
    const Said said = embed(shape_, weights, batch.on(weights.device()));
    at::Tensor sum = at::zeros({}, weights.options());
    if (shape_.categories > 0) sum = sum + category_loss(said.category, step);
    if (step.pairs > 1) sum = sum + kPairShare * pair_loss(said.vectors, signed_size(step.pairs));
    return sum;
  }

  at::Tensor category_loss(const at::Tensor& odds, const Step& step) const {
    at::Tensor truth = at::empty({odds.size(0)}, at::kLong);
    std::int64_t* to = truth.data_ptr<std::int64_t>();
    std::int64_t known = 0;
    for (const std::size_t picture : step.pictures) {
      const std::uint32_t category = targets_.category[picture];
      *to++ = category == kNoCategory ? -1 : static_cast<std::int64_t>(category);
      if (category != kNoCategory) ++known;
    }
    if (known == 0) return at::zeros({}, odds.options());
    return at::cross_entropy_loss(odds, truth.to(odds.device()), {}, at::Reduction::Mean,
                                  /*ignore_index=*/-1);
  }

  // Which partner is whose, asked both ways.
  at::Tensor pair_loss(const at::Tensor& rows, std::int64_t pairs) const {
    const at::Tensor anchors = rows.narrow(0, 0, pairs);
    const at::Tensor partners = rows.narrow(0, rows.size(0) - pairs, pairs);
    const at::Tensor cosines = at::matmul(anchors, partners.t()) / kPairTemperature;
    const at::Tensor own = at::arange(pairs, cosines.options().dtype(at::kLong));
    return (at::cross_entropy_loss(cosines, own) + at::cross_entropy_loss(cosines.t(), own)) / 2;
  }

  const ImageShape& shape_;
  std::span<const std::uint8_t> pixels_;
  const ImageTargets& targets_;
  const ImageTraining& training_;
};

class TorchImageNetworks final : public ImageNetworks {
 public:
  std::vector<float> train_pictures(const ImageShape& shape, std::vector<float> start,
                                    std::span<const std::uint8_t> pixels,
                                    const ImageTargets& targets,
                                    const ImageTraining& training) const override;
  std::vector<float> embeddings(const ImageShape& shape, std::span<const float> weights,
                                std::span<const std::uint8_t> pixels) const override;
};

std::vector<float> TorchImageNetworks::train_pictures(const ImageShape& shape,
                                                      std::vector<float> start,
                                                      std::span<const std::uint8_t> pixels,
                                                      const ImageTargets& targets,
                                                      const ImageTraining& training) const {
  const std::size_t pictures = targets.category.size();
  CHECK(start.size() == weight_count(shape) && pixels.size() == pictures * shape.pixels());
  CHECK(targets.begin.size() == pictures + 1 && targets.partner.size() == targets.begin.back());
  CHECK(targets.weight.size() == targets.partner.size() && training.batch >= 1);
  CHECK(training.training_pictures >= 1 && training.training_pictures < pictures);
  use_one_thread();
  at::Tensor weights = tensor_of(start).to(device()).requires_grad_(true);
  torch::optim::Adam adam({weights}, torch::optim::AdamOptions(training.learning_rate));
  const PictureTraining task(shape, pixels, targets, training);
  task.spread_out(weights);
  double best = std::numeric_limits<double>::infinity();
  int idle = 0;
  for (int epoch = 0; epoch < training.epochs && idle < training.patience; ++epoch) {
    const double left = 1 - static_cast<double>(epoch) / training.epochs;
    static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options())
        .lr(training.learning_rate * left);
    task.epoch(weights, adam, epoch);
    const double loss = task.held_out_loss(weights);
    if (training.progress != nullptr) training.progress->advance(1);
    ++idle;
    if (!(loss < best)) continue;
    best = loss;
    idle = 0;
    const at::Tensor kept = weights.detach().to(at::kCPU).contiguous();
    std::copy_n(kept.data_ptr<float>(), start.size(), start.begin());
  }
  if (!std::isfinite(best))
    fail(
        ErrorKind::kNoConvergence,
        "the network's loss was not a number after any of {} epochs; lower the learning rate of {}",
        training.epochs, training.learning_rate);
  return start;
}

std::vector<float> TorchImageNetworks::embeddings(const ImageShape& shape,
                                                  std::span<const float> weights,
                                                  std::span<const std::uint8_t> pixels) const {
  CHECK(weights.size() == weight_count(shape) && pixels.size() % shape.pixels() == 0);
  use_one_thread();
  const c10::InferenceMode no_gradient;
  const at::Device where = device();
  const at::Tensor tensor = tensor_of(weights).to(where);
  const std::size_t pictures = pixels.size() / shape.pixels();
  std::vector<float> out(pictures * shape.embedding);
  for (std::size_t first = 0; first < pictures; first += kAskedAtOnce) {
    const std::size_t count = std::min(kAskedAtOnce, pictures - first);
    PictureBatch batch(shape, pixels, count);
    for (std::size_t k = 0; k < count; ++k) batch.add(first + k, {});
    const at::Tensor rows = embed(shape, tensor, batch.on(where)).vectors.to(at::kCPU).contiguous();
    std::copy_n(rows.data_ptr<float>(), count * shape.embedding, &out[first * shape.embedding]);
  }
  return out;
}

}  // namespace

const ImageNetworks& torch_image_networks() {
  static const TorchImageNetworks kNetworks;
  return kNetworks;
}

}  // namespace perennial::models
