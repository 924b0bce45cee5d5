#include "perennial/models/recommend/sequences/sequence_state.h"

#include "perennial/base/bytes.h"

namespace perennial::models {
namespace {

constexpr std::string_view kStateId = "recommend.sequence_state/2";

}  // namespace

std::uint64_t fingerprint_of(const SequenceShape& shape, const SequenceRows& rows,
                             const SequenceTraining& training) {
  ByteWriter writer;
  writer.scalar(shape.cell);
  for (const std::size_t size :
       {shape.items, shape.width, shape.layers, shape.heads, shape.longest, training.batch})
    writer.scalar<std::uint64_t>(size);
  writer.scalar(training.loss);
  if (training.loss != SequenceLoss::kFullSoftmax) {
    writer.scalar<std::uint64_t>(training.negatives);
    writer.scalar(training.sampling_power);
    writer.scalar(training.bpr_penalty);
  }
  writer.scalar(training.learning_rate);
  writer.scalar(training.weight_decay);
  writer.scalar(training.dropout);
  writer.scalar(training.seed);
  writer.array(rows.begin);
  writer.array(rows.items);
  writer.array(rows.held_out);
  return fnv1a(writer.bytes());
}

std::string bytes_of(const SequenceState& state, std::uint64_t fingerprint) {
  ByteWriter writer;
  writer.scalar(fingerprint);
  writer.array(state.weights);
  writer.array(state.mean);
  writer.array(state.square);
  writer.array(state.average);
  writer.array(state.best);
  writer.scalar(state.best_ndcg);
  writer.scalar(state.loss);
  writer.scalar(state.steps);
  writer.scalar<std::int64_t>(state.epochs);
  writer.scalar<std::int64_t>(state.idle);
  return frame(kStateId, writer);
}

SequenceState state_of(std::string_view bytes, std::uint64_t fingerprint,
                       const SequenceShape& shape, std::string_view model) {
  ByteReader reader(unframe(kStateId, bytes));
  if (reader.scalar<std::uint64_t>() != fingerprint)
    fail(ErrorKind::kInvalidArgument,
         "{}: the kept training belongs to other data or options; start without it", model);
  SequenceState state;
  state.weights = reader.array<float>();
  state.mean = reader.array<float>();
  state.square = reader.array<float>();
  state.average = reader.array<float>();
  state.best = reader.array<float>();
  state.best_ndcg = reader.scalar<double>();
  state.loss = reader.scalar<double>();
  state.steps = reader.scalar<std::uint64_t>();
  state.epochs = static_cast<int>(reader.scalar<std::int64_t>());
  state.idle = static_cast<int>(reader.scalar<std::int64_t>());
  reader.expect_done();
  const std::size_t count = weight_count(shape);
  for (const auto* part :
       {&state.weights, &state.mean, &state.square, &state.average, &state.best}) {
    if (part->size() == count) continue;
    fail(ErrorKind::kCorrupt, "{}: the kept training has {} numbers, needs {}; start without it",
         model, part->size(), count);
  }
  return state;
}

}  // namespace perennial::models
