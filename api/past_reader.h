// Reads of the past that may take long (the mentions of a user who reads nothing are looked at one by one) go to a
// thread of their own beside each io thread, so that nobody waits behind an auditor.
//
// Thread: `read` on the io thread; the jobs on the reader's, one at a time and in order.
// Owns: its thread, which begins with the first read and ends with the io_context.
// Limits: a connection has one request at a time, so no more jobs wait than there are connections.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "api/handlers.h"

namespace hansard::api {

class PastReader final : public asio::execution_context::service {
 public:
  using Job = std::function<Answered<Response>()>;
  using key_type = PastReader;
  static inline asio::execution_context::id id;

  // Without a thread `read` does the job itself: where nothing runs beside the io_context (a simulation).
  explicit PastReader(asio::execution_context& io, bool has_thread = true);

  // What `job` refers to lives until this returns. Throws what the job throws.
  asio::awaitable<Answered<Response>> read(Job job);

 private:
  Answered<Response> run(const Job& job) const;
  void shutdown() override;

  asio::io_context& io_;
  std::atomic<bool> is_stopping_ = false;
  std::optional<asio::thread_pool> thread_;
};

}  // namespace hansard::api
