#include "perennial/models/networks/sequence_loss.h"

#include <cmath>
#include <limits>

#include "perennial/base/random.h"

namespace perennial::models {
namespace {

// Scores that stand in memory at once: what a processor's cache holds, or as many as pay on a GPU.
std::int64_t rows_at_once(const at::Tensor& vectors) {
  const std::int64_t most = vectors.is_cuda() ? std::int64_t{1} << 27 : std::int64_t{1} << 21;
  return std::max<std::int64_t>(1, most / vectors.size(0));
}

constexpr double kLeastChance = 1e-38;

}  // namespace

NegativeSampler::NegativeSampler(const SequenceRows& rows, std::size_t items, double power)
    : cumulative_(items, 1.0) {
  for (const std::uint32_t item : rows.items) cumulative_[item] += 1;
  double sum = 0;
  for (double& value : cumulative_) {
    sum += std::pow(value, power);
    value = sum;
  }
}

Negatives NegativeSampler::draw(std::size_t count, std::uint64_t seed, at::Device device) const {
  RandomStream random(seed, 0);
  std::vector<std::int64_t> items;
  std::vector<float> log_expected;
  for (std::size_t k = 0; k < count; ++k) {
    const double at = random.uniform() * cumulative_.back();
    const auto found = std::ranges::upper_bound(cumulative_, at);
    const auto item =
        std::min(static_cast<std::size_t>(found - cumulative_.begin()), cumulative_.size() - 1);
    const double part = cumulative_[item] - (item == 0 ? 0 : cumulative_[item - 1]);
    items.push_back(signed_size(item));
    log_expected.push_back(
        static_cast<float>(std::log(static_cast<double>(count) * part / cumulative_.back())));
  }
  return {torch::tensor(items, torch::kInt64).to(device), tensor_of(log_expected).to(device)};
}

// Without the machinery of gradients: one table of scores, turned into chances and then into their gradient in place.
at::Tensor learn_full_softmax(const at::Tensor& outputs, const at::Tensor& vectors,
                              const at::Tensor& wanted, double scale) {
  at::Tensor loss = at::zeros({}, outputs.options().dtype(at::kDouble).requires_grad(false));
  at::Tensor gradient;
  {
    const at::NoGradGuard no_gradient;
    gradient = at::empty_like(outputs);
    at::Tensor of_vectors = vectors.grad();
    const std::int64_t step = rows_at_once(vectors);
    for (std::int64_t first = 0; first < outputs.size(0); first += step) {
      const std::int64_t count = std::min(step, outputs.size(0) - first);
      const at::Tensor said = outputs.narrow(0, first, count);
      const at::Tensor which = wanted.narrow(0, first, count).unsqueeze(1);
      at::Tensor chances = at::softmax(at::mm(said, vectors.t()), 1);
      loss -= chances.gather(1, which).clamp_min(kLeastChance).log().sum(at::kDouble);
      chances.scatter_add_(1, which, at::full_like(which, -1, said.options()));
      at::Tensor part = gradient.narrow(0, first, count);
      at::mm_out(part, chances, vectors);
      of_vectors.addmm_(chances.t(), said, 1, scale);
    }
    gradient.mul_(scale);
  }
  outputs.backward(gradient);
  return loss;
}

at::Tensor learn_sampled(const at::Tensor& outputs, const at::Tensor& vectors,
                         const at::Tensor& wanted, double scale, const Negatives& negatives,
                         const SequenceTraining& training) {
  const at::Tensor looked_up = at::embedding(vectors, at::cat({wanted, negatives.items}));
  const at::Tensor score = (outputs * looked_up.narrow(0, 0, wanted.size(0))).sum(1, true);
  const at::Tensor others =
      at::mm(outputs, looked_up.narrow(0, wanted.size(0), negatives.items.size(0)).t());
  const at::Tensor same = wanted.unsqueeze(1) == negatives.items.unsqueeze(0);
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  at::Tensor loss;
  if (training.loss == SequenceLoss::kSampledSoftmax) {
    const at::Tensor corrected = (others - negatives.log_expected).masked_fill(same, kNever);
    loss = at::logsumexp(at::cat({score, corrected}, 1), 1) - score.squeeze(1);
  } else {
    // A finite number, for a row where every drawn item is the wanted one.
    const at::Tensor shares = at::softmax(others.masked_fill(same, -1e30), 1);
    loss = (training.bpr_penalty * shares * others * others).sum(1) -
           (shares * at::sigmoid(score - others)).sum(1).clamp_min(1e-24).log();
  }
  const at::Tensor sum = loss.sum(at::kDouble);
  (sum * scale).backward();
  return sum.detach();
}

std::vector<std::int64_t> places_of(const at::Tensor& outputs, const at::Tensor& vectors,
                                    std::span<const std::span<const std::uint32_t>> rows,
                                    std::span<const std::uint32_t> wanted) {
  std::vector<std::int64_t> target(wanted.begin(), wanted.end()), row_of, held;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const std::uint32_t item : rows[row]) {
      row_of.push_back(signed_size(row));
      held.push_back(item);
    }
  }
  const auto on_device = [&](const std::vector<std::int64_t>& values) {
    return torch::tensor(values, torch::kInt64).to(vectors.device());
  };
  at::Tensor scores = at::mm(outputs, vectors.t());
  const at::Tensor score = scores.gather(1, on_device(target).unsqueeze(1));
  const at::Tensor flat = on_device(row_of) * scores.size(1) + on_device(held);
  scores.view(-1).index_fill_(0, flat, -std::numeric_limits<float>::infinity());
  const at::Tensor above = (scores > score).sum(1).to(at::kCPU).contiguous();
  const std::int64_t* from = above.data_ptr<std::int64_t>();
  return {from, from + above.size(0)};
}

}  // namespace perennial::models
