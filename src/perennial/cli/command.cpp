#include "perennial/cli/command.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "perennial/cli/verb.h"
#include "perennial/cli/verbs.h"
#include "perennial/engine/version.h"

namespace perennial::cli {
namespace {

constexpr int kBugStatus = 70;
constexpr int kUsageStatus = 2;

// The progress of the running verb, for the signal handler alone.
std::atomic<Progress*> interruptible{nullptr};

void on_interrupt(int signal) {
  if (Progress* progress = interruptible.exchange(nullptr)) {
    progress->stop();
  } else {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

Time now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

int report_error(const CommonFlags& common, std::string_view kind, std::string_view message,
                 int status) {
  if (common.json) {
    print_json({{"error", {{"kind", kind}, {"message", message}}}});
  } else {
    fmt::print(stderr, "perennial: {}\n", message);
  }
  return status;
}

void add_common_flags(CLI::App& app, CommonFlags& common) {
  app.add_flag("-q,--quiet", common.quiet, "no progress");
  app.add_flag("--json", common.json, "the answer, or the error, as JSON on standard output");
  app.add_option("--threads", common.threads, "threads to use [one per core]")
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  app.add_option("--seed", common.seed, "seed of every random draw [1]")->type_name("N");
  app.add_option("--memory", common.memory,
                 "memory of the database, e.g. 2GB [80 % of the machine's]")
      ->type_name("SIZE");
}

int run_action(const Action& action, const CommonFlags& common) {
  const auto progress = common.quiet ? make_quiet_progress() : make_stream_progress(stderr);
  engine::Context context{.now = now(),
                          .seed = common.seed,
                          .threads = {common.threads},
                          .memory_limit = common.memory,
                          .progress = *progress};
  interruptible.store(progress.get());
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  try {
    action(context);
    interruptible.store(nullptr);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      fail(ErrorKind::kIo, "the answer cannot be written");
    return 0;
  } catch (...) {
    interruptible.store(nullptr);
    throw;
  }
}

}  // namespace

int run_command(int argc, char** argv) {
  CommonFlags common;
  Action action;
  CLI::App app{"Perennial: what each customer is worth, wants next, and what to do now."};
  app.name("perennial");
  app.set_version_flag("--version", std::string(engine::kVersion));
  app.require_subcommand(1);
  app.fallthrough();  // `perennial run shop --json` as well as `perennial --json run shop`
  add_common_flags(app, common);
  add_verbs(app, common, action);
  app.footer("`perennial VERB --help` explains a verb. A first look: init, import, run, report.");

  try {
    app.parse(argc, argv);
    return run_action(action, common);
  } catch (const CLI::ParseError& error) {
    // What was wrong may stand before --json, which is then not parsed.
    common.json = common.json || std::any_of(argv, argv + argc, [](std::string_view argument) {
                    return argument == "--json";
                  });
    if (common.json && error.get_exit_code() != 0) {
      return report_error(common, info(ErrorKind::kInvalidArgument).name, error.what(),
                          kUsageStatus);
    }
    const int status = app.exit(error);
    return status == 0 ? 0 : kUsageStatus;
  } catch (const Error& error) {
    return report_error(common, info(error.kind()).name, error.what(),
                        info(error.kind()).exit_status);
  } catch (const std::filesystem::filesystem_error& error) {
    return report_error(common, info(ErrorKind::kIo).name,
                        fmt::format("{}: {}", error.path1().string(), error.code().message()),
                        info(ErrorKind::kIo).exit_status);
  } catch (const std::exception& error) {
    return report_error(common, "bug",
                        fmt::format("a bug in Perennial, please report it: {}", error.what()),
                        kBugStatus);
  }
}

}  // namespace perennial::cli
