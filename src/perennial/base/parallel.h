// Parallel loops whose result does not depend on the number of threads.
//
// The range [0, n) is cut into chunks of a fixed size; threads take chunks in any order, and reductions combine the
// chunks' results in their order. So the same input gives the same bits with 1, 2 or 64 threads. These loops and the
// server's executor are the only places where threads are made.
//
// Errors   the exception of the lowest failing chunk is thrown again after all threads have stopped
// Cost     one thread start per worker and call (about 20 us); give each chunk at least that much work
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "perennial/base/error.h"

namespace perennial {

// How many threads a computation may use; 0 means one per core.
struct Threads {
  int count = 0;
};
int thread_count(Threads threads);  // at least 1

// Calls body(begin, end) once for every chunk [begin, end) of [0, n). REQUIRES: chunk >= 1.
void parallel_chunks(std::size_t n, std::size_t chunk, Threads threads,
                     const std::function<void(std::size_t, std::size_t)>& body);

// combine(...combine(combine(zero, map(chunk 0)), map(chunk 1))..., map(last)), strictly in this order.
template <typename T, typename Map, typename Combine>
T ordered_reduce(std::size_t n, std::size_t chunk, Threads threads, T zero, Map map,
                 Combine combine) {
  std::vector<std::optional<T>> partial((n + chunk - 1) / chunk);
  parallel_chunks(n, chunk, threads, [&](std::size_t begin, std::size_t end) {
    partial[begin / chunk].emplace(map(begin, end));
  });
  T total = std::move(zero);
  for (std::optional<T>& part : partial) {
    CHECK(part);
    total = combine(std::move(total), std::move(*part));
  }
  return total;
}

}  // namespace perennial
