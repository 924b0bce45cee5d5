// What every model is: a value that is fitted whole, answers the questions of its family, and can be saved.
//
// A family fixes Input and Output once, with units and shapes. A model of a family has `kId` ("value.bg_nbd/1": name
// and number of the stored format), `Options` with defaults, `fit`, `predict`, `save` and `load`. fit returns it
// complete and nothing changes it afterwards, so threads share it freely.
#pragma once

#include <concepts>
#include <string_view>

#include "perennial/base/bytes.h"

namespace perennial::models {

template <typename M, typename Family>
concept Model =
    requires(const M model, const typename Family::Input& input, const typename M::Options& options,
             ByteWriter& writer, ByteReader& reader) {
      { M::kId } -> std::convertible_to<std::string_view>;
      { M::fit(input, options) } -> std::same_as<M>;
      { model.predict(input) } -> std::same_as<typename Family::Output>;
      { model.save(writer) } -> std::same_as<void>;
      { M::load(reader) } -> std::same_as<M>;
    };

// A model that learns from a stream: update gives a new value that has learnt from the batch too; the old one stays as
// it was, so it can go on answering meanwhile.
template <typename M, typename Family>
concept Updatable =
    Model<M, Family> && requires(const M model, const typename Family::Input& batch) {
      { model.update(batch) } -> std::same_as<M>;
    };

}  // namespace perennial::models
