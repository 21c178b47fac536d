#include "projections/search/reader_pool.h"

#include <utility>

#include "engine/base/this_thread.h"

namespace hansard::search {

namespace {
base::Error none_served() {
  return base::error(base::ErrorCode::io, "the search view has stopped: start the server again");
}
base::Error is_stopping() { return base::error(base::ErrorCode::shutting_down, "The server is stopping."); }
}  // namespace

ReaderPool::ReaderPool(const SearchOptions& options, std::function<void()> damaged)
    : options_(options), damaged_(std::move(damaged)) {
  for (std::uint32_t i = 0; i < options.readers; ++i) threads_.emplace_back([this] { run(); });
}

void ReaderPool::serve(std::shared_ptr<Generation> generation) {
  std::deque<Waiting> left;
  {
    std::lock_guard lock(mutex_);
    serves_none_ = generation == nullptr;
    if (serves_none_) left.swap(waiting_);
    generation_ = std::move(generation);
  }
  changed_.notify_all();
  answer_all(std::move(left), none_served());
}

void ReaderPool::answer_all(std::deque<Waiting> waiting, const base::Error& error) {
  for (auto& one : waiting) one.done(error);
}

void ReaderPool::ask(Question question, SearchView::Done done) {
  base::Error why = base::error(base::ErrorCode::overloaded, "too many searches are waiting");
  {
    std::lock_guard lock(mutex_);
    if (refuses_) {
      why = is_stopping();
    } else if (serves_none_) {
      why = none_served();
    } else if (waiting_.size() < options_.questions_waiting_max) {
      waiting_.push_back({std::move(question), std::move(done)});
      changed_.notify_one();
      return;
    }
  }
  done(std::move(why));
}

void ReaderPool::refuse() {
  std::deque<Waiting> left;
  {
    std::lock_guard lock(mutex_);
    refuses_ = true;
    left.swap(waiting_);
  }
  answer_all(std::move(left), is_stopping());
}

void ReaderPool::stop() {
  refuse();
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::optional<ReaderPool::Waiting> ReaderPool::next(std::shared_ptr<Generation>& generation) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || (generation_ && !waiting_.empty()); });
  if (waiting_.empty()) return std::nullopt;
  Waiting one = std::move(waiting_.front());
  waiting_.pop_front();
  generation = generation_;
  return one;
}

void ReaderPool::run() {
  base::begin_thread("search reader");
  Seat seat;
  std::shared_ptr<Generation> current;
  while (auto one = next(current)) {
    if (seat.generation != current) seat = {current, nullptr};
    auto found = answer(seat, one->question);
    if (!found && found.error().code == base::ErrorCode::corrupt) {
      seat.generation->is_damaged = true;
      damaged_();
    }
    if (!found) seat.reader.reset();
    one->done(std::move(found));
  }
}

base::Result<Found> ReaderPool::answer(Seat& seat, const Question& question) {
  if (!seat.reader) {
    TRY(auto reader,
        IndexReader::open(seat.generation->path, seat.generation->catalog, options_.budgets, base::system_clock()));
    seat.reader = std::move(reader);
  }
  return seat.reader->ask(question);
}

}  // namespace hansard::search
