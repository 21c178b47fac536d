#include "api/past_reader.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "api/signal.h"
#include "engine/base/this_thread.h"

namespace hansard::api {

PastReader::PastReader(asio::execution_context& io, bool has_thread)
    : service(io), io_(static_cast<asio::io_context&>(io)) {
  if (has_thread) asio::post(thread_.emplace(1), [] { base::begin_thread("past reader"); });
}

bool PastReader::is_crowded(const base::UserId& user) const {
  std::lock_guard lock(mutex_);
  return std::max(reads_.users(), reads_.of(user)) >= kCrowd;
}

asio::awaitable<bool> PastReader::run(Line& line, base::UserId user, std::function<void()> job) {
  if (!thread_) co_return run_here(job);
  Signal signal(io_);
  bool is_done = false;
  std::exception_ptr thrown;  // for whoever catches it around a handler
  Task task = [&, stays = asio::make_work_guard(io_)] {
    try {
      is_done = run_here(job);
    } catch (...) {
      thrown = std::current_exception();
    }
    asio::post(io_, [&signal] { signal.notify(); });
  };
  {
    std::lock_guard lock(mutex_);
    line.push(user, std::move(task));
  }
  asio::post(*thread_, [this] { next()(); });
  co_await signal.wait();
  if (thrown) std::rethrow_exception(thrown);
  co_return is_done;
}

asio::awaitable<bool> PastReader::count(base::UserId user, std::function<void()> job) {
  return run(counts_, std::move(user), std::move(job));
}

asio::awaitable<Answered<Response>> PastReader::read(base::UserId user, Job job) {
  std::optional<Answered<Response>> answer;
  std::function<void()> answering = [&] { answer = job(); };
  const bool is_done = co_await run(reads_, std::move(user), std::move(answering));
  if (!is_done) co_return Problem{503, "shutting_down", "The server is stopping.", 0, {}};
  co_return std::move(*answer);
}

bool PastReader::run_here(const std::function<void()>& job) const {
  if (is_stopping_.load()) return false;
  job();
  return true;
}

// There is one for each time it is called.
PastReader::Task PastReader::next() {
  std::lock_guard lock(mutex_);
  const bool is_read = counts_.is_empty() || (!reads_.is_empty() && reads_in_a_row_ < kReadsInARow);
  reads_in_a_row_ = is_read && !counts_.is_empty() ? reads_in_a_row_ + 1 : 0;
  return (is_read ? reads_ : counts_).pop();
}

// The job at hand comes to its end, since it reads what others are about to take down.
void PastReader::shutdown() {
  is_stopping_.store(true);
  if (thread_) thread_->join();
}

void PastReader::Line::push(const base::UserId& user, Task task) {
  auto& of_user = tasks_[user];
  if (of_user.empty()) turns_.push_back(user);
  of_user.push_back(std::move(task));
}

std::size_t PastReader::Line::of(const base::UserId& user) const {
  const auto waiting = tasks_.find(user);
  return waiting == tasks_.end() ? 0 : waiting->second.size();
}

PastReader::Task PastReader::Line::pop() {
  const auto first = tasks_.find(turns_.front());
  auto& of_user = first->second;
  auto task = std::move(of_user.front());
  of_user.pop_front();
  if (!of_user.empty()) turns_.push_back(first->first);
  turns_.pop_front();
  if (of_user.empty()) tasks_.erase(first);
  return task;
}

}  // namespace hansard::api
