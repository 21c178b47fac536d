// Coroutines of one io thread that nobody awaits: each is counted, and what one throws is traced, never lost and never
// thrown out of the io thread.
//
// Thread: the io thread it belongs to.
#pragma once

#include <cstddef>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "api/signal.h"

namespace hansard::api {

namespace asio = boost::asio;

class TaskGroup {
 public:
  explicit TaskGroup(asio::io_context& io) : io_(io), turns_(io) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` soon, never inside spawn. `what` is a literal that names it in a trace.
  void spawn(std::string_view what, asio::awaitable<void> task);
  std::size_t running() const { return running_; }
  // Shared by the tasks that catch up.
  Turns& turns() { return turns_; }

 private:
  asio::io_context& io_;
  Turns turns_;
  std::size_t running_ = 0;
};

}  // namespace hansard::api
