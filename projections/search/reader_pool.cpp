#include "projections/search/reader_pool.h"

#include <algorithm>
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
  base::Error why = base::error(base::ErrorCode::overloaded, "Too many searches are waiting; try again.");
  {
    std::lock_guard lock(mutex_);
    if (refuses_) {
      why = is_stopping();
    } else if (serves_none_) {
      why = none_served();
    } else if (has_room(question.asker)) {
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

bool ReaderPool::has_room(const base::UserId& asker) const {
  if (waiting_.size() >= options_.questions_waiting_max) return false;
  const auto his = std::count_if(waiting_.begin(), waiting_.end(),
                                 [&](const Waiting& waiting) { return waiting.question.asker == asker; });
  return static_cast<std::size_t>(his) < std::max<std::size_t>(options_.questions_waiting_max / 4, 1);
}

std::deque<ReaderPool::Waiting>::iterator ReaderPool::first_in_turn() {
  const std::size_t share = std::max<std::size_t>(options_.readers / 2, 1);
  return std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    const auto running = running_.find(waiting.question.asker);
    return running == running_.end() || running->second < share;
  });
}

// The reader it ran on takes the asker's next one itself: nobody needs to be woken.
void ReaderPool::end(const base::UserId& asker) {
  std::lock_guard lock(mutex_);
  const auto running = running_.find(asker);
  if (--running->second == 0) running_.erase(running);
}

std::optional<ReaderPool::Waiting> ReaderPool::next(std::shared_ptr<Generation>& generation) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || (generation_ && first_in_turn() != waiting_.end()); });
  if (stopping_) return std::nullopt;
  const auto first = first_in_turn();
  Waiting one = std::move(*first);
  waiting_.erase(first);
  ++running_[one.question.asker];
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
    end(one->question.asker);
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
