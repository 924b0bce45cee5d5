#include "perennial/cli/verbs.h"

#include "perennial/cli/print.h"

namespace perennial::cli {
namespace {

template <typename Verb>
void add(CLI::App& app, const CommonFlags& common, Action& action) {
  add_verb<Verb>(app, common, action, [](const typename Verb::Output& output) { print(output); });
}

}  // namespace

void add_verbs(CLI::App& app, const CommonFlags& common, Action& action) {
  add<engine::Init>(app, common, action);
  add<engine::Import>(app, common, action);
  add<engine::Run>(app, common, action);
  add<engine::Report>(app, common, action);
  add<engine::Customer>(app, common, action);
  add<engine::Export>(app, common, action);
  add<engine::Evaluate>(app, common, action);
  add<engine::EvaluateValue>(app, common, action);
  add<engine::EvaluateRecommend>(app, common, action);
  add<engine::Equity>(app, common, action);
  add<engine::Simulate>(app, common, action);
}

}  // namespace perennial::cli
