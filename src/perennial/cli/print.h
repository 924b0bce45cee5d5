// What each verb's answer looks like in a terminal.
#pragma once

#include "perennial/cli/verb.h"

namespace perennial::cli {

// Adds every verb of the engine, in the order of the job.
void add_verbs(CLI::App& app, const CommonFlags& common, Action& action);

}  // namespace perennial::cli
