// Makes a shop, imports the files named on the command line and runs the main job, with the library alone.
#include <perennial/base/error.h>
#include <perennial/base/progress.h>
#include <perennial/engine/import.h>
#include <perennial/engine/init.h>
#include <perennial/engine/run.h>

#include <chrono>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: embed SHOP FILE...\n");
    return 2;
  }
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto progress = perennial::make_quiet_progress();
  perennial::engine::Context context{
      .now = {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()},
      .progress = *progress};
  try {
    perennial::engine::Init::run({.shop = argv[1]}, context);
    perennial::engine::Import::run({.shop = argv[1], .files = {argv + 2, argv + argc}}, context);
    const auto result = perennial::engine::Run::run({.shop = argv[1]}, context);
    std::printf("%lld customers scored\n", static_cast<long long>(result.customers));
    return 0;
  } catch (const perennial::Error& error) {
    std::fprintf(stderr, "embed: %s\n", error.what());
    return perennial::info(error.kind()).exit_status;
  }
}
