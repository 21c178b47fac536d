#include "replay/play.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "replay/progress.h"

namespace hansard::replay {

using base::Result;
using Clock = std::chrono::steady_clock;

namespace {
constexpr std::size_t kWaitingMax = 4'096;  // read and not yet taken
constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::seconds kStoreEvery{1};

// What the reader and the lanes share.
struct Board {
  std::mutex mutex;
  std::condition_variable changed;
  std::multiset<std::string> under_way;  // positions read and not yet taken
  std::string read;                      // the source's position
  std::optional<base::Error> trouble;
  std::uint64_t taken = 0;
  bool has_ended = false;  // nothing more is read
  bool is_over = false;    // lanes leave at once
};

class Lane {
 public:
  Lane(Board& board, std::unique_ptr<PlaySink> sink) : board_(board), sink_(std::move(sink)) {}
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  void cancel() { sink_->cancel(); }
  Result<void> finish() { return sink_->finish(); }  // after join
  std::uint64_t repeats() const { return sink_->repeats(); }
  std::deque<PlayedEvent> waiting;  // under the board's mutex

 private:
  void run() {
    for (auto batch = take(); !batch.empty(); batch = take()) {
      auto put = sink_->put(batch);
      std::lock_guard lock(board_.mutex);
      if (!put) {
        if (!board_.trouble && !board_.is_over) board_.trouble = std::move(put).error();
        board_.is_over = true;
        board_.changed.notify_all();
        return;
      }
      board_.taken += batch.size();
      for (const auto& event : batch) board_.under_way.erase(board_.under_way.find(event.position));
      board_.changed.notify_all();
    }
  }

  // Nothing: it is over.
  std::vector<PlayedEvent> take() {
    std::unique_lock lock(board_.mutex);
    board_.changed.wait(lock, [this] { return !waiting.empty() || board_.has_ended || board_.is_over; });
    std::vector<PlayedEvent> batch;
    if (board_.is_over) return batch;
    while (!waiting.empty() && batch.size() < sink_->at_once()) {
      batch.push_back(std::move(waiting.front()));
      waiting.pop_front();
    }
    return batch;
  }

  Board& board_;
  std::unique_ptr<PlaySink> sink_;
  std::thread thread_;
};

class Player {
 public:
  Player(PlaySource& source, PlayCursor& cursor, const PlayOptions& options, const std::atomic<bool>& stop)
      : source_(source), cursor_(cursor), options_(options), stop_(stop), progress_("events", options.quiet) {}
  ~Player() { end_lanes(); }

  Result<void> open(const OpenSink& open_sink) {
    for (std::size_t i = 0; i < options_.lanes; ++i) {
      TRY(auto sink, open_sink());
      confirms_at_the_end_ = sink->confirms_at_the_end();
      lanes_.push_back(std::make_unique<Lane>(board_, std::move(sink)));
    }
    for (auto& lane : lanes_) lane->start();
    return base::success();
  }

  Result<PlayReport> run() {
    auto read = read_all();
    bool is_in_order = false;
    {
      std::unique_lock lock(board_.mutex);
      board_.has_ended = true;
      if (!read && !board_.trouble && !stop_.load()) board_.trouble = std::move(read).error();
      board_.changed.notify_all();
      while (!is_over() && !board_.under_way.empty()) look_again(lock);
      is_in_order = !is_over();
    }
    is_in_order ? join_lanes() : end_lanes();
    progress_.finish(board_.taken);
    const auto finished = finish_sinks();
    if (finished) {
      TRY(cursor_.store(settled()));
    }
    if (board_.trouble) return *std::move(board_.trouble);
    TRY(finished);
    return report();
  }

 private:
  bool is_over() const { return board_.is_over || stop_.load(); }

  Result<void> read_all() {
    for (bool has_ended = false; !has_ended;) {
      TRY(auto batch, source_.next());
      has_ended = batch.has_ended;
      for (auto& event : batch.events) {
        if (!wait_for_its_time(event.time) || !hand_over(std::move(event))) return base::success();
      }
      if (!note_read(batch)) return base::success();
    }
    return base::success();
  }

  // Waits a moment for the lanes. The cursor is kept meanwhile, and with every event that is handed over.
  void look_again(std::unique_lock<std::mutex>& lock, Clock::duration most = kLook) {
    board_.changed.wait_for(lock, most);
    keep_cursor(lock);
  }

  void keep_cursor(std::unique_lock<std::mutex>& lock) {
    if (confirms_at_the_end_ || Clock::now() - stored_ < kStoreEvery) return;
    stored_ = Clock::now();
    const auto position = settled_locked();
    lock.unlock();
    auto kept = cursor_.store(position);
    lock.lock();
    if (kept) return;
    if (!board_.trouble) board_.trouble = std::move(kept).error();
    board_.is_over = true;
  }

  bool note_read(const PlaySource::Batch& batch) {
    std::unique_lock lock(board_.mutex);
    board_.read = batch.position;
    progress_.update(board_.taken, batch.share);
    keep_cursor(lock);
    return !is_over();
  }

  // False: it is over.
  bool hand_over(PlayedEvent event) {
    std::unique_lock lock(board_.mutex);
    keep_cursor(lock);
    while (!is_over() && board_.under_way.size() >= kWaitingMax) look_again(lock);
    if (is_over()) return false;
    board_.under_way.insert(event.position);
    const auto previous = std::exchange(board_.read, event.position);
    auto& lane = *lanes_[std::hash<std::string>()(event.lane) % lanes_.size()];
    before_.emplace(event.position, previous);
    lane.waiting.push_back(std::move(event));
    board_.changed.notify_all();
    return true;
  }

  // Paced by the log's times from the first event on.
  bool wait_for_its_time(base::Timestamp time) {
    if (options_.speed <= 0) return !is_over_now();
    if (!first_) first_ = time, began_ = Clock::now();
    const auto after_ms = static_cast<double>(std::max<std::int64_t>(0, time.ms - first_->ms)) / options_.speed;
    const auto due =
        began_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(after_ms));
    std::unique_lock lock(board_.mutex);
    for (auto now = Clock::now(); !is_over() && now < due; now = Clock::now()) {
      look_again(lock, std::min<Clock::duration>(due - now, kLook));
    }
    return !is_over();
  }

  bool is_over_now() {
    std::lock_guard lock(board_.mutex);
    return is_over();
  }

  // The position before the oldest event that was not taken.
  std::string settled() {
    std::lock_guard lock(board_.mutex);
    return settled_locked();
  }

  std::string settled_locked() {
    if (board_.under_way.empty()) {
      before_.clear();
      return board_.read;
    }
    const auto& oldest = *board_.under_way.begin();
    before_.erase(before_.begin(), before_.lower_bound(oldest));
    return before_.at(oldest);
  }

  void end_lanes() {
    {
      std::lock_guard lock(board_.mutex);
      board_.is_over = true;
      board_.changed.notify_all();
    }
    for (auto& lane : lanes_) lane->cancel();
    join_lanes();
  }

  void join_lanes() {
    for (auto& lane : lanes_) lane->join();
  }

  Result<void> finish_sinks() {
    for (auto& lane : lanes_) {
      TRY(lane->finish());
    }
    return base::success();
  }

  PlayReport report() {
    PlayReport report;
    report.events = board_.taken;
    for (const auto& lane : lanes_) report.repeats += lane->repeats();
    report.position = cursor_.position().empty() ? settled() : cursor_.position();
    report.was_interrupted = stop_.load();
    report.seconds = progress_.seconds();
    return report;
  }

  PlaySource& source_;
  PlayCursor& cursor_;
  const PlayOptions options_;
  const std::atomic<bool>& stop_;
  Progress progress_;
  Board board_;
  bool confirms_at_the_end_ = false;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::map<std::string, std::string> before_;  // position → the one read before it; under the board's mutex
  std::optional<base::Timestamp> first_;
  Clock::time_point began_{}, stored_ = Clock::now();
};
}  // namespace

Result<PlayReport> play(PlaySource& source, const OpenSink& open_sink, PlayCursor& cursor, const PlayOptions& options,
                        const std::atomic<bool>& stop) {
  Player player(source, cursor, options, stop);
  TRY(player.open(open_sink));
  return player.run();
}

}  // namespace hansard::replay
