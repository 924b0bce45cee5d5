#include "perennial/models/learn/standardiser.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

double signed_log(double x) { return std::copysign(std::log1p(std::fabs(x)), x); }

struct Moments {
  double mean = 0, deviation = 0, skewness = 0;
};

template <typename Value>
Moments moments(std::size_t rows, Value value) {
  double count = 0, sum = 0, squares = 0, cubes = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = value(i);
    if (std::isnan(x)) continue;
    sum += x;
    ++count;
  }
  Moments found;
  if (count == 0) return found;
  found.mean = sum / count;
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = value(i) - found.mean;
    if (std::isnan(x)) continue;
    squares += x * x;
    cubes += x * x * x;
  }
  const double deviation = std::sqrt(squares / count);
  // Below that the differences are those of rounding.
  constexpr double kLeast = 1e-9;
  if (deviation <= kLeast * std::fabs(found.mean)) return found;
  found.deviation = deviation;
  found.skewness = cubes / count / (deviation * deviation * deviation);
  return found;
}

}  // namespace

Standardiser Standardiser::fit(std::span<const float> values, std::size_t columns,
                               std::span<const std::uint8_t> logarithmic) {
  CHECK(columns >= 1 && values.size() % columns == 0 && logarithmic.size() == columns);
  const std::size_t rows = values.size() / columns;
  Standardiser made;
  for (std::size_t j = 0; j < columns; ++j) {
    const auto plain = [&](std::size_t i) -> double { return values[i * columns + j]; };
    const Moments of_plain = moments(rows, plain);
    const Moments of_log = moments(rows, [&](std::size_t i) { return signed_log(plain(i)); });
    Column column;
    column.logarithm =
        logarithmic[j] != 0 || std::fabs(of_log.skewness) < std::fabs(of_plain.skewness);
    const Moments& chosen = column.logarithm ? of_log : of_plain;
    column.mean = chosen.mean;
    column.deviation = chosen.deviation;
    for (std::size_t i = 0; i < rows && !column.missing; ++i) column.missing = std::isnan(plain(i));
    made.columns_.push_back(column);
  }
  return made;
}

std::size_t Standardiser::width() const {
  return columns_.size() + static_cast<std::size_t>(std::ranges::count_if(
                               columns_, [](const Column& column) { return column.missing; }));
}

void Standardiser::apply(std::span<const float> row, std::vector<float>& out) const {
  CHECK(row.size() == columns_.size());
  constexpr double kMost = 8;
  for (std::size_t j = 0; j < row.size(); ++j) {
    const Column& column = columns_[j];
    if (std::isnan(row[j]) || column.deviation == 0) {
      out.push_back(0);
      continue;
    }
    const double x = column.logarithm ? signed_log(row[j]) : row[j];
    out.push_back(
        static_cast<float>(std::clamp((x - column.mean) / column.deviation, -kMost, kMost)));
  }
  for (std::size_t j = 0; j < row.size(); ++j)
    if (columns_[j].missing) out.push_back(std::isnan(row[j]) ? 1.0F : 0.0F);
}

void Standardiser::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(columns_.size());
  for (const Column& column : columns_) {
    writer.scalar<std::uint8_t>(column.logarithm ? 1 : 0);
    writer.scalar<std::uint8_t>(column.missing ? 1 : 0);
    writer.scalar(column.mean);
    writer.scalar(column.deviation);
  }
}

Standardiser Standardiser::load(ByteReader& reader) {
  Standardiser read;
  for (auto count = reader.scalar<std::uint64_t>(); count > 0; --count) {
    Column column;
    column.logarithm = reader.scalar<std::uint8_t>() != 0;
    column.missing = reader.scalar<std::uint8_t>() != 0;
    column.mean = reader.scalar<double>();
    column.deviation = reader.scalar<double>();
    if (!std::isfinite(column.mean) || !std::isfinite(column.deviation) || column.deviation < 0)
      fail(ErrorKind::kCorrupt, "saved features: a mean is {} and its standard deviation {}",
           column.mean, column.deviation);
    read.columns_.push_back(column);
  }
  return read;
}

}  // namespace perennial::models
