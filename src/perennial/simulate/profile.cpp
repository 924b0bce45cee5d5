#include "perennial/simulate/profile.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "perennial/simulate/ids.h"
#include "perennial/simulate/words.h"

namespace perennial::simulate {
namespace {

constexpr double kEmailShare = 0.94;
constexpr double kPhoneShare = 0.55;
constexpr double kGenderShare = 0.7;
constexpr double kBirthdayShare = 0.5;
constexpr double kFemaleShare = 0.6;

template <typename T>
const T& pick(std::span<const T> all, RandomStream& random) {
  return all[random.below(all.size())];
}

const Place& pick_place(std::span<const Place> places, RandomStream& random) {
  double total = 0;
  for (const Place& place : places) total += place.weight;
  double left = random.uniform() * total;
  for (const Place& place : places) {
    left -= place.weight;
    if (left < 0) return place;
  }
  return places.back();
}

const PersonName& pick_given(std::span<const PersonName> names, bool female, RandomStream& random) {
  const std::size_t half = names.size() / 2;  // women's names first
  return names[(female ? 0 : half) + random.below(half)];
}

template <typename... Args>
Text format_text(TextArena& texts, fmt::format_string<Args...> format, Args&&... args) {
  fmt::memory_buffer buffer;
  fmt::format_to(std::back_inserter(buffer), format, std::forward<Args>(args)...);
  return texts.keep({buffer.data(), buffer.size()});
}

Day draw_birthday(const Scenario& scenario, RandomStream& random) {
  const double age = 18 + 62 * random.beta(1.6, 2.6);
  return scenario.options.start_day + -static_cast<int>(std::lround(age * 365.25));
}

}  // namespace

Profile write_profile(const Scenario& scenario, std::int64_t number, Text customer,
                      const CustomerPlan& plan, RandomStream& random, Chunk& chunk) {
  const auto person = static_cast<std::uint64_t>(number);
  const bool chinese = random.bernoulli(scenario.options.chinese_share);
  const bool female = random.bernoulli(kFemaleShare);
  const PersonName& given =
      pick_given(chinese ? given_names_chinese() : given_names_english(), female, random);
  const PersonName& family =
      pick(chinese ? family_names_chinese() : family_names_english(), random);
  const Place& place = pick_place(chinese ? places_chinese() : places_english(), random);

  CustomerBatch& batch = chunk.customers;
  TextArena& texts = chunk.texts;
  batch.event_id.push_back(make_id(texts, 'c', person, 0, 1));
  batch.customer_id.push_back(customer);
  batch.time.push_back(plan.registered);
  batch.email.push_back(
      random.bernoulli(kEmailShare)
          ? format_text(texts, "{}.{}{}@example.com", given.latin, family.latin, number + 1)
          : Text());
  batch.phone.push_back(random.bernoulli(kPhoneShare) ? format_text(texts, "+999{:09}", number + 1)
                                                      : Text());
  batch.name.push_back(chinese ? format_text(texts, "{}{}", family.text, given.text)
                               : format_text(texts, "{} {}", given.text, family.text));
  batch.first_name.push_back(given.text);
  batch.last_name.push_back(family.text);
  batch.gender.push_back(random.bernoulli(kGenderShare) ? Text(female ? "female" : "male")
                                                        : Text());
  batch.birthday.push_back(
      random.bernoulli(kBirthdayShare) ? iso_date(texts, draw_birthday(scenario, random)) : Text());
  batch.country.push_back(place.country);
  batch.city.push_back(place.city);
  batch.postal_code.push_back(place.postal_code);
  batch.language.push_back(chinese ? "zh" : "en");
  batch.channel.push_back(plan.channel->name);
  batch.registered_at.push_back(plan.registered);
  batch.marketing_opt_in.push_back(plan.opted_in ? "true" : "false");

  if (plan.opted_in && plan.opted_out < scenario.end()) {
    batch.event_id.push_back(make_id(texts, 'c', person, 1, 1));
    batch.customer_id.push_back(customer);
    batch.time.push_back(plan.opted_out);
    for (auto* column : {&batch.email, &batch.phone, &batch.name, &batch.first_name,
                         &batch.last_name, &batch.gender, &batch.birthday, &batch.country,
                         &batch.city, &batch.postal_code, &batch.language, &batch.channel})
      column->emplace_back();
    batch.registered_at.push_back(plan.registered);
    batch.marketing_opt_in.push_back("false");
  }
  return {place.country, chinese ? "zh" : "en"};
}

}  // namespace perennial::simulate
