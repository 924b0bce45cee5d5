#include "perennial/models/recommend/sessions/sequential_rules.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/selection.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "sequential rules";
constexpr std::size_t kLongestWindow = 100;

bool is_decay(double decay) { return decay > 0 && decay <= 1; }

void validate(const SequentialRules::Options& options) {
  const auto within = [](std::string_view name, std::size_t value, std::size_t most) {
    if (value >= 1 && value <= most) return;
    fail(ErrorKind::kInvalidArgument, "{}: {} is {}, needs 1 to {}", kName, name, value, most);
  };
  within("steps", options.steps, kMostSteps);
  within("last", options.last, kLongestWindow);
  if (!is_decay(options.decay)) {
    fail(ErrorKind::kInvalidArgument, "{}: decay is {}, needs to be above 0 and at most 1", kName,
         options.decay);
  }
}

double rule(const SequenceCounts& counts, std::size_t a, std::uint64_t k, RuleWeight weight) {
  const double count = static_cast<double>(counts.counts[k]) / static_cast<double>(kStepUnit);
  if (weight == RuleWeight::kNone) return count;
  const auto clicks = [&](std::size_t item) { return static_cast<double>(counts.clicks[item]); };
  return count / std::sqrt((1 + clicks(a)) * (1 + clicks(counts.ids[k])));
}

}  // namespace

SequentialRules::SequentialRules(const Options& options, SequenceCounts counts)
    : options_(options), counts_(std::move(counts)) {
  Selection strongest(options_.top);
  for (std::size_t a = 0; a < items(); ++a) {
    strongest.clear();
    for (std::uint64_t k = counts_.begin[a]; k < counts_.begin[a + 1]; ++k) {
      strongest.offer(counts_.ids[k], rule(counts_, a, k, options_.rule_weight));
    }
    for (const Selection::Candidate& kept : strongest.sorted()) {
      ids_.push_back(kept.id);
      weights_.push_back(static_cast<float>(kept.score));
    }
    begin_.push_back(ids_.size());
  }
}

SequentialRules SequentialRules::fit(const NextItem::Input& input, const Options& options) {
  validate(options);
  validate_learning(input, SessionTimes::kOptional, kName);
  if (input.sessions.items.empty()) {
    fail(ErrorKind::kNotEnoughData, "{}: no sessions to learn from; import events first", kName);
  }
  return {options, count_sequences(input, options.steps, options.step_weight)};
}

SequentialRules SequentialRules::update(const NextItem::Input& batch) const {
  validate_batch(batch, SessionTimes::kOptional, items(), kName);
  return {options_, sum_of(counts_, count_sequences(batch, options_.steps, options_.step_weight))};
}

NextItem::Output SequentialRules::predict(const NextItem::Input& input) const {
  validate_asking(input, items(), kName);
  return answer_sessions<Scratch>(
      input, [&](const Request& request, Scratch& scratch) { return offers(request, scratch); });
}

std::span<const NextItem::Offer> SequentialRules::answer(const Request& request,
                                                         Scratch& scratch) const {
  validate_request(request, items(), kName);
  return offers(request, scratch);
}

void SequentialRules::read_window(std::span<const std::uint32_t> session, Scratch& scratch) const {
  auto& speakers = scratch.speakers_;
  speakers.clear();
  double weight = 1;
  const std::size_t length = std::min(session.size(), options_.last);
  for (std::size_t p = 0; p < length; ++p, weight *= options_.decay) {
    const std::uint32_t item = session[session.size() - 1 - p];
    const auto same = std::find_if(speakers.begin(), speakers.end(),
                                   [item](const auto& speaker) { return speaker.item == item; });
    if (same == speakers.end()) {
      speakers.push_back({item, weight});
    } else {
      same->weight += weight;
    }
  }
}

std::span<const NextItem::Offer> SequentialRules::offers(const Request& request,
                                                         Scratch& scratch) const {
  read_window(request.session, scratch);
  const auto& speakers = scratch.speakers_;
  ItemSums& sums = scratch.sums_;
  sums.grow(items());
  const auto each_part = [&](auto use) {
    for (std::size_t s = 0; s < speakers.size(); ++s) {
      const std::uint32_t item = speakers[s].item;
      for (std::uint64_t k = begin_[item]; k < begin_[item + 1]; ++k) {
        use(s, ids_[k], speakers[s].weight * weights_[k]);
      }
    }
  };
  each_part([&](std::size_t, std::uint32_t item, double part) { sums.add(item, part); });
  sums.choose(request, [](std::uint32_t) { return 1.0; });
  sums.listen(speakers.size());
  each_part([&](std::size_t s, std::uint32_t item, double part) { sums.hear(s, item, part); });
  sums.name_speakers([&](std::size_t s) { return speakers[s].item; });
  return sums.offers();
}

std::vector<ScoredItem> SequentialRules::similar(std::uint32_t item, std::size_t n,
                                                 std::span<const std::uint8_t> blocked) const {
  validate_request({.session = {&item, 1}, .blocked = blocked, .n = n}, items(), kName);
  std::vector<ScoredItem> found;
  for (std::uint64_t k = begin_[item]; k < begin_[item + 1] && found.size() < n; ++k) {
    if (blocked.empty() || blocked[ids_[k]] == 0) found.push_back({ids_[k], weights_[k]});
  }
  return found;
}

void SequentialRules::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(options_.steps);
  writer.scalar(options_.step_weight);
  writer.scalar(options_.rule_weight);
  writer.scalar<std::uint64_t>(options_.last);
  writer.scalar(options_.decay);
  writer.scalar<std::uint64_t>(options_.top);
  save_counts(counts_, writer);
}

SequentialRules SequentialRules::load(ByteReader& reader) {
  Options options;
  options.steps = reader.scalar<std::uint64_t>();
  options.step_weight = reader.scalar<StepWeight>();
  options.rule_weight = reader.scalar<RuleWeight>();
  options.last = reader.scalar<std::uint64_t>();
  options.decay = reader.scalar<double>();
  options.top = reader.scalar<std::uint64_t>();
  if (options.steps == 0 || options.steps > kMostSteps || options.last == 0 ||
      options.last > kLongestWindow || !is_decay(options.decay) ||
      options.step_weight > StepWeight::kEqual || options.rule_weight > RuleWeight::kNone) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its options are out of range; run `perennial run` to make it anew", kId);
  }
  return {options, load_counts(options.steps, options.step_weight, kId, reader)};
}

}  // namespace perennial::models
