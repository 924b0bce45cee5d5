#include "perennial/models/recommend/sequences/sequence_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/sequences/sequence_sample.h"
#include "perennial/models/recommend/sequences/sequence_state.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "sequence network";

constexpr std::size_t kMostSize = 1024;  // of a width, of layers and of what is read

template <typename T>
void require_within(std::string_view name, T value, T least, T most) {
  if (value >= least && value <= most) return;
  fail(ErrorKind::kInvalidArgument, "{}: {} is {}, needs {} to {}", kName, name, value, least,
       most);
}

void validate(const SequenceNetwork::Options& options) {
  constexpr std::size_t kMany = 100'000;
  constexpr int kMostEpochs = 10'000;
  require_within<std::size_t>("width", options.width, 1, kMostSize);
  require_within<std::size_t>("layers", options.layers, 1, 8);
  require_within<std::size_t>("heads", options.heads, 1, options.width);
  require_within<std::size_t>("longest", options.longest, 1, kMostSize);
  require_within<std::size_t>("negatives", options.negatives, 1, kMany);
  require_within<std::size_t>("batch", options.batch, 1, kMany);
  require_within("sampling_power", options.sampling_power, 0.0, 1.0);
  require_within("bpr_penalty", options.bpr_penalty, 0.0, 100.0);
  require_within("dropout", options.dropout, 0.0, 0.9);
  require_within("epochs", options.epochs, 1, kMostEpochs);
  require_within("patience", options.patience, 1, kMostEpochs);
  require_within("learning_rate", options.learning_rate, 1e-9, 1.0);
  require_within("weight_decay", options.weight_decay, 0.0, 1.0);
  require_within("validation_share", options.validation_share, 0.0, 0.5);
  if (options.width % options.heads != 0)
    fail(ErrorKind::kInvalidArgument, "{}: heads is {}, needs to divide the width of {}", kName,
         options.heads, options.width);
}

SequenceTraining training_of(const SequenceNetwork::Options& options, Threads threads) {
  return {.loss = options.loss,
          .negatives = options.negatives,
          .sampling_power = options.sampling_power,
          .bpr_penalty = options.bpr_penalty,
          .batch = options.batch,
          .epochs = options.epochs,
          .patience = options.patience,
          .learning_rate = options.learning_rate,
          .weight_decay = options.weight_decay,
          .dropout = options.dropout,
          .seed = options.seed,
          .device = options.device,
          .threads = threads};
}

void validate_blocked(std::span<const std::uint8_t> blocked, std::size_t items) {
  if (blocked.empty() || blocked.size() == items) return;
  fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", kName,
       blocked.size(), items);
}

// In a fixed order of sixteen partial sums, which the compiler can keep in vectors.
float product(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  for (std::size_t lane = 0; i + lane < a.size(); ++lane) sums[lane] += a[i + lane] * b[i + lane];
  for (std::size_t half = kLanes / 2; half > 0; half /= 2)
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

[[noreturn]] void refuse_corrupt() {
  fail(ErrorKind::kCorrupt,
       "saved model {}: its parts do not fit together; run `perennial run` to make it anew",
       SequenceNetwork::kId);
}

}  // namespace

// Answers one session after the other with working memory of its own.
class SequenceNetwork::Scorer {
 public:
  Scorer(const SequenceNetwork& model, const NextItem::Input& input)
      : model_(model), input_(input), selection_(input.n), hidden_(model.known_.size(), 0) {}

  void answer(std::span<const std::uint32_t> session, NextItem::Output& part) {
    selection_.clear();
    places_.clear();
    for (const std::uint32_t item : session)
      if (model_.place_[item] != kNoItem) places_.push_back(model_.place_[item]);
    if (!places_.empty()) {
      hide(session, 1);
      score(model_.encoder_.read(places_, model_.weights_, scratch_));
      hide(session, 0);
    }
    append_list(part, selection_.sorted());
  }

 private:
  void hide(std::span<const std::uint32_t> session, std::uint8_t value) {
    const std::size_t some = input_.seen == SeenItems::kMask ? session.size() : 1;
    for (const std::uint32_t item : session.last(some))
      if (model_.place_[item] != kNoItem) hidden_[model_.place_[item]] = value;
  }

  void score(std::span<const float> state) {
    for (std::size_t place = 0; place < hidden_.size(); ++place) {
      const std::uint32_t item = model_.known_[place];
      if (hidden_[place] != 0 || (!input_.blocked.empty() && input_.blocked[item] != 0)) continue;
      selection_.offer(item, static_cast<double>(product(state, model_.vector_of(place))));
    }
  }

  const SequenceNetwork& model_;
  const NextItem::Input& input_;
  Selection selection_;
  std::vector<std::uint8_t> hidden_;  // by place, 0 between sessions
  std::vector<std::uint32_t> places_;
  SequenceEncoder::Scratch scratch_;
};

SequenceNetwork::SequenceNetwork(const SequenceShape& shape, std::size_t items,
                                 std::vector<std::uint32_t> known, std::vector<float> weights)
    : shape_(shape),
      known_(std::move(known)),
      place_(place_by_item(known_, items)),
      weights_(std::move(weights)),
      encoder_(shape_, weights_) {}

SequenceNetwork SequenceNetwork::fit(const NextItem::Input& input, const Options& options) {
  return fit(input, options, {});
}

SequenceNetwork SequenceNetwork::fit(const NextItem::Input& input, const Options& options,
                                     const Watch& watch) {
  validate(options);
  models::validate(input.sessions, input.items, kName);
  SequenceSample sample =
      sample_sequences(input.sessions, input.items, options.validation_share, options.seed);
  if (sample.rows.size() == 0)
    fail(ErrorKind::kNotEnoughData,
         "{}: no sequences of two items or more to learn from; import events first", kName);

  const SequenceShape shape{.cell = options.cell,
                            .items = sample.known.size(),
                            .width = options.width,
                            .layers = options.layers,
                            .heads = options.heads,
                            .longest = options.longest};
  const SequenceTraining training = training_of(options, input.threads);
  const std::uint64_t fingerprint = fingerprint_of(shape, sample.rows, training);
  SequenceState start;
  if (watch.kept.empty()) {
    start.weights = initial_weights(shape, options.seed);
  } else {
    start = state_of(watch.kept, fingerprint, shape, kName);
  }
  const auto keep = [&](const SequenceState& state) {
    watch.keep(bytes_of(state, fingerprint));
    return true;
  };
  SequenceWatch watching{.after_batch = watch.progress};
  if (watch.keep) watching.after_epoch = keep;
  SequenceState state =
      sequence_networks().train(shape, std::move(start), sample.rows, training, watching);
  if (!state.finished)
    fail(ErrorKind::kInterrupted, "{}: stopped after {} epochs; what was kept can be continued",
         kName, state.epochs);
  return {shape, input.items, std::move(sample.known), std::move(state.best)};
}

NextItem::Output SequenceNetwork::predict(const NextItem::Input& input) const {
  if (input.items != items())
    fail(ErrorKind::kInvalidArgument,
         "{}: the sessions number {} items, the model was fitted on {}; use the same numbering",
         kName, input.items, items());
  models::validate(input.sessions, input.items, kName);
  validate_blocked(input.blocked, items());
  if (input.n == 0) fail(ErrorKind::kInvalidArgument, "{}: n is 0, needs at least 1", kName);

  constexpr std::size_t kSessionsPerChunk = 16;
  const std::size_t sessions = input.sessions.size();
  std::vector<NextItem::Output> parts((sessions + kSessionsPerChunk - 1) / kSessionsPerChunk);
  ScratchPool<Scorer> pool;
  parallel_chunks(sessions, kSessionsPerChunk, input.threads,
                  [&](std::size_t first, std::size_t last) {
                    const auto make = [&] { return Scorer(*this, input); };
                    pool.lend(make, [&](Scorer& scorer) {
                      for (std::size_t s = first; s < last; ++s)
                        scorer.answer(input.sessions.items_of(s), parts[first / kSessionsPerChunk]);
                    });
                  });
  NextItem::Output all;
  for (const NextItem::Output& part : parts) append_lists(all, part);
  return all;
}

std::vector<ScoredItem> SequenceNetwork::similar(std::uint32_t item, std::size_t n,
                                                 std::span<const std::uint8_t> blocked) const {
  if (item >= items())
    fail(ErrorKind::kInvalidArgument, "{}: item {} was asked for, there are {}", kName, item,
         items());
  validate_blocked(blocked, items());
  std::vector<ScoredItem> found;
  if (n == 0 || place_[item] == kNoItem) return found;
  const auto length = [&](std::size_t place) {
    const double square = static_cast<double>(product(vector_of(place), vector_of(place)));
    return square > 0 ? std::sqrt(square) : 1;  // a vector of zeros is like none
  };
  const std::size_t asked = place_[item];
  Selection selection(n);
  for (std::size_t place = 0; place < known_.size(); ++place) {
    if (place == asked || (!blocked.empty() && blocked[known_[place]] != 0)) continue;
    const auto both = static_cast<double>(product(vector_of(asked), vector_of(place)));
    selection.offer(known_[place], both / (length(asked) * length(place)));
  }
  for (const Selection::Candidate& chosen : selection.sorted())
    found.push_back({chosen.id, chosen.score});
  return found;
}

void SequenceNetwork::save(ByteWriter& writer) const {
  std::vector<std::uint8_t> is_known(items());
  for (const std::uint32_t item : known_) is_known[item] = 1;
  writer.scalar(shape_.cell);
  for (const std::size_t size : {shape_.width, shape_.layers, shape_.heads, shape_.longest})
    writer.scalar<std::uint64_t>(size);
  writer.array(is_known);
  writer.array(weights_);
}

SequenceNetwork SequenceNetwork::load(ByteReader& reader) {
  SequenceShape shape;
  shape.cell = reader.scalar<SequenceCell>();
  for (std::size_t* size : {&shape.width, &shape.layers, &shape.heads, &shape.longest}) {
    *size = reader.scalar<std::uint64_t>();
    if (*size == 0 || *size > kMostSize) refuse_corrupt();
  }
  const auto is_known = reader.array<std::uint8_t>();
  std::vector<float> weights = reader.array<float>();
  std::vector<std::uint32_t> known;
  for (std::size_t item = 0; item < is_known.size(); ++item)
    if (is_known[item] != 0) known.push_back(static_cast<std::uint32_t>(item));
  shape.items = known.size();
  const bool finite = std::ranges::all_of(weights, [](float w) { return std::isfinite(w); });
  if (shape.cell > SequenceCell::kSasrec || shape.width % shape.heads != 0 || known.empty() ||
      is_known.size() >= kNoItem || !finite || weights.size() != weight_count(shape))
    refuse_corrupt();
  return {shape, is_known.size(), std::move(known), std::move(weights)};
}

}  // namespace perennial::models
