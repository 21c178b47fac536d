#include "engine/base/bounded_queue.h"

#include <future>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>

using namespace hansard::base;
using namespace std::chrono_literals;

namespace {
MonotonicTime already() { return MonotonicTime::min(); }
}  // namespace

TEST_CASE("a queue gives back what went in, in order and all at once") {
  BoundedQueue<int> queue(8);
  for (int i = 0; i < 5; ++i) REQUIRE(queue.try_push(int{i}));
  CHECK(queue.size() == 5);
  std::vector<int> out = {99};
  CHECK(queue.drain(out));
  CHECK(out == std::vector{0, 1, 2, 3, 4});
  CHECK(queue.size() == 0);
}

TEST_CASE("a full queue says so, leaves the item alone and takes again after a drain") {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  REQUIRE(queue.try_push(std::make_unique<int>(1)));
  REQUIRE(queue.try_push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  CHECK_FALSE(queue.try_push(std::move(third)));
  REQUIRE(third != nullptr);
  CHECK(*third == 3);
  std::vector<std::unique_ptr<int>> out;
  CHECK(queue.drain(out));
  CHECK(queue.try_push(std::move(third)));
  CHECK(third == nullptr);
}

TEST_CASE("a drain whose time is up comes back with nothing and may be tried again") {
  BoundedQueue<int> queue(2);
  std::vector<int> out = {99};
  CHECK(queue.drain(out, already()));
  CHECK(out.empty());
  REQUIRE(queue.try_push(7));
  CHECK(queue.drain(out, already()));
  CHECK(out == std::vector{7});
}

TEST_CASE("a closed queue takes nothing, gives out what it has, then ends") {
  BoundedQueue<int> queue(4);
  REQUIRE(queue.try_push(1));
  queue.close();
  CHECK_FALSE(queue.try_push(2));
  std::vector<int> out;
  CHECK(queue.drain(out));
  CHECK(out == std::vector{1});
  CHECK_FALSE(queue.drain(out));
  CHECK(out.empty());
}

TEST_CASE("a push wakes a waiting drain, and so does close") {
  BoundedQueue<int> queue(4);
  auto first = std::async(std::launch::async, [&queue] {
    std::vector<int> out;
    queue.drain(out);
    return out;
  });
  REQUIRE(queue.try_push(5));
  CHECK(first.get() == std::vector{5});

  auto second = std::async(std::launch::async, [&queue] {
    std::vector<int> out;
    return queue.drain(out);
  });
  queue.close();
  CHECK_FALSE(second.get());
}

TEST_CASE("many producers lose nothing and keep their own order") {
  constexpr int kProducers = 4;
  constexpr int kEach = 5'000;
  BoundedQueue<std::pair<int, int>> queue(64);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      for (int i = 0; i < kEach;) {
        if (queue.try_push({p, i})) {
          ++i;
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<int> next(kProducers, 0);
  std::vector<std::pair<int, int>> out;
  int seen = 0, misplaced = 0;
  std::size_t largest = 0;
  while (seen < kProducers * kEach) {
    queue.drain(out);
    largest = std::max(largest, out.size());
    for (auto [producer, number] : out) misplaced += number != next[static_cast<std::size_t>(producer)]++;
    seen += static_cast<int>(out.size());
  }
  for (auto& producer : producers) producer.join();
  CHECK(misplaced == 0);
  CHECK(seen == kProducers * kEach);
  CHECK(largest <= 64);
  CHECK(queue.size() == 0);
}
