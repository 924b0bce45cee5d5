#include "perennial/store/import/delimited.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace perennial::store {
namespace {

using testing::ElementsAre;

// Gives its bytes in pieces of one size, so that every cut is met.
class Drip : public ByteSource {
 public:
  Drip(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t got = bytes_.copy(to, std::min(size, piece_), at_);
    at_ += got;
    return got;
  }
  std::uint64_t consumed() const override { return at_; }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

using Table = std::vector<std::vector<std::string>>;

Table read(std::string bytes, Dialect dialect = {}, std::vector<std::int64_t>* lines = nullptr) {
  Table table;
  DelimitedReader reader(std::make_unique<Drip>(std::move(bytes), 7), dialect);
  while (reader.next_block()) {
    while (reader.next_record()) {
      const Record& record = reader.record();
      if (record.defect) {
        table.push_back({fmt::format("<{}>", name(*record.defect)), std::string(record.raw)});
      } else {
        table.emplace_back(record.fields.begin(), record.fields.end());
      }
      if (lines != nullptr) lines->push_back(record.line);
    }
  }
  return table;
}

TEST(Delimited, ReadsQuotesLineEndsAndEmptyFields) {
  EXPECT_EQ(read("a,b\n1,2\n"), (Table{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read("a,b\r\n1,\r\n"), (Table{{"a", "b"}, {"1", ""}}));
  EXPECT_EQ(read("\"a\"\"b\",\",\n\"\n,\n"), (Table{{"a\"b", ",\n"}, {"", ""}}));
  EXPECT_EQ(read("a\rb,c\n"), (Table{{"a\rb", "c"}}));
  EXPECT_EQ(read("a\r1\r", {.carriage_returns = true}), (Table{{"a"}, {"1"}}));
  EXPECT_EQ(read("5\" nail,1"), (Table{{"5\" nail", "1"}}));
  EXPECT_EQ(read("a"), (Table{{"a"}}));
  EXPECT_EQ(read("\n\r\n"), Table{});
  EXPECT_EQ(read(""), Table{});
}

TEST(Delimited, ReadsRunsOfBlanksAndPlainLines) {
  EXPECT_EQ(read("  1   2\t3 \r\n   \n4 5 6\n", {.layout = Layout::kBlanks}),
            (Table{{"1", "2", "3"}, {"4", "5", "6"}}));
  EXPECT_EQ(read("{\"a\": 1}\r\n\n{\"b\"", {.layout = Layout::kLines}),
            (Table{{"{\"a\": 1}"}, {"{\"b\""}}));
}

TEST(Delimited, NumbersPhysicalLines) {
  std::vector<std::int64_t> lines;
  read("a\n\n\"b\nb\nb\",1\nc\r\nd", {}, &lines);
  EXPECT_THAT(lines, ElementsAre(1, 3, 6, 7));
}

TEST(Delimited, GivesUpOneLineOfABrokenRecord) {
  EXPECT_EQ(read("\"a\"b,1\n2,3\n"), (Table{{"<bad_quote>", "\"a\"b,1"}, {"2", "3"}}));
  EXPECT_EQ(read("1,\"a\n2,3\n"), (Table{{"<unterminated_quote>", "1,\"a"}, {"2", "3"}}));
}

TEST(Delimited, SkipsALineThatIsTooLong) {
  const std::string huge(70 << 20, 'x');
  std::vector<std::int64_t> lines;
  Table table;
  const std::string bytes = "a\n" + huge + "\nb\n";
  DelimitedReader reader(open_memory(bytes), {});
  while (reader.next_block()) {
    while (reader.next_record()) {
      lines.push_back(reader.record().line);
      table.push_back({reader.record().defect ? std::string(name(*reader.record().defect))
                                              : std::string(reader.record().fields[0])});
    }
  }
  EXPECT_EQ(table, (Table{{"a"}, {"record_too_long"}, {"b"}}));
  EXPECT_THAT(lines, ElementsAre(1, 2, 3));
}

RC_GTEST_PROP(Delimited, ReadsBackWhatAWriterQuotes, ()) {
  const auto text =
      rc::gen::container<std::string>(rc::gen::element('a', 'b', '"', ',', '\n', '\r', ' ', '\0'));
  const auto width = *rc::gen::inRange<std::size_t>(2, 5);
  const Table table =
      *rc::gen::container<Table>(rc::gen::container<std::vector<std::string>>(width, text));
  const auto piece = *rc::gen::inRange<std::size_t>(1, 20);
  std::string bytes;
  for (const auto& record : table) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      bytes += i == 0 ? "\"" : ",\"";
      for (const char c : record[i]) bytes += c == '"' ? std::string("\"\"") : std::string(1, c);
      bytes += '"';
    }
    bytes += "\n";
  }
  Table back;
  DelimitedReader reader(std::make_unique<Drip>(bytes, piece), {});
  while (reader.next_block()) {
    while (reader.next_record()) {
      RC_ASSERT(!reader.record().defect);
      back.emplace_back(reader.record().fields.begin(), reader.record().fields.end());
    }
  }
  RC_ASSERT(back == table);
}

RC_GTEST_PROP(Delimited, AccountsForEveryLineOfAnyText, ()) {
  const auto bytes =
      *rc::gen::container<std::string>(rc::gen::element('a', '"', ',', '\n', '\r', ' '));
  DelimitedReader reader(open_memory(bytes), {});
  std::int64_t last = 0;
  std::size_t kept = 0;
  while (reader.next_block()) {
    while (reader.next_record()) {
      RC_ASSERT(reader.record().line > last);
      last = reader.record().line;
      kept += reader.record().raw.size();
    }
  }
  // Nothing but line ends stands outside the records.
  const auto ends = static_cast<std::size_t>(
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; }));
  RC_ASSERT(kept <= bytes.size());
  RC_ASSERT(kept + ends >= bytes.size());
}

}  // namespace
}  // namespace perennial::store
