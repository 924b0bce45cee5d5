// Templates of database.h: query results into vectors.
#pragma once

#include <limits>

#include "perennial/base/error.h"
#include "perennial/store/database.h"

namespace perennial::store {
namespace detail {

[[noreturn]] void unexpected_null(const Result& result, std::size_t column);

template <typename T, typename Stored>
void read_plain(const Result& result, std::size_t column, std::vector<T>& out) {
  const auto values = result.column<Stored>(column);
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (result.is_null(column, row)) {
      if constexpr (std::is_same_v<T, double>) {
        out.push_back(std::numeric_limits<double>::quiet_NaN());
        continue;
      } else {
        unexpected_null(result, column);
      }
    }
    out.push_back(T{values[row]});
  }
}

template <typename T>
struct Reader {
  static void read(const Result& result, std::size_t column, std::vector<T>& out) {
    read_plain<T, T>(result, column, out);
  }
};
template <>
struct Reader<Time> {
  static void read(const Result& result, std::size_t column, std::vector<Time>& out) {
    read_plain<Time, std::int64_t>(result, column, out);
  }
};
template <>
struct Reader<Day> {
  static void read(const Result& result, std::size_t column, std::vector<Day>& out) {
    read_plain<Day, std::int32_t>(result, column, out);
  }
};
template <>
struct Reader<std::string> {
  static void read(const Result& result, std::size_t column, std::vector<std::string>& out) {
    for (std::size_t row = 0; row < result.rows(); ++row) {
      out.emplace_back(result.is_null(column, row) ? std::string_view() : result.text(column, row));
    }
  }
};
template <typename T>
struct Reader<std::optional<T>> {
  static void read(const Result& result, std::size_t column, std::vector<std::optional<T>>& out) {
    for (std::size_t row = 0; row < result.rows(); ++row) {
      if (result.is_null(column, row)) {
        out.emplace_back();
      } else if constexpr (std::is_same_v<T, std::string>) {
        out.emplace_back(std::string(result.text(column, row)));
      } else if constexpr (std::is_same_v<T, Time>) {
        out.emplace_back(Time{result.column<std::int64_t>(column)[row]});
      } else if constexpr (std::is_same_v<T, Day>) {
        out.emplace_back(Day{result.column<std::int32_t>(column)[row]});
      } else {
        out.emplace_back(result.column<T>(column)[row]);
      }
    }
  }
};

}  // namespace detail

template <typename... Ts>
std::tuple<std::vector<Ts>...> read_columns(Result result) {
  CHECK(result.column_count() == sizeof...(Ts));
  std::tuple<std::vector<Ts>...> columns;
  while (result.next()) {
    std::size_t index = 0;
    std::apply([&](auto&... column) { (read_into(result, index++, column), ...); }, columns);
  }
  return columns;
}

template <typename T>
void read_into(const Result& result, std::size_t column, std::vector<T>& out) {
  detail::Reader<T>::read(result, column, out);
}

template <typename T>
T read_value(Connection& connection, std::string_view sql) {
  auto [values] = read_columns<T>(connection, sql);
  CHECK(values.size() == 1);
  return values[0];
}

}  // namespace perennial::store
