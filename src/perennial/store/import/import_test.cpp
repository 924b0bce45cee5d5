// What holds for every import: reports, rejects, dry runs, and what becomes of broken files.
#include "perennial/store/import/import.h"

#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <set>

#include "perennial/store/import/import_testing.h"
#include "perennial/store/import/reasons.h"

namespace perennial::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kHeader = "order_id,time,customer_id,item_id,quantity,unit_price\n";

std::string lines(std::string_view rest) { return std::string(kHeader) + std::string(rest); }

// The first reject of a report as "reason line field: message".
std::string first_reject(const ImportReport& report) {
  if (report.rejects.empty() || report.rejects[0].examples.empty()) return "no reject";
  const RejectExample& example = report.rejects[0].examples[0];
  return fmt::format("{} {} {}: {}", report.rejects[0].reason, example.line, example.field,
                     example.message);
}

TEST_F(ImportTest, TakesPerennialsOwnOrderLines) {
  const ImportReport report = import({write(
      "lines.csv",
      "event_id,kind,order_id,time,customer_id,item_id,quantity,unit_price,discount,currency\n"
      "e1,sale,O1,2024-01-01T10:00:00Z,c1,i1,3,10.10,0.30,usd\n"
      "e2,return,O1,2024-01-05T10:00:00+08:00,c1,i1,-1,10.10,0.10,usd\n"
      "e3,,O2,2024-01-06,,i1,1,0,,\n")});
  EXPECT_EQ(report.format, "perennial");
  EXPECT_EQ(report.rows_read, 3);
  EXPECT_THAT(rows("SELECT event_id, kind, time, customer_id, quantity, amount, currency FROM "
                   "order_lines ORDER BY event_id"),
              ElementsAre("e1 sale 2024-01-01 10:00:00 c1 3.000 30.000000 USD",
                          "e2 return 2024-01-05 02:00:00 c1 -1.000 -10.000000 USD",
                          "e3 sale 2024-01-06 00:00:00 - 1.000 0.000000 EUR"));
}

TEST_F(ImportTest, TakesEveryFactTable) {
  write("all/events.jsonl",
        R"({"event":"Product Viewed","time":"2024-01-01T00:00:00Z","item_id":"i1","value":1.5})"
        "\n"
        R"({"event":"Page Viewed","time":"2024-01-01T00:00:00Z","properties":{"path":"/"}})");
  write("all/items.csv", "item_id,time,name,price,hidden\ni1,,Mug,4.50,false\n");
  write("all/customers.csv",
        "customer_id,time,email,birthday,marketing_opt_in\nc1,2024-01-01,"
        "ann@example.org,1990-02-28,yes\n");
  write("all/identities.csv", "anonymous_id,customer_id,time\na1,c1,2024-01-01\n");
  write("all/campaigns.csv",
        "campaign_id,time,discount_rate,starts_at\nk1,2024-01-01,0.1,"
        "2024-01-02\n");
  write("all/exposures.csv",
        "campaign_id,time,customer_id,treated,propensity\nk1,2024-01-03,c1,"
        "0,0.25\n");
  write("all/lines.csv", lines("O1,2024-01-01,c1,i1,1,2\n"));
  EXPECT_EQ(
      facts(import({folder_ / "all"})),
      "customers 1/0, identities 1/0, items 1/0, campaigns 1/0, exposures 1/0, order_lines 1/0, "
      "events 2/0");
  EXPECT_EQ(row("SELECT time, name, price, hidden FROM items"),
            "2023-11-14 22:13:20 Mug 4.500000 false");
  EXPECT_EQ(row("SELECT birthday, marketing_opt_in FROM customers"), "1990-02-28 true");
  EXPECT_EQ(row("SELECT treated, propensity FROM exposures"), "false 0.25");
  EXPECT_EQ(row("SELECT properties FROM events WHERE event = 'Page Viewed'"), R"({"path":"/"})");
  EXPECT_EQ(row("SELECT kind FROM identities"), "identify");
}

TEST_F(ImportTest, CountsIdenticalLinesAndKnowsThemAgain) {
  const std::string same = "O1,2024-01-01,c1,i1,1,2\n";
  const auto file = write("lines.csv", lines(same + same + "O2,2024-01-01,c1,i1,1,2\n"));
  EXPECT_EQ(facts(import({file})), "order_lines 3/0");
  EXPECT_EQ(facts(import({file})), "order_lines 0/3");
  // A longer file that begins with the same rows brings only what is new.
  EXPECT_EQ(facts(import({write("more.csv", lines(same + same + same))})), "order_lines 1/2");
}

TEST_F(ImportTest, RejectsBrokenRowsByLineAndField) {
  const ImportReport report = import({write("lines.csv", lines("O1,2024-01-01,c1,i1,one,2\n"
                                                               "O1,2024-02-30,c1,i1,1,2\n"
                                                               "O1,,c1,i1,1,2\n"
                                                               ",2024-01-01,c1,i1,1,2\n"
                                                               "O1,2024-01-01,c1,i1,-1,2\n"
                                                               "O1,2024-01-01,c1,i1,0,2\n"
                                                               "O1,2024-01-01,c1,i1,1,-2\n"
                                                               "O1,2024-01-01,c1,i1,1\n"
                                                               "O1,2024-01-01,c1,i1,1,2,3\n"
                                                               "O1,2024-01-01,c1,i1,1,2,,\n"
                                                               "O1,2024-01-01,c1,i1,1e13,2\n"
                                                               "O1,2024-01-01,c1,i1,999999999,"
                                                               "999999999\n"))});
  EXPECT_EQ(facts(report), "order_lines 1/0");
  EXPECT_THAT(
      rows("SELECT line, field, reason, message FROM rejects ORDER BY line"),
      ElementsAre("2 quantity bad_number quantity is \"one\"",
                  "3 time bad_time time is \"2024-02-30\"", "4 time missing_value time is empty",
                  "5 order_id missing_value order_id is empty",
                  "6 quantity wrong_sign quantity is -1.000 in a line of kind sale",
                  "7 quantity wrong_sign quantity is 0.000 in a line of kind sale",
                  "8 unit_price out_of_range unit_price is -2.000000, discount is 0.000000; "
                  "neither may be negative, nor the amount reach 10^12",
                  "9  wrong_field_count 5 fields where 6 are expected",
                  "10  wrong_field_count 7 fields where 6 are expected",
                  "12 quantity out_of_range quantity is \"1e13\"",
                  "13 unit_price out_of_range unit_price is 999999999.000000, discount is "
                  "0.000000; neither may be negative, nor the amount reach 10^12"));
  EXPECT_EQ(row("SELECT raw FROM rejects WHERE line = 2"), "O1,2024-01-01,c1,i1,one,2");
  EXPECT_EQ(rejects(report),
            "out_of_range 3, missing_value 2, wrong_field_count 2, wrong_sign 2, bad_number 1, "
            "bad_time 1");
}

TEST_F(ImportTest, StoresNothingInADryRunAndReportsTheSame) {
  const auto file = write("lines.csv", lines("O1,2024-01-01,c1,i1,1,2\nO1,2024-01-01,c1,i2,x,2\n"));
  const ImportRequest dry{.inputs = {file}, .dry_run = true, .now = kImportTestNow};
  const ImportReport planned = import(dry);
  EXPECT_TRUE(planned.dry_run);
  EXPECT_EQ(row("SELECT (SELECT count(*) FROM order_lines) + (SELECT count(*) FROM rejects) + "
                "(SELECT count(*) FROM imports)"),
            "0");
  const ImportReport done = import({file});
  EXPECT_EQ(facts(planned), facts(done));
  EXPECT_EQ(first_reject(planned), first_reject(done));
  EXPECT_EQ(first_reject(done), "bad_number 3 quantity: quantity is \"x\"");
  EXPECT_EQ(facts(import(dry)), "order_lines 0/1");
}

TEST_F(ImportTest, ReadsGzipZstdAndParquetAlike) {
  const std::string text = lines("O1,2024-01-01 10:30:00,c1,i1,2,2.50\n");
  const auto plain = write("lines.csv", text);
  EXPECT_EQ(facts(import({plain})), "order_lines 1/0");

  std::string packed(compressBound(text.size()) + 32, '\0');
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  // The name does not matter, the content does.
  EXPECT_EQ(facts(import({write("gzip.csv", packed)})), "order_lines 0/1");
  EXPECT_THAT(refusal({write("cut.csv", packed.substr(0, packed.size() / 2))}),
              HasSubstr("cut or damaged inside its gzip compression"));

  std::string zstd(ZSTD_compressBound(text.size()), '\0');
  zstd.resize(ZSTD_compress(zstd.data(), zstd.size(), text.data(), text.size(), 3));
  EXPECT_EQ(facts(import({write("zstd.csv", zstd)})), "order_lines 0/1");

  Connection connection = shop_->connect();
  const auto parquet = (folder_ / "lines.pq").string();
  connection.run(
      fmt::format("COPY (SELECT 'O1' AS order_id, TIMESTAMP '2024-01-01 10:30:00' AS "
                  "time, 'c1' AS customer_id, 'i1' AS item_id, 2.0::DOUBLE AS quantity, "
                  "2.5::FLOAT AS unit_price) TO '{}' (FORMAT parquet)",
                  parquet));
  EXPECT_EQ(facts(import({parquet})), "order_lines 0/1");
}

TEST_F(ImportTest, ReadsParquetOfAnyTypesAndRejectsItsRows) {
  Connection connection = shop_->connect();
  const auto typed = (folder_ / "typed.parquet").string();
  connection.run(fmt::format(
      "COPY (FROM (VALUES ('O1', TIMESTAMPTZ '2024-01-01 10:00:00+02', 17850.0::DOUBLE, 1, 2.5), "
      "('O2', NULL, 1, 1, 2.5), ('O3', TIMESTAMPTZ '2024-01-01 10:00:00+02', 'nan'::DOUBLE, NULL, "
      "2.5), ('O4', TIMESTAMPTZ '2024-01-01 10:00:00+02', 1, 4000000000, 2.5)) AS t(order_id, "
      "time, item_id, quantity, unit_price)) TO '{}' (FORMAT parquet)",
      typed));
  const ImportReport report = import({typed});
  EXPECT_EQ(row("SELECT order_id, time, quantity FROM order_lines"),
            "O1 2024-01-01 08:00:00 1.000");
  EXPECT_THAT(
      rows("SELECT line, field, reason FROM rejects ORDER BY line"),
      ElementsAre("2 time missing_value", "3 quantity missing_value", "4 quantity bad_number"));

  const auto texts = (folder_ / "texts.parquet").string();
  connection.run(fmt::format(
      "COPY (FROM (VALUES ('T1', '2024-01-01', 'i1', '1', '2.50'), ('T2', 'soon', 'i1', '1', "
      "'2.50')) AS t(order_id, time, item_id, quantity, unit_price)) TO '{}' (FORMAT parquet)",
      texts));
  EXPECT_EQ(first_reject(import({texts})), "bad_time 2 time: time is \"soon\"");
  EXPECT_EQ(row("SELECT amount FROM order_lines WHERE order_id = 'T1'"), "2.500000");
}

TEST_F(ImportTest, ReadsUtf16AndMixedEncodings) {
  std::string utf16 = "\xFF\xFE";
  for (const char c : lines("O1,2024-01-01,c1,i1,1,2\n")) {
    utf16 += c;
    utf16 += '\0';
  }
  EXPECT_EQ(facts(import({write("utf16.csv", utf16)})), "order_lines 1/0");
  const ImportReport report =
      import({write("mixed.csv", lines("O2,2024-01-01,M\xFCller,M\xC3\xBCsli,1,2\n"))});
  EXPECT_EQ(row("SELECT customer_id, item_id FROM order_lines WHERE order_id = 'O2'"),
            "Müller Müsli");
  EXPECT_TRUE(has_note(report, "1 values were not UTF-8 and were read as Windows-1252"));
}

TEST_F(ImportTest, HasAClearOutcomeForNulBytesAndHugeFields) {
  using namespace std::string_literals;
  EXPECT_EQ(first_reject(import({write("nul.csv", lines("O1,2024-01-01,c\0001,i1,1,2\n"s))})),
            "nul_byte 2 customer_id: customer_id holds a NUL byte");
  const std::string longest(1 << 20, 'x');
  EXPECT_EQ(facts(import({write("big.csv", lines("O1,2024-01-01,c1," + longest + ",1,2\n"))})),
            "order_lines 1/0");
  EXPECT_EQ(first_reject(import(
                {write("bigger.csv", lines("O1,2024-01-01,c1,\"" + longest + "y\",1,2\n"))})),
            "field_too_long 2 item_id: item_id has 1,048,577 bytes, at most 1 MiB is taken");
}

TEST_F(ImportTest, GoesOnAfterBrokenQuotes) {
  const ImportReport report = import({write("quotes.csv", lines("O1,2024-01-01,c1,\"i\"1,1,2\n"
                                                                "O2,2024-01-01,c1,\"a\nb\",1,2\n"
                                                                "O3,2024-01-01,c1,i1,1,2\n"
                                                                "O4,2024-01-01,c1,\"i1,1,2\n"
                                                                "O5,2024-01-01,c1,i1,1,2\n"))});
  EXPECT_THAT(rows("SELECT order_id FROM order_lines ORDER BY ALL"), ElementsAre("O2", "O3", "O5"));
  EXPECT_THAT(rows("SELECT line, reason FROM rejects ORDER BY ALL"),
              ElementsAre("2 bad_quote", "6 unterminated_quote"));
}

TEST_F(ImportTest, RefusesFilesThatMakeNoSense) {
  EXPECT_EQ(refusal({write("empty.csv", "")}), "empty.csv is empty; name a file with rows in it");
  EXPECT_EQ(refusal({write("blank.csv", "\n  \n")}),
            "blank.csv is empty; name a file with rows in it");
  EXPECT_THAT(refusal({folder_ / "nowhere.csv"}), HasSubstr("is not there; check the path"));
  EXPECT_EQ(refusal({write("other.csv", "a,b\n1,2\n")}),
            "other.csv is of no known format (its columns: a, b); name one with --format or "
            "describe it with --map");
  EXPECT_EQ(refusal({write("twice.csv",
                           "order_id,time,Item_ID,item id,quantity,unit_price\n"
                           "O1,2024-01-01,i1,i1,1,2\n")}),
            "twice.csv: the header has the column item_id 2 times; keep or rename one");
  EXPECT_THAT(refusal({write("array.json", "[{\"a\": 1}]")}), HasSubstr("one object per line"));
  EXPECT_THAT(refusal({write("binary.bin", std::string(100, '\0') + "a,b")}),
              HasSubstr("is not text"));
  EXPECT_EQ(refusal({}), "import: no files were named; name some");
}

TEST_F(ImportTest, TakesAHeaderWithoutRows) {
  const ImportReport report = import({write("lines.csv", kHeader)});
  EXPECT_EQ(facts(report), "");
  EXPECT_TRUE(has_note(report, "lines.csv: a header and no rows"));
}

TEST_F(ImportTest, PassesOverFilesOfAFolderThatAreSomethingElse) {
  write("set/lines.csv", lines("O1,2024-01-01,c1,i1,1,2\n"));
  write("set/README.md", "# About\nthese data\n");
  write("set/nothing.csv", "");
  const ImportReport report = import({folder_ / "set"});
  EXPECT_EQ(facts(report), "order_lines 1/0");
  EXPECT_TRUE(has_note(report, "README.md: not a file of"));
  EXPECT_TRUE(has_note(report, "passed over: nothing.csv is empty"));
}

TEST_F(ImportTest, SaysWhatAForcedFormatLacks) {
  const auto file = write("lines.csv", lines("O1,2024-01-01,c1,i1,1,2\n"));
  const auto progress = make_quiet_progress();
  const ImportRequest request{.inputs = {file}, .format = "rees46", .now = kImportTestNow};
  try {
    import_files(*shop_, request, *progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("it lacks event_time, event_type"));
  }
  EXPECT_THROW(import(ImportRequest{.inputs = {file}, .format = "excel", .now = kImportTestNow}),
               Error);
}

TEST_F(ImportTest, KeepsRawRowsOfSlicesApart) {
  // Several slices of one file, and the dry run that must see across them.
  std::string text = "event_id,event,time\n";
  for (int i = 0; i < 3; ++i) text += fmt::format("e{},Page Viewed,2024-01-01\n", i % 2);
  const auto file = write("events.csv", text);
  EXPECT_EQ(facts(import(ImportRequest{.inputs = {file}, .dry_run = true, .now = kImportTestNow})),
            "events 2/1");
  EXPECT_EQ(facts(import({file})), "events 2/1");
}

TEST_F(ImportTest, FollowsAMapping) {
  const ImportRequest request{.inputs = {fixture("mapping/orders.csv")},
                              .mapping = fixture("mapping/mapping.toml"),
                              .now = kImportTestNow};
  const ImportReport report = import(request);
  EXPECT_EQ(report.format, "laden");
  EXPECT_THAT(rows("SELECT order_id, time, customer_id, item_id, quantity, unit_price, discount, "
                   "amount, currency, channel, source FROM order_lines ORDER BY ALL"),
              ElementsAre("A-1 2023-12-31 18:05:00 K1 Tasse 2.000 1234.500000 0.500000 "
                          "2468.500000 EUR shop laden",
                          "A-2 2024-02-01 00:00:00 - Teller 1.500 10.000000 - 15.000000 EUR shop "
                          "laden"));
  EXPECT_EQ(first_reject(report), "bad_time 4 time: time is \"31.02.2024\"");
  EXPECT_EQ(facts(import(request)), "order_lines 0/2");
}

TEST_F(ImportTest, NamesTheLineOfAMappingThatMakesNoSense) {
  const auto input = write("a.csv", "x,y\n1,2\n");
  const auto refused = [&](std::string_view toml) -> std::string {
    try {
      import(ImportRequest{
          .inputs = {input}, .mapping = write("m.toml", toml), .now = kImportTestNow});
    } catch (const Error& error) {
      const std::string what = error.what();
      const std::size_t at = what.find("m.toml");
      return at == std::string::npos ? what : what.substr(at);
    }
    return "nothing was refused";
  };
  EXPECT_THAT(refused("name = "), HasSubstr("m.toml line 1: "));
  EXPECT_EQ(refused("name = \"x\"\n"),
            "m.toml line 1: there is no [[file]]; docs/formats/mapping.md shows one");
  EXPECT_THAT(refused("[[file]]\ntable = \"orders\"\n"), HasSubstr("line 1: table must be events"));
  EXPECT_THAT(refused("[[file]]\ntable = \"items\"\n[file.columns]\nitem_id = \"x\"\nprize = "
                      "\"y\"\n"),
              HasSubstr("line 5: items has no column \"prize\""));
  EXPECT_THAT(refused("[[file]]\ntable = \"items\"\n[file.columns]\nname = \"y\"\n"),
              HasSubstr("items needs the column item_id"));
  EXPECT_THAT(refused("[[file]]\ntable = \"items\"\n[file.columns]\nitem_id = \"z\"\n"),
              HasSubstr("asks for the column \"z\", which stands not in it"));
  EXPECT_THAT(refused("[[file]]\ntable = \"items\"\n[file.columns]\nitem_id = \"x\"\nprice = { "
                      "constant = \"cheap\" }\n"),
              HasSubstr("line 5: \"cheap\" cannot be the price"));
  EXPECT_THAT(refused("[[file]]\nmatch = \"b*\"\ntable = \"items\"\n[file.columns]\nitem_id = "
                      "\"x\"\n"),
              HasSubstr("no [[file]] of the mapping matches this name"));
}

TEST(RejectReasons, StandInTheOrderOfTheirNames) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRejectReasons.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kRejectReasons[i].reason), i);
    names.insert(kRejectReasons[i].name);
    EXPECT_TRUE(is_reject_reason(kRejectReasons[i].name));
  }
  EXPECT_EQ(names.size(), kRejectReasons.size());
  EXPECT_FALSE(is_reject_reason("odd"));
}

}  // namespace
}  // namespace perennial::store
