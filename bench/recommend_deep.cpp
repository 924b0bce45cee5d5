// Trains a sequence network on Amazon Beauty 5-core and prints what it says of the item held out last, and of the test.
//
//     recommend_deep [cell=sasrec|gru|lstm|rnn] [loss=full|sampled|bprmax] [device=auto|cpu|cuda] [width=128] [layers=1]
//                    [heads=1] [longest=50] [negatives=1024] [dropout=0.5] [batch=128] [epochs=100] [patience=10]
//                    [rate=0.001] [decay=0] [share=0.1] [power=0.5] [penalty=1] [seed=1] [threads=0] [test=0|1]
//                    [seconds=0] [data=FILE] [save=FILE]
//
// Options are chosen on the validation figures: each customer's last but one item after those before it. The test
// figures are only printed with test=1. After `seconds` the training ends as if that epoch had been the last.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include "perennial/base/bytes.h"
#include "perennial/evaluate/amazon_beauty_testing.h"
#include "perennial/models/recommend/sequences/sequence_network.h"

namespace perennial {
namespace {

using evaluate::AmazonBeauty;
using models::SequenceNetwork;

class Arguments {
 public:
  Arguments(int count, char** values) {
    for (int i = 1; i < count; ++i) {
      const std::string argument = values[i];
      const auto equals = argument.find('=');
      if (equals == std::string::npos) throw std::runtime_error("not name=value: " + argument);
      values_[argument.substr(0, equals)] = argument.substr(equals + 1);
    }
  }
  std::string text(const std::string& name, const std::string& otherwise) {
    const auto found = values_.find(name);
    if (found == values_.end()) return otherwise;
    const std::string value = found->second;
    values_.erase(found);
    return value;
  }
  template <typename T>
  void read(const std::string& name, T& value) {
    value = static_cast<T>(std::stod(text(name, fmt::format("{}", value))));
  }
  template <typename T>
  T choice(const std::string& name, const std::map<std::string, T>& choices, T otherwise) {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : choices.at(text(name, ""));
  }
  void expect_none() const {
    if (!values_.empty()) throw std::runtime_error("unknown argument " + values_.begin()->first);
  }

 private:
  std::map<std::string, std::string> values_;
};

SequenceNetwork::Options options_of(Arguments& arguments) {
  using models::ComputeDevice;
  using models::SequenceCell;
  using models::SequenceLoss;
  SequenceNetwork::Options options;
  options.cell = arguments.choice<SequenceCell>("cell",
                                                {{"rnn", SequenceCell::kRnn},
                                                 {"gru", SequenceCell::kGru},
                                                 {"lstm", SequenceCell::kLstm},
                                                 {"sasrec", SequenceCell::kSasrec}},
                                                options.cell);
  options.loss = arguments.choice<SequenceLoss>("loss",
                                                {{"full", SequenceLoss::kFullSoftmax},
                                                 {"sampled", SequenceLoss::kSampledSoftmax},
                                                 {"bprmax", SequenceLoss::kBprMax}},
                                                options.loss);
  options.device = arguments.choice<ComputeDevice>("device",
                                                   {{"auto", ComputeDevice::kAuto},
                                                    {"cpu", ComputeDevice::kCpu},
                                                    {"cuda", ComputeDevice::kCuda}},
                                                   options.device);
  arguments.read("width", options.width);
  arguments.read("layers", options.layers);
  arguments.read("heads", options.heads);
  arguments.read("longest", options.longest);
  arguments.read("negatives", options.negatives);
  arguments.read("power", options.sampling_power);
  arguments.read("penalty", options.bpr_penalty);
  arguments.read("dropout", options.dropout);
  arguments.read("batch", options.batch);
  arguments.read("epochs", options.epochs);
  arguments.read("patience", options.patience);
  arguments.read("rate", options.learning_rate);
  arguments.read("decay", options.weight_decay);
  arguments.read("share", options.validation_share);
  arguments.read("seed", options.seed);
  return options;
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print(const char* of, const SequenceNetwork& model, models::NextItem::Input input,
           const models::Interactions& wanted) {
  input.n = 100;
  const double began = seconds();
  const auto lists = model.predict(input);
  const double each = (seconds() - began) / static_cast<double>(lists.size());
  const evaluate::Accuracy accuracy = evaluate::accuracy_at_10(lists, wanted);
  fmt::print("{}: HR@10 {:.4f} NDCG@10 {:.4f} ({:.3f} ms a session)\n", of, accuracy.hit_rate,
             accuracy.ndcg, each * 1000);
}

struct Limits {
  int threads = 0;
  double seconds = 0;  // 0: none
};

// A training that is out of time is ended by going on from what it kept, with no epoch left.
SequenceNetwork learnt(const AmazonBeauty& beauty, SequenceNetwork::Options options,
                       const Limits& limits) {
  const double began = seconds();
  int epochs = 0;
  bool out_of_time = false;
  std::string kept;
  SequenceNetwork::Watch watch;
  watch.progress = [&](const models::SequenceProgress& progress) {
    const double spent = seconds() - began;
    out_of_time = limits.seconds > 0 && spent > limits.seconds && !kept.empty();
    if (progress.rows_done < progress.rows) return !out_of_time;
    epochs = progress.epoch;
    const double each = spent / progress.epoch;
    fmt::print("epoch {:3} loss {:.4f} best NDCG@10 before {:.4f}  {:.1f} s spent, {:.0f} s left\n",
               progress.epoch, progress.loss, progress.best_ndcg, spent,
               each * (options.epochs - progress.epoch));
    std::fflush(stdout);
    return true;
  };
  watch.keep = [&](std::string_view state) { kept = state; };
  models::NextItem::Input input = beauty.sequences_to_learn();
  input.threads = {limits.threads};
  try {
    return SequenceNetwork::fit(input, options, watch);
  } catch (const Error& error) {
    if (!out_of_time) throw;
    options.epochs = epochs;
    return SequenceNetwork::fit(input, options, {.kept = kept});
  }
}

void run(Arguments arguments) {
  const SequenceNetwork::Options options = options_of(arguments);
  const AmazonBeauty beauty =
      evaluate::read_amazon_beauty(arguments.text("data", evaluate::kAmazonBeauty));
  const std::string save = arguments.text("save", "");
  const bool test = arguments.text("test", "0") == "1";
  Limits limits;
  arguments.read("threads", limits.threads);
  arguments.read("seconds", limits.seconds);
  arguments.expect_none();

  const double began = seconds();
  const SequenceNetwork model = learnt(beauty, options, limits);
  fmt::print("learnt in {:.1f} s, {} weights\n", seconds() - began, model.weights().size());

  models::NextItem::Input before = beauty.sequences_to_ask();
  before.sessions = beauty.train_sequences.view();
  print("validation", model, before, evaluate::leave_last_out(beauty.history).test);
  if (test) print("test", model, beauty.sequences_to_ask(), beauty.test);
  if (save.empty()) return;
  ByteWriter writer;
  model.save(writer);
  const std::string bytes = frame(SequenceNetwork::kId, writer);
  std::ofstream(save, std::ios::binary) << bytes;
  fmt::print("{} bytes in {}\n", bytes.size(), save);
}

}  // namespace
}  // namespace perennial

int main(int count, char** values) {
  try {
    perennial::run(perennial::Arguments(count, values));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
