// Reads of the past that may take long (the mentions of a user who reads nothing are looked at one by one) go to a
// thread of their own beside each io thread, so that nobody waits behind an auditor or a resume.
//
// Thread: `read` and `run` on the io thread; the jobs on the reader's, one at a time and in order.
// Owns: its thread, which begins with the first read and ends with the io_context.
// Limits: an HTTP connection has one request at a time and a resume one step, so no more reads wait than there are
// connections. A caller that can answer without such a read, as a repeated command can with ids only, asks is_crowded
// first.
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

  // Without a thread they do the job themselves: where nothing runs beside the io_context (a simulation).
  explicit PastReader(asio::execution_context& io, bool has_thread = true);

  // So many reads are waiting that one who can do without should. Jobs of `run` do not count: a resume has one at a
  // time, and after a restart everybody resumes.
  bool is_crowded() const { return waiting_ >= kCrowd; }

  // What `job` refers to lives until this returns. Throws what the job throws.
  asio::awaitable<Answered<Response>> read(Job job);
  // The same of a job without an answer; false when it was not done, because the server is stopping.
  asio::awaitable<bool> run(std::function<void()> job);

  static constexpr std::size_t kCrowd = 4;

 private:
  bool run_here(const std::function<void()>& job) const;
  void shutdown() override;

  asio::io_context& io_;
  std::size_t waiting_ = 0;  // reads, also the one at hand
  std::atomic<bool> is_stopping_ = false;
  std::optional<asio::thread_pool> thread_;
};

}  // namespace hansard::api
