// Text that many rows point to: views stay valid as long as the arena, wherever the arena is moved.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace perennial::simulate {

class TextArena {
 public:
  // Room for `size` bytes, to be filled by the caller.
  char* reserve(std::size_t size) {
    if (size > left_) grow(size);
    char* place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }

  std::string_view keep(std::string_view text) {
    char* place = reserve(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }

 private:
  void grow(std::size_t size) {
    constexpr std::size_t kBlock = 1 << 18;
    const std::size_t block = size > kBlock ? size : kBlock;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_.back().get();
    left_ = block;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace perennial::simulate
