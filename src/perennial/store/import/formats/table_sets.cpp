// The formats of several tables that belong together: Olist, Instacart, H&M, Dunnhumby.
#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"

namespace perennial::store::formats {
namespace {

constexpr auto kText = FieldType::kText;
constexpr auto kId = FieldType::kId;
constexpr auto kInteger = FieldType::kInteger;
constexpr auto kNumber = FieldType::kNumber;
constexpr auto kTime = FieldType::kTime;

Role unused(std::string name, std::string files, std::initializer_list<std::string_view> columns) {
  Role role{std::move(name), std::move(files), {}};
  for (const std::string_view column : columns)
    role.fields.push_back({std::string(column), kText, Need::kColumn});
  role.unused = true;
  return role;
}

}  // namespace

Format olist() {
  Format format{{"olist", "Olist",
                 "olist_orders_dataset.csv, olist_order_items_dataset.csv, "
                 "olist_customers_dataset.csv and the other olist_*.csv"},
                {{"orders",
                  "olist_orders_dataset.csv",
                  {{"order_id", kText, Need::kValue},
                   {"customer_id", kText, Need::kValue},
                   {"order_status", kText, Need::kColumn},
                   {"purchased_at", kTime, Need::kValue, "order_purchase_timestamp"}},
                  {"customers"}},
                 {"order_items",
                  "olist_order_items_dataset.csv",
                  {{"order_id", kText, Need::kValue},
                   {"order_item_id", kId, Need::kValue},
                   {"product_id", kText, Need::kValue},
                   {"seller_id", kText, Need::kColumn},
                   {"price", kNumber, Need::kValue},
                   {"freight_value", kNumber, Need::kColumn}},
                  {"orders", "customers"}},
                 {"customers",
                  "olist_customers_dataset.csv",
                  {{"customer_id", kText, Need::kValue},
                   {"customer_unique_id", kText, Need::kValue},
                   {"zip", kText, Need::kColumn, "customer_zip_code_prefix"},
                   {"city", kText, Need::kColumn, "customer_city"},
                   {"state", kText, Need::kColumn, "customer_state"}},
                  {"orders"}},
                 {"payments",
                  "olist_order_payments_dataset.csv",
                  {{"order_id", kText, Need::kValue},
                   {"sequential", kId, Need::kValue, "payment_sequential"},
                   {"payment_type", kText, Need::kColumn},
                   {"installments", kInteger, Need::kColumn, "payment_installments"},
                   {"payment_value", kNumber, Need::kColumn}},
                  {"orders"}},
                 {"reviews",
                  "olist_order_reviews_dataset.csv",
                  {{"review_id", kText, Need::kValue},
                   {"order_id", kText, Need::kValue},
                   {"score", kId, Need::kColumn, "review_score"},
                   {"title", kText, Need::kColumn, "review_comment_title"},
                   {"message", kText, Need::kColumn, "review_comment_message"},
                   {"created_at", kTime, Need::kValue, "review_creation_date"},
                   {"answered_at", kTime, Need::kColumn, "review_answer_timestamp"}},
                  {"orders"}},
                 {"products",
                  "olist_products_dataset.csv",
                  {{"product_id", kText, Need::kValue},
                   {"category", kText, Need::kColumn, "product_category_name"},
                   // Spelled so by the publisher.
                   {"name_length", kInteger, Need::kOptional, "product_name_lenght"},
                   {"description_length", kInteger, Need::kOptional, "product_description_lenght"},
                   {"photos", kInteger, Need::kOptional, "product_photos_qty"},
                   {"weight_g", kInteger, Need::kOptional, "product_weight_g"},
                   {"length_cm", kInteger, Need::kOptional, "product_length_cm"},
                   {"height_cm", kInteger, Need::kOptional, "product_height_cm"},
                   {"width_cm", kInteger, Need::kOptional, "product_width_cm"}}},
                 {"translations",
                  "product_category_name_translation.csv",
                  {{"category", kText, Need::kValue, "product_category_name"},
                   {"english", kText, Need::kValue, "product_category_name_english"}}},
                 unused("sellers", "olist_sellers_dataset.csv",
                        {"seller_id", "seller_zip_code_prefix", "seller_city", "seller_state"}),
                 unused("geolocation", "olist_geolocation_dataset.csv",
                        {"geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng"})},
                std::string(formats_sql::kOlistSql),
                "BRL"};
  format.notes = {"customer_id is per order; customer_unique_id was taken as the customer"};
  return format;
}

Format instacart() {
  Format format{
      {"instacart", "Instacart",
       "orders.csv, order_products__prior.csv, order_products__train.csv, products.csv, "
       "aisles.csv, departments.csv"},
      {{"orders",
        "orders.csv",
        {{"order_id", kId, Need::kValue},
         {"customer_id", kId, Need::kValue, "user_id"},
         {"eval_set", kText, Need::kColumn},
         {"order_number", kInteger, Need::kValue},
         {"dow", kInteger, Need::kValue, "order_dow"},
         {"hour", kInteger, Need::kValue, "order_hour_of_day"},
         {"gap", kInteger, Need::kColumn, "days_since_prior_order"}}},
       {"order_products",
        "order_products__prior.csv",
        {{"order_id", kId, Need::kValue},
         {"item_id", kId, Need::kValue, "product_id"},
         {"position", kId, Need::kValue, "add_to_cart_order"},
         {"reordered", kId, Need::kColumn}},
        {"orders"}},
       {"products",
        "products.csv",
        {{"item_id", kId, Need::kValue, "product_id"},
         {"name", kText, Need::kColumn, "product_name"},
         {"aisle_id", kId, Need::kColumn},
         {"department_id", kId, Need::kColumn}}},
       {"aisles", "aisles.csv", {{"aisle_id", kId, Need::kValue}, {"aisle", kText, Need::kColumn}}},
       {"departments",
        "departments.csv",
        {{"department_id", kId, Need::kValue}, {"department", kText, Need::kColumn}}}},
      std::string(formats_sql::kInstacartSql)};
  format.notes = {
      "there are no dates: each customer's first order falls in the week of Sunday 2016-01-03, "
      "later ones follow the gaps in days (which the publisher caps at 30)",
      "there are no prices: order lines cost 0"};
  return format;
}

Format h_and_m() {
  std::vector<Field> articles{{"article_id", kId, Need::kValue},
                              {"product_code", kId, Need::kColumn},
                              {"prod_name", kText, Need::kColumn}};
  for (const std::string_view name :
       {"product_type_name", "product_group_name", "graphical_appearance_name", "colour_group_name",
        "perceived_colour_value_name", "perceived_colour_master_name", "department_name",
        "index_name", "index_group_name", "section_name", "garment_group_name", "detail_desc"}) {
    articles.push_back({std::string(name)});
  }
  Format format{{"h_and_m", "H&M personalised fashion",
                 "transactions_train.csv, articles.csv, customers.csv"},
                {{"transactions",
                  "transactions_train.csv",
                  {{"time", kTime, Need::kValue, "t_dat"},
                   {"customer_id", kText, Need::kValue},
                   {"article_id", kId, Need::kValue},
                   {"price", kNumber, Need::kValue},
                   {"channel", kInteger, Need::kColumn, "sales_channel_id"}}},
                 {"articles", "articles.csv", articles},
                 {"customers",
                  "customers.csv",
                  {{"customer_id", kText, Need::kValue},
                   {"fn", kId, Need::kColumn, "FN"},
                   {"active", kId, Need::kColumn, "Active"},
                   {"club", kText, Need::kColumn, "club_member_status"},
                   {"news", kText, Need::kColumn, "fashion_news_frequency"},
                   {"age", kId, Need::kColumn},
                   {"postal_code", kText, Need::kColumn}}}},
                std::string(formats_sql::kHAndMSql)};
  format.notes = {"prices are scaled by the publisher: sums are relative, not money",
                  "what a customer bought in one channel on one day is one order; rows that come n "
                  "times are a quantity of n"};
  return format;
}

Format dunnhumby() {
  Format format{
      {"dunnhumby", "Dunnhumby The Complete Journey",
       "transaction_data.csv, product.csv, hh_demographic.csv, campaign_desc.csv, "
       "campaign_table.csv, coupon.csv, coupon_redempt.csv"},
      {{"transactions",
        "transaction_data.csv",
        {{"household", kId, Need::kValue, "household_key"},
         {"basket_id", kId, Need::kValue, "BASKET_ID"},
         {"day", kInteger, Need::kValue, "DAY"},
         {"product_id", kId, Need::kValue, "PRODUCT_ID"},
         {"quantity", FieldType::kQuantity, Need::kValue, "QUANTITY"},
         {"sales_value", kNumber, Need::kValue, "SALES_VALUE"},
         {"store_id", kId, Need::kColumn, "STORE_ID"},
         {"retail_disc", kNumber, Need::kColumn, "RETAIL_DISC"},
         {"trans_time", kInteger, Need::kValue, "TRANS_TIME"},
         {"coupon_disc", kNumber, Need::kColumn, "COUPON_DISC"},
         {"coupon_match_disc", kNumber, Need::kColumn, "COUPON_MATCH_DISC"}}},
       {"products",
        "product.csv",
        {{"product_id", kId, Need::kValue, "PRODUCT_ID"},
         {"manufacturer", kId, Need::kColumn, "MANUFACTURER"},
         {"department", kText, Need::kColumn, "DEPARTMENT"},
         {"brand", kText, Need::kColumn, "BRAND"},
         {"commodity", kText, Need::kColumn, "COMMODITY_DESC"},
         {"sub_commodity", kText, Need::kColumn, "SUB_COMMODITY_DESC"},
         {"size", kText, Need::kColumn, "CURR_SIZE_OF_PRODUCT"}}},
       {"households",
        "hh_demographic.csv",
        {{"age", kText, Need::kColumn, "AGE_DESC"},
         {"marital", kText, Need::kColumn, "MARITAL_STATUS_CODE"},
         {"income", kText, Need::kColumn, "INCOME_DESC"},
         {"homeowner", kText, Need::kColumn, "HOMEOWNER_DESC"},
         {"composition", kText, Need::kColumn, "HH_COMP_DESC"},
         {"household_size", kText, Need::kColumn, "HOUSEHOLD_SIZE_DESC"},
         {"kids", kText, Need::kColumn, "KID_CATEGORY_DESC"},
         {"household", kId, Need::kValue, "household_key"}}},
       {"campaigns",
        "campaign_desc.csv",
        {{"description", kText, Need::kColumn, "DESCRIPTION"},
         {"campaign", kId, Need::kValue, "CAMPAIGN"},
         {"start_day", kInteger, Need::kValue, "START_DAY"},
         {"end_day", kInteger, Need::kValue, "END_DAY"}}},
       {"campaign_households",
        "campaign_table.csv",
        {{"description", kText, Need::kColumn, "DESCRIPTION"},
         {"household", kId, Need::kValue, "household_key"},
         {"campaign", kId, Need::kValue, "CAMPAIGN"}},
        {"campaigns"}},
       {"coupons",
        "coupon.csv",
        {{"coupon_upc", kId, Need::kValue, "COUPON_UPC"},
         {"product_id", kId, Need::kValue, "PRODUCT_ID"},
         {"campaign", kId, Need::kValue, "CAMPAIGN"}}},
       {"redemptions",
        "coupon_redempt.csv",
        {{"household", kId, Need::kValue, "household_key"},
         {"day", kInteger, Need::kValue, "DAY"},
         {"coupon_upc", kId, Need::kValue, "COUPON_UPC"},
         {"campaign", kId, Need::kValue, "CAMPAIGN"}}},
       unused("causal", "causal_data.csv", {"PRODUCT_ID", "STORE_ID", "WEEK_NO", "display"})},
      std::string(formats_sql::kDunnhumbySql),
      "USD"};
  format.notes = {"there are no dates: DAY 1 is taken as Sunday 2017-01-01"};
  return format;
}

}  // namespace perennial::store::formats
