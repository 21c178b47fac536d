#include <string>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include "api/task_group.h"

namespace hansard::api {

namespace {

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

}  // namespace hansard::api
