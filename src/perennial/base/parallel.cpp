#include "perennial/base/parallel.h"

#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "perennial/base/error.h"

namespace perennial {

int thread_count(Threads threads) {
  if (threads.count > 0) return threads.count;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallel_chunks(std::size_t n, std::size_t chunk, Threads threads,
                     const std::function<void(std::size_t, std::size_t)>& body) {
  CHECK(chunk >= 1);
  const std::size_t chunks = (n + chunk - 1) / chunk;
  const std::size_t workers = std::min(chunks, static_cast<std::size_t>(thread_count(threads)));
  if (workers <= 1) {
    for (std::size_t i = 0; i < chunks; ++i) body(i * chunk, std::min(n, (i + 1) * chunk));
    return;
  }

  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::size_t failed_chunk = std::numeric_limits<std::size_t>::max();

  const auto work = [&] {
    for (;;) {
      const std::size_t i = next.fetch_add(1);
      if (i >= chunks) return;
      try {
        body(i * chunk, std::min(n, (i + 1) * chunk));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (i < failed_chunk) {
          failed_chunk = i;
          failure = std::current_exception();
        }
        next.store(chunks);
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 1; i < workers; ++i) pool.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace perennial
