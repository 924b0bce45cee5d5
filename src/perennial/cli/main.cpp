#include "perennial/cli/command.h"

int main(int argc, char** argv) { return perennial::cli::run_command(argc, argv); }
