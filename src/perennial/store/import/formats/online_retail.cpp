#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"

namespace perennial::store::formats {
namespace {

Role lines(std::string invoice, std::string price) {
  return {"lines",
          "online_retail.csv",
          {{"invoice", FieldType::kId, Need::kValue, std::move(invoice)},
           {"stock_code", FieldType::kId, Need::kValue, "StockCode"},
           {"description", FieldType::kText, Need::kColumn, "Description"},
           {"quantity", FieldType::kQuantity, Need::kValue, "Quantity"},
           {"invoice_date", FieldType::kMonthFirst, Need::kValue, "InvoiceDate"},
           {"unit_price", FieldType::kNumber, Need::kValue, std::move(price)},
           {"customer_id", FieldType::kId, Need::kColumn, "Customer ID"},
           {"country", FieldType::kText, Need::kOptional, "Country"}}};
}

}  // namespace

Format online_retail() {
  return {{"online_retail", "UCI Online Retail",
           "one table: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, "
           "CustomerID, Country"},
          {lines("InvoiceNo", "UnitPrice")},
          std::string(formats_sql::kOnlineRetailSql),
          "GBP"};
}

Format online_retail_ii() {
  return {{"online_retail_ii", "UCI Online Retail II",
           "one table, or one for each sheet: Invoice, StockCode, Description, Quantity, "
           "InvoiceDate, Price, Customer ID, Country"},
          {lines("Invoice", "Price")},
          std::string(formats_sql::kOnlineRetailSql),
          "GBP"};
}

}  // namespace perennial::store::formats
