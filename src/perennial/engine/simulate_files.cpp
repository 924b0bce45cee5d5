#include "perennial/engine/simulate_files.h"

#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/text.h"
#include "perennial/engine/simulate_tables.h"
#include "perennial/simulate/item_picture.h"
#include "perennial/simulate/png.h"
#include "perennial/simulate/scenario.h"
#include "perennial/simulate/simulation.h"
#include "perennial/store/database.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kChunksPerPart = 32;

// One table on its way to a file: appended to in memory, then copied out.
class TableFile {
 public:
  TableFile(store::Connection& connection, std::string name, const std::vector<FileColumn>& columns)
      : connection_(connection),
        name_(std::move(name)),
        select_(select_list(columns)),
        appender_(create(connection, name_, columns)) {}

  void append(const std::vector<FileColumn>& columns) {
    data_.clear();
    for (const FileColumn& column : columns) data_.push_back(column.data);
    appender_.append(data_);
    rows_ += static_cast<std::int64_t>(
        std::visit([](const auto& values) { return values.size(); }, data_[0]));
  }

  std::int64_t copy_to(const fs::path& file, FileFormat format) {
    appender_.close();
    if (rows_ > 0) {
      connection_.run(fmt::format(
          "COPY (SELECT {} FROM \"{}\") TO {} ({})", select_, name_, quote_sql(file.string()),
          format == FileFormat::kParquet ? "FORMAT parquet, COMPRESSION zstd"
                                         : "FORMAT csv, HEADER true"));
    }
    return rows_;
  }

 private:
  static std::string select_list(const std::vector<FileColumn>& columns) {
    std::string list;
    for (const FileColumn& column : columns) {
      list += list.empty() ? "" : ", ";
      list += column.name;
      if (column.held != column.type) list += fmt::format("::{} AS {}", column.type, column.name);
    }
    return list;
  }

  static store::Appender create(store::Connection& connection, const std::string& name,
                                const std::vector<FileColumn>& columns) {
    std::string list;
    for (const FileColumn& column : columns)
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", column.name, column.held);
    connection.run(fmt::format("CREATE TABLE \"{}\" ({})", name, list));
    return connection.append_to("main", name);
  }

  store::Connection& connection_;
  std::string name_;
  std::string select_;
  store::Appender appender_;
  std::vector<store::ColumnData> data_;
  std::int64_t rows_ = 0;
};

class ShopWriter {
 public:
  ShopWriter(const simulate::Simulation& simulation, fs::path folder, FileFormat format)
      : simulation_(simulation),
        folder_(std::move(folder)),
        format_(format),
        ledger_(simulation.empty_ledger()) {
    fs::create_directories(folder_ / "truth");
  }

  void write_parts(Threads threads, ProgressTask& task) {
    const std::size_t chunks = simulation_.chunk_count();
    const bool single = chunks <= kChunksPerPart;
    parallel_chunks(chunks, kChunksPerPart, threads, [&](std::size_t begin, std::size_t end) {
      write_part(single ? "" : fmt::format("-{:03}", begin / kChunksPerPart), begin, end, task);
    });
  }

  void write_rest() {
    store::Database database = in_memory();
    store::Connection connection = database.connect();
    const simulate::Statements statements = simulation_.items(ledger_);
    write_one(connection, "items", columns_of(statements.items));
    write_one(connection, "campaigns", columns_of(simulation_.campaigns()));
    write_one(connection, "truth/items", columns_of(simulation_.item_truth(ledger_)));
    write_one(connection, "truth/days", columns_of(simulation_.day_truth()));
    std::ofstream file(folder_ / "truth" / "parameters.json");
    file << parameters(simulation_).dump(2) << '\n';
    file.close();
    if (!file)
      fail(ErrorKind::kIo, "{} cannot be written",
           (folder_ / "truth" / "parameters.json").string());
  }

  void write_pictures(Threads threads, Progress& progress) {
    const auto& items = simulation_.scenario().catalogue.items();
    fs::create_directories(folder_ / "pictures");
    ProgressTask task(progress, "Drawing pictures", items.size());
    constexpr std::size_t kPicturesPerChunk = 16;
    parallel_chunks(items.size(), kPicturesPerChunk, threads,
                    [&](std::size_t begin, std::size_t end) {
                      for (std::size_t i = begin; i < end; ++i) {
                        const auto pixels =
                            simulate::draw_item_picture(items[i], i, simulation_.options().seed);
                        write_file(folder_ / items[i].image_path,
                                   simulate::encode_png(pixels, simulate::kItemPictureSide,
                                                        simulate::kItemPictureSide));
                      }
                      task.advance(end - begin);
                    });
    const auto count = static_cast<std::int64_t>(items.size());
    tables_["pictures"] = SimulateSummary::Table{"pictures", count, count};
  }

  SimulateSummary summary() const {
    SimulateSummary summary;
    for (const auto& [name, table] : tables_) summary.tables.push_back(table);
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) summary.bytes += static_cast<std::int64_t>(entry.file_size());
    }
    return summary;
  }

 private:
  static store::Database in_memory() { return {{}, {.threads = 1}}; }

  fs::path file_of(const std::string& table, const std::string& part) const {
    return folder_ / (table + part + (format_ == FileFormat::kParquet ? ".parquet" : ".csv"));
  }

  void write_part(const std::string& part, std::size_t begin, std::size_t end, ProgressTask& task) {
    store::Database database = in_memory();
    store::Connection connection = database.connect();
    simulate::SalesLedger ledger = simulation_.empty_ledger();
    std::map<std::string, TableFile> files;
    for (std::size_t i = begin; i < end; ++i) {
      const simulate::Chunk chunk = simulation_.chunk(i);
      ledger.add(chunk.order_lines);
      for (const auto& [name, columns] : tables_of(chunk)) {
        const auto file = files.try_emplace(name, connection, name, columns).first;
        file->second.append(columns);
      }
      task.advance(chunk.customer_truth.size());
    }
    for (auto& [name, file] : files) count(name, file.copy_to(file_of(name, part), format_));
    const std::lock_guard lock(mutex_);
    ledger_.add(ledger);
  }

  void write_one(store::Connection& connection, const std::string& name,
                 const std::vector<FileColumn>& columns) {
    TableFile file(connection, name, columns);
    file.append(columns);
    count(name, file.copy_to(file_of(name, ""), format_));
  }

  void count(const std::string& name, std::int64_t rows) {
    if (rows == 0) return;
    const std::lock_guard lock(mutex_);
    SimulateSummary::Table& table = tables_[name];
    table.name = name;
    table.rows += rows;
    ++table.files;
  }

  const simulate::Simulation& simulation_;
  fs::path folder_;
  FileFormat format_;
  std::mutex mutex_;
  simulate::SalesLedger ledger_;
  std::map<std::string, SimulateSummary::Table> tables_;
};

}  // namespace

SimulateSummary write_simulated_shop(const simulate::Options& options, const fs::path& folder,
                                     FileFormat format, Threads threads, Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    fail(ErrorKind::kAlreadyExists, "{} is there already; name a new folder or remove it",
         folder.string());
  }
  const simulate::Simulation simulation(options);
  const fs::path partial = fs::path(folder).concat(".partial");
  fs::remove_all(partial);
  SimulateSummary summary;
  try {
    ShopWriter writer(simulation, partial, format);
    ProgressTask task(progress, "Simulating", static_cast<std::uint64_t>(options.customers));
    writer.write_parts(threads, task);
    writer.write_rest();
    if (options.pictures) writer.write_pictures(threads, progress);
    summary = writer.summary();
  } catch (...) {
    std::error_code ignored;  // what went wrong first counts
    fs::remove_all(partial, ignored);
    throw;
  }
  fs::remove(folder);  // an empty one
  fs::rename(partial, folder);
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace perennial::engine
