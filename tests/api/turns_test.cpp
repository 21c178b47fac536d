#include <deque>
#include <string>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include "api/signal.h"
#include "api/task_group.h"

namespace hansard::api {

namespace {

asio::awaitable<void> wait_for(Signal& signal, std::string name, std::string& order) {
  co_await signal.wait();
  order += name;
}

asio::awaitable<void> step_by_step(TaskGroup& tasks, int steps, std::string name, std::string& order) {
  for (int i = 0; i < steps; ++i) {
    co_await tasks.turns().next();
    order += name;
  }
}

}  // namespace

TEST_CASE("who has much to do goes on in turn, and others in between") {
  asio::io_context io;
  TaskGroup tasks(io);
  std::string order;
  for (auto name : {"a", "b", "c"}) tasks.spawn("steps", step_by_step(tasks, 3, name, order));
  while (order.empty()) io.poll_one();
  asio::post(io, [&] { order += "!"; });
  io.run();
  CHECK(order.substr(0, 3).find('!') != std::string::npos);
  order.erase(order.find('!'), 1);
  CHECK(order == "abcabcabc");
  CHECK(tasks.running() == 0);
}

TEST_CASE("who is woken behind a crowd does not wait for all of it") {
  constexpr std::size_t kMany = 1'000;
  asio::io_context io;
  TaskGroup tasks(io);
  std::string order;
  std::deque<Signal> signals;
  for (std::size_t i = 0; i <= kMany; ++i) {
    tasks.spawn("waiter", wait_for(signals.emplace_back(io), i < kMany ? "c" : "!", order));
  }
  io.poll();
  io.restart();
  CHECK(order.empty());
  for (std::size_t i = 0; i < kMany; ++i) signals[i].notify();
  CHECK(order.empty());  // never inside the call
  while (order.size() < WakeQueue::kCrowd + WakeQueue::kPerTurn) io.poll_one();
  asio::post(io, [&] { signals[kMany].notify(); });
  asio::post(io, [&] { order += "?"; });
  io.run();
  const auto others_first = order.find('?'), late = order.find('!');
  CHECK(others_first < kMany / 4);
  CHECK(late < kMany / 4);
  CHECK(order.size() == kMany + 2);
  CHECK(tasks.running() == 0);
}

TEST_CASE("a crowd goes on as fast as sockets are read") {
  constexpr std::size_t kMany = 1'000, kRead = 300;
  asio::io_context io;
  TaskGroup tasks(io);
  std::string order;
  std::deque<Signal> signals;
  for (std::size_t i = 0; i < kMany; ++i) tasks.spawn("waiter", wait_for(signals.emplace_back(io), "c", order));
  io.poll();
  io.restart();
  for (std::size_t i = 0; i < kRead; ++i) asio::use_service<WakeQueue>(io).keep_pace();  // no crowd: it does not count
  for (auto& signal : signals) signal.notify();
  for (std::size_t i = 0; i < kRead; ++i) asio::use_service<WakeQueue>(io).keep_pace();
  while (order.empty()) io.poll_one();
  CHECK(order.size() == 2 * WakeQueue::kPerTurn + kRead);
  const auto before = order.size();
  while (order.size() == before) io.poll_one();
  CHECK(order.size() == before + 2 * WakeQueue::kPerTurn);  // what was read counts once
  io.run();
  CHECK(order.size() == kMany);
}

}  // namespace hansard::api
