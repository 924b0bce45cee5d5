// Every verb of the engine as a subcommand, in the order of the job.
#pragma once

#include "perennial/cli/verb.h"

namespace perennial::cli {

void add_verbs(CLI::App& app, const CommonFlags& common, Action& action);

}  // namespace perennial::cli
