// What tests of models share: saved bytes in their frame and back, and the words of a refusal.
#pragma once

#include <string>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"

namespace perennial::models {

template <typename M>
std::string framed(const M& model) {
  ByteWriter writer;
  model.save(writer);
  return frame(M::kId, writer);
}

template <typename M>
M loaded(const std::string& bytes) {
  ByteReader reader(unframe(M::kId, bytes));
  M model = M::load(reader);
  reader.expect_done();
  return model;
}

template <typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace perennial::models
