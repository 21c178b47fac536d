#include "api/task_group.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>

#include "api/trace.h"

namespace hansard::api {

namespace {

void report(std::string_view what, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    trace(TraceLevel::error, "task failed", {{"task", what}, {"error", std::string_view(e.what())}});
  } catch (...) {
    trace(TraceLevel::error, "task failed", {{"task", what}});
  }
}

}  // namespace

void TaskGroup::spawn(std::string_view what, asio::awaitable<void> task) {
  ++running_;
  auto on_end = [this, what](const std::exception_ptr& thrown) {
    if (thrown) report(what, thrown);
    --running_;
  };
  asio::co_spawn(io_, std::move(task), std::move(on_end));
}

}  // namespace hansard::api
