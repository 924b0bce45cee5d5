// Runs tests/sql/*.txt: small tables in, rows out. tests/sql/README.md describes the format.
#include <gtest/gtest.h>

#include <sstream>

#include "perennial/journey/cohorts.h"
#include "perennial/journey/rfm.h"
#include "perennial/journey/shop_testing.h"
#include "perennial/journey/stages.h"

namespace perennial::journey {
namespace {

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(PERENNIAL_SOURCE_DIR "/tests/sql")) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A paragraph: "word: argument", then its rows up to the next empty line.
struct Paragraph {
  int line = 0;
  std::string word;
  std::string argument;
  std::vector<std::string> rows;
};

std::vector<Paragraph> read_case(const std::string& name) {
  std::ifstream file(PERENNIAL_SOURCE_DIR "/tests/sql/" + name + ".txt");
  std::vector<Paragraph> out;
  std::string text;
  bool inside = false;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.starts_with('#')) continue;
    if (text.empty()) {
      inside = false;
    } else if (inside) {
      out.back().rows.push_back(text);
    } else {
      const std::size_t colon = text.find(':');
      if (colon == std::string::npos) throw Bug(fmt::format("{}: no word in line {}", name, line));
      out.push_back({line, text.substr(0, colon), std::string(trim(text.substr(colon + 1))), {}});
      inside = true;
    }
  }
  return out;
}

void run(TestShop& shop, const Paragraph& p) {
  const auto progress = make_quiet_progress();
  const auto join = [](const std::vector<std::string>& rows) {
    std::string all;
    for (const std::string& row : rows) all += (all.empty() ? "" : "\n") + row;
    return all;
  };
  if (p.word == "lines") {
    shop.lines(p.rows);
  } else if (p.word == "events") {
    shop.events(p.rows);
  } else if (p.word == "identities") {
    shop.identities(p.rows);
  } else if (p.word == "customers") {
    shop.customers(p.rows);
  } else if (p.word == "items") {
    shop.items(p.rows);
  } else if (p.word == "sql") {
    shop.connection.run(p.argument + "\n" + join(p.rows));
  } else if (p.word == "build") {
    shop.build(p.argument);
  } else if (p.word == "stages") {
    stages(shop.connection, day(p.argument), {}, *progress);
  } else if (p.word == "rfm") {
    rfm(shop.connection, day(p.argument));
  } else if (p.word == "cohorts") {
    cohorts(shop.connection, day(p.argument));
  } else if (p.word == "query") {
    EXPECT_EQ(shop.rows(p.argument), join(p.rows)) << "query in line " << p.line;
  } else {
    throw Bug(fmt::format("line {}: no such word: {}", p.line, p.word));
  }
}

class SqlCase : public testing::TestWithParam<std::string> {};

TEST_P(SqlCase, GivesTheRowsWritten) {
  TestShop shop;
  const std::vector<Paragraph> paragraphs = read_case(GetParam());
  ASSERT_FALSE(paragraphs.empty());
  for (const Paragraph& paragraph : paragraphs) run(shop, paragraph);
}

INSTANTIATE_TEST_SUITE_P(Files, SqlCase, testing::ValuesIn(case_names()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace perennial::journey
