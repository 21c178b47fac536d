// Reads of the past that may take long (the mentions of a user who reads nothing are looked at one by one) go to a
// thread of their own beside each io thread, so that nobody waits behind an auditor or a resume.
//
// One thread does one job at a time, so users have it in turn: of each the oldest of his jobs, however many sockets or
// requests he has waiting. Somebody's question goes before the counts of resumes, of which a storm brings many; but
// while both wait, every fifth job is a resume's.
//
// Thread: `read` and `count` on the io thread; the jobs on the reader's.
// Owns: its thread, which begins with the first read and ends with the io_context.
// Limits: an HTTP connection has one request at a time and a resume one step, so no more jobs wait than there are
// connections. A caller that can answer without such a read, as a repeated command can with ids only, asks whether it
// is_crowded first.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
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
  static constexpr std::size_t kReadsInARow = 4;  // while counts wait

  // Without a thread they do the job themselves: where nothing runs beside the io_context (a simulation).
  explicit PastReader(asio::execution_context& io, bool has_thread = true);

  // Reads of kCrowd users, or of this one, wait already: who can do without one more should. Counts do not matter: a
  // read waits for one of them at most for each kReadsInARow of its own kind, and after a restart everybody resumes.
  bool is_crowded(const base::UserId& user) const;
  static constexpr std::size_t kCrowd = 4;

  // What `job` refers to lives until this returns. Throws what the job throws.
  asio::awaitable<Answered<Response>> read(base::UserId user, Job job);
  // The same for a resume, without an answer; false when it was not done, because the server is stopping.
  asio::awaitable<bool> count(base::UserId user, std::function<void()> job);

 private:
  using Task = std::function<void()>;
  class Line {  // users in turn
   public:
    bool is_empty() const { return turns_.empty(); }
    std::size_t users() const { return turns_.size(); }
    std::size_t of(const base::UserId& user) const;
    void push(const base::UserId& user, Task task);
    Task pop();

   private:
    std::deque<base::UserId> turns_;  // each user once
    std::map<base::UserId, std::deque<Task>> tasks_;
  };

  asio::awaitable<bool> run(Line& line, base::UserId user, std::function<void()> job);
  bool run_here(const std::function<void()>& job) const;
  Task next();
  void shutdown() override;

  asio::io_context& io_;
  mutable std::mutex mutex_;  // of the lines
  Line reads_, counts_;
  std::size_t reads_in_a_row_ = 0;  // while counts waited
  std::atomic<bool> is_stopping_ = false;
  std::optional<asio::thread_pool> thread_;
};

}  // namespace hansard::api
