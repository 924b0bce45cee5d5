// A small shop to run the main job on.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/engine/import.h"
#include "perennial/engine/init.h"
#include "perennial/engine/run.h"
#include "perennial/store/shop.h"

namespace perennial::engine {

// A shop of order lines written as CSV, in a folder of its own.
class SmallShop : public testing::Test {
 protected:
  SmallShop()
      : folder_(std::filesystem::temp_directory_path() /
                fmt::format("perennial_run_{}_{}", getpid(),
                            testing::UnitTest::GetInstance()->current_test_info()->name())),
        progress_(make_quiet_progress()),
        context_{.now = *parse_time("2024-12-31"), .threads = {2}, .progress = *progress_} {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Init::run({.shop = shop()}, context_);
  }
  ~SmallShop() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path shop() const { return folder_ / "shop"; }

  void order(std::string_view customer, Day day, std::string_view item, double amount,
             std::string_view currency = "EUR") {
    lines_ += fmt::format("l{0},sale,o{0},{1},{2},{3},1,{4},{4},{5}\n", ++count_, format_day(day),
                          customer, item, amount, currency);
  }

  void import_csv(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name) << text;
    Import::run({.shop = shop(), .files = {folder_ / name}}, context_);
  }

  void import_orders() {
    import_csv("orders.csv",
               "event_id,kind,order_id,time,customer_id,item_id,quantity,unit_price,amount,"
               "currency\n" +
                   lines_);
  }

  // Customers who buy at their own pace and may leave, over a year.
  void order_for_a_year(int customers) {
    const Day start = *parse_day("2024-01-01");
    for (int c = 0; c < customers; ++c) {
      RandomStream random(5, static_cast<std::uint64_t>(c));
      const double pace = random.gamma(1, 20);  // orders a day
      const double leaves = random.exponential(1.0 / 200);
      double at = random.uniform() * 180;
      const double until = std::min(365.0, at + leaves);
      for (; at < until; at += random.exponential(pace)) {
        order(fmt::format("c{:04}", c), start + static_cast<int>(at),
              fmt::format("item{}", random.below(12)),
              std::round(100 * random.gamma(4, 0.1)) / 100 + 0.01);
      }
    }
  }

  Run::Output run(const Run::Input& input = {}) {
    Run::Input with_shop = input;
    with_shop.shop = shop();
    return Run::run(with_shop, context_);
  }

  template <typename T>
  T value(std::string_view sql) {
    store::Shop opened = store::Shop::open(shop(), store::Access::kRead, context_.now);
    store::Connection connection = opened.connect();
    return store::read_value<T>(connection, sql);
  }

  ErrorKind refusal(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.kind();
    }
    throw std::runtime_error("nothing was refused");
  }

  std::filesystem::path folder_;
  std::unique_ptr<Progress> progress_;
  Context context_;
  std::string lines_;
  int count_ = 0;
};

}  // namespace perennial::engine
