#include "api/past_reader.h"

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "api/signal.h"
#include "engine/base/this_thread.h"

namespace hansard::api {

namespace {
struct Counted {
  std::size_t& number;
  explicit Counted(std::size_t& of) : number(of) { ++number; }
  ~Counted() { --number; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};
}  // namespace

PastReader::PastReader(asio::execution_context& io, bool has_thread)
    : service(io), io_(static_cast<asio::io_context&>(io)) {
  if (has_thread) asio::post(thread_.emplace(1), [] { base::begin_thread("past reader"); });
}

asio::awaitable<bool> PastReader::run(std::function<void()> job) {
  if (!thread_) co_return run_here(job);
  Signal signal(io_);
  bool is_done = false;
  std::exception_ptr thrown;  // for whoever catches it around a handler
  asio::post(*thread_, [&, stays = asio::make_work_guard(io_)] {
    try {
      is_done = run_here(job);
    } catch (...) {
      thrown = std::current_exception();
    }
    asio::post(io_, [&signal] { signal.notify(); });
  });
  co_await signal.wait();
  if (thrown) std::rethrow_exception(thrown);
  co_return is_done;
}

asio::awaitable<Answered<Response>> PastReader::read(Job job) {
  const Counted waiting(waiting_);
  std::optional<Answered<Response>> answer;
  std::function<void()> answering = [&] { answer = job(); };
  const bool is_done = co_await run(std::move(answering));
  if (!is_done) co_return Problem{503, "shutting_down", "The server is stopping.", 0, {}};
  co_return std::move(*answer);
}

bool PastReader::run_here(const std::function<void()>& job) const {
  if (is_stopping_.load()) return false;
  job();
  return true;
}

// The job at hand comes to its end, since it reads what others are about to take down.
void PastReader::shutdown() {
  is_stopping_.store(true);
  if (thread_) thread_->join();
}

}  // namespace hansard::api
