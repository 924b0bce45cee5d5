// The `perennial` command: verbs of the engine as subcommands, their fields as flags.
#pragma once

namespace perennial::cli {

// Runs one command line and returns its exit status: 0, or that of the error's kind (base/error.cpp), 70 for a bug.
// Answers go to standard output, progress and errors to standard error. Ctrl-C stops after the current step; a second
// one at once.
int run_command(int argc, char** argv);

}  // namespace perennial::cli
