#include "replay/import.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "replay/channel_player.h"
#include "replay/command_output.h"
#include "replay/progress.h"

namespace hansard::replay {

using base::Result;

namespace {

constexpr std::size_t kLinesPerTurn = 64;  // of one channel before another has its turn

// Who speaks first in each channel; who joins first where nobody speaks.
class Creators {
 public:
  void see(const ChatLine& line) {
    auto& entry = first_[line.channel];
    int rank = line.type == LineType::message ? 3 : line.type == LineType::join ? 2 : 1;
    if (rank > entry.rank) entry = {rank, line.from};
  }
  bool is_empty() const { return first_.empty(); }
  // Of a channel that came into the file after they were found: whoever its first line is from.
  std::string of(const ChatLine& line) const {
    const auto found = first_.find(line.channel);
    return found == first_.end() ? line.from : found->second.user;
  }

 private:
  struct Entry {
    int rank = 0;
    std::string user;
  };
  std::unordered_map<std::string, Entry> first_;
};

Result<Creators> find_creators(const std::string& file) {
  TRY(auto log, ChatLog::open(file));
  Creators creators;
  for (;;) {
    TRY(auto line, log->next());
    if (!line) return creators;
    creators.see(*line);
  }
}

struct Channel {
  explicit Channel(ChannelPlayer channel_player) : player(std::move(channel_player)) {}
  ChannelPlayer player;
  std::deque<ChatLine> waiting;
  bool scheduled = false;  // in the ready queue or with a worker
};

void add(ImportReport& total, const ImportReport& part) {
  total.lines += part.lines;
  total.channels += part.channels;
  total.messages += part.messages;
  total.system_messages += part.system_messages;
  total.joins += part.joins;
  total.removals += part.removals;
  total.dangling_replies += part.dangling_replies;
  total.mentions_out_of_range += part.mentions_out_of_range;
  total.refused_total += part.refused_total;
  for (const auto& refusal : part.refused) {
    if (total.refused.size() < kSentencesKept) total.refused.push_back(refusal);
  }
}

// Hands channels with waiting lines to workers; the reader waits while the window is full.
class Schedule {
 public:
  explicit Schedule(const ImportOptions& options, Creators creators)
      : options_(options), creators_(std::move(creators)) {}

  bool put(ChatLine line) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return failed_ || in_window_ < options_.window; });
    if (failed_) return false;
    auto found = channels_.find(line.channel);
    if (found == channels_.end()) {
      ChannelPlayer player(line.channel, creators_.of(line));
      found = channels_.emplace(line.channel, std::make_unique<Channel>(std::move(player))).first;
    }
    Channel& channel = *found->second;
    channel.waiting.push_back(std::move(line));
    ++in_window_;
    if (!channel.scheduled) make_ready(channel);
    return true;
  }

  void end() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    work_.notify_all();
  }

  void run_worker() {
    Client client(options_.endpoint, options_.token, ClientOptions{options_.patience, 0, options_.quiet, {}});
    while (Channel* channel = take()) {
      for (std::size_t i = 0; i < kLinesPerTurn && play_one(*channel, client); ++i) {
      }
      give_back(*channel);
    }
    std::lock_guard lock(mutex_);
    report_.repeats += client.repeats();
  }

  std::uint64_t done() const {
    std::lock_guard lock(mutex_);
    return report_.lines;
  }
  std::optional<base::Error> failure() const {
    std::lock_guard lock(mutex_);
    return failed_;
  }
  ImportReport report() const { return report_; }

 private:
  void make_ready(Channel& channel) {
    channel.scheduled = true;
    ready_.push_back(&channel);
    work_.notify_one();
  }

  Channel* take() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return failed_ || !ready_.empty() || (ended_ && in_window_ == 0); });
    if (failed_ || ready_.empty()) return nullptr;
    Channel* channel = ready_.front();
    ready_.pop_front();
    return channel;
  }

  bool play_one(Channel& channel, Client& client) {
    ChatLine line;
    {
      std::lock_guard lock(mutex_);
      if (channel.waiting.empty() || failed_) return false;
      line = std::move(channel.waiting.front());
      channel.waiting.pop_front();
    }
    ImportReport part;
    auto played = channel.player.play(line, client, part);
    std::lock_guard lock(mutex_);
    --in_window_;
    room_.notify_one();
    add(report_, part);
    if (!played) fail(played.error());
    return played.has_value();
  }

  void fail(const base::Error& error) {
    failed_ = error;
    work_.notify_all();
    room_.notify_all();
  }

  void give_back(Channel& channel) {
    std::lock_guard lock(mutex_);
    channel.scheduled = false;
    if (!channel.waiting.empty()) make_ready(channel);
    if (ended_ && in_window_ == 0) work_.notify_all();
  }

  const ImportOptions& options_;
  Creators creators_;
  mutable std::mutex mutex_;
  std::condition_variable work_, room_;
  std::map<std::string, std::unique_ptr<Channel>> channels_;
  std::deque<Channel*> ready_;
  std::size_t in_window_ = 0;
  bool ended_ = false;
  std::optional<base::Error> failed_;
  ImportReport report_;
};

// Waits until the line's time has come at the asked speed.
class Pace {
 public:
  explicit Pace(double speed) : speed_(speed), started_(std::chrono::steady_clock::now()) {}
  void wait(base::Timestamp time) {
    if (speed_ <= 0) return;
    if (!std::exchange(begun_, true)) first_ = time;
    auto due = std::chrono::duration<double, std::milli>(static_cast<double>(time.ms - first_.ms) / speed_);
    std::this_thread::sleep_until(started_ + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
  }

 private:
  double speed_;
  std::chrono::steady_clock::time_point started_;
  base::Timestamp first_;
  bool begun_ = false;
};

Result<void> feed(const ImportOptions& options, Schedule& schedule, Progress& progress) {
  TRY(auto log, ChatLog::open(options.file));
  Pace pace(options.speed);
  for (;;) {
    TRY(auto line, log->next());
    if (!line) return base::success();
    pace.wait(line->time);
    if (!schedule.put(std::move(*line))) return base::success();
    double share =
        static_cast<double>(log->bytes_read()) / static_cast<double>(std::max<std::uint64_t>(1, log->bytes_total()));
    progress.update(schedule.done(), share);
  }
}

}  // namespace

Result<ImportReport> import_chat_log(const ImportOptions& options) {
  TRY(auto creators, find_creators(options.file));
  if (creators.is_empty()) {
    return base::error(base::ErrorCode::not_found,
                       "There is nothing to import: " + options.file + " has no line of a chat log.");
  }
  Schedule schedule(options, std::move(creators));
  Progress progress("import", options.quiet);
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < options.connections; ++i) workers.emplace_back([&] { schedule.run_worker(); });
  auto fed = feed(options, schedule, progress);
  schedule.end();
  for (auto& worker : workers) worker.join();
  if (!fed) return fed.error();
  if (auto failure = schedule.failure()) return *failure;
  auto report = schedule.report();
  report.seconds = progress.seconds();
  progress.finish(report.lines);
  return report;
}

}  // namespace hansard::replay
