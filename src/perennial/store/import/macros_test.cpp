// The SQL readers of Parquet columns against the readers of text: one file in two formats is one set of facts.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "perennial/store/database.h"
#include "perennial/store/import/field.h"

namespace perennial::store {
namespace {

class Macros : public testing::Test {
 protected:
  Macros() {
    std::ifstream file(PERENNIAL_SOURCE_DIR "/src/perennial/store/import/formats/macros.sql");
    connection_.run(std::string(std::istreambuf_iterator<char>(file), {}));
  }

  std::optional<std::string> text(std::string_view macro, std::string_view value) {
    Result result =
        connection_.prepare(fmt::format("SELECT {}($1::VARCHAR)", macro)).bind(value).query();
    if (!result.next() || result.is_null(0, 0)) return std::nullopt;
    return std::string(result.text(0, 0));
  }
  static std::optional<std::string> read(FieldType type, std::string_view value) {
    std::string kept;
    const FieldResult field = read_field(type, value, kept);
    const auto* text = std::get_if<std::string_view>(&field.value);
    return text == nullptr ? std::nullopt : std::optional(std::string(*text));
  }
  std::optional<std::string> amount(std::string_view quantity, std::string_view price) {
    Result result = connection_.query(fmt::format(
        "SELECT amount_of({}::DECIMAL(12, 3), {}::DECIMAL(18, 6))::VARCHAR", quantity, price));
    if (!result.next() || result.is_null(0, 0)) return std::nullopt;
    return std::string(result.text(0, 0));
  }

  Database database_{{}, {}};
  Connection connection_ = database_.connect();
};

TEST_F(Macros, ReadIdsAndTextsAsTheTextReadersDo) {
  for (const std::string_view value : {"",
                                       " ",
                                       "a",
                                       " a",
                                       "a ",
                                       "\ta\r\n",
                                       "a b",
                                       "17850",
                                       "17850.0",
                                       "17850.",
                                       "17850.00",
                                       " 17850.0 ",
                                       "1.5",
                                       "1.5.0",
                                       "1e3.0",
                                       "+5.0",
                                       "-5.0",
                                       ".0",
                                       "0.0",
                                       "007.0",
                                       "abc.0",
                                       "1.01",
                                       "99999999999999999999.0",
                                       "85123A",
                                       "\xC3\xA9 ",
                                       "\xC2\xA0x"}) {
    EXPECT_EQ(text("id_of", value), read(FieldType::kId, value)) << '"' << value << '"';
    EXPECT_EQ(text("text_of", value), read(FieldType::kText, value)) << '"' << value << '"';
  }
}

TEST_F(Macros, AmountsAreExactAndNullWhereTheyCannotBeStored) {
  EXPECT_EQ(amount("3", "0.333333"), "0.999999");
  EXPECT_EQ(amount("-2", "19.99"), "-39.980000");
  EXPECT_EQ(amount("0", "5"), "0.000000");
  EXPECT_EQ(amount("0.001", "0.000499"), "0.000000");
  EXPECT_EQ(amount("1.5", "0.000001"), "0.000002");
  EXPECT_EQ(amount("999999999", "999.999999"), "999999998000.000001");
  EXPECT_EQ(amount("1000000", "1000000"), std::nullopt);  // 10^12
  EXPECT_EQ(amount("-999999999", "999999999999"), std::nullopt);
  EXPECT_EQ(amount("1.5", "999999999999"), std::nullopt);
  EXPECT_EQ(amount("NULL", "1"), std::nullopt);
}

}  // namespace
}  // namespace perennial::store
