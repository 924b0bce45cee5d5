// Why a row could not be taken: the closed list of reasons in the `rejects` table and in import reports.
//
// A reason names the kind of defect; the reject's message says what was there. Adding one here is all it takes. SQL
// steps use the names literally; one that is not on the list is a Bug when it first comes up.
#pragma once

#include <array>
#include <string_view>

namespace perennial::store {

enum class RejectReason {
  kMissingValue,
  kBadNumber,
  kBadTime,
  kBadBoolean,
  kOutOfRange,
  kNulByte,
  kFieldTooLong,
  kRecordTooLong,
  kWrongFieldCount,
  kBadQuote,
  kUnterminatedQuote,
  kBadJson,
  kUnknownKind,
  kWrongSign,
  kUnknownOrder,
  kUnknownItem,
  kUnknownCampaign,
  kNobody,
};

struct RejectReasonInfo {
  RejectReason reason;
  std::string_view name;     // stored
  std::string_view meaning;  // for people
};

inline constexpr std::array<RejectReasonInfo, 18> kRejectReasons{{
    {RejectReason::kMissingValue, "missing_value", "a value that every row needs is empty"},
    {RejectReason::kBadNumber, "bad_number", "not a number"},
    {RejectReason::kBadTime, "bad_time",
     "not a date or time that exists, or a fact from before 1970"},
    {RejectReason::kBadBoolean, "bad_boolean", "neither true nor false"},
    {RejectReason::kOutOfRange, "out_of_range", "a number too large to store or outside its range"},
    {RejectReason::kNulByte, "nul_byte", "a NUL byte inside a value"},
    {RejectReason::kFieldTooLong, "field_too_long", "a value of more than 1 MiB"},
    {RejectReason::kRecordTooLong, "record_too_long", "a row of more than 64 MiB"},
    {RejectReason::kWrongFieldCount, "wrong_field_count", "fewer or more fields than the header"},
    {RejectReason::kBadQuote, "bad_quote", "text after a closing quote"},
    {RejectReason::kUnterminatedQuote, "unterminated_quote",
     "a quote that is open at the end of the file"},
    {RejectReason::kBadJson, "bad_json", "not a JSON object"},
    {RejectReason::kUnknownKind, "unknown_kind", "a kind or type that is not on the list"},
    {RejectReason::kWrongSign, "wrong_sign", "a quantity with a sign against its kind"},
    {RejectReason::kUnknownOrder, "unknown_order", "a line of an order that no file describes"},
    {RejectReason::kUnknownItem, "unknown_item", "an item that no file describes"},
    {RejectReason::kUnknownCampaign, "unknown_campaign", "a campaign that no file describes"},
    {RejectReason::kNobody, "nobody", "neither a customer nor an anonymous id"},
}};

constexpr std::string_view name(RejectReason reason) {
  return kRejectReasons[static_cast<std::size_t>(reason)].name;
}

constexpr bool is_reject_reason(std::string_view text) {
  for (const RejectReasonInfo& info : kRejectReasons) {
    if (info.name == text) return true;
  }
  return false;
}

}  // namespace perennial::store
