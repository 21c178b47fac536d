#include "replay/check.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "replay/channel_check.h"
#include "replay/expected.h"
#include "replay/progress.h"

namespace hansard::replay {

using base::Result;

namespace {

void add(CheckReport& total, const CheckReport& part) {
  total.conversations += part.conversations;
  total.messages += part.messages;
  total.replies += part.replies;
  total.mentions += part.mentions;
  total.members += part.members;
  total.unread_counts += part.unread_counts;
  total.differences_total += part.differences_total;
  for (const auto& difference : part.differences) {
    if (total.differences.size() < 100) total.differences.push_back(difference);
  }
}

// The channels as a list that workers take from.
class Checker {
 public:
  Checker(const CheckOptions& options, const ExpectedChannels& channels) : options_(options), next_(channels.begin()) {
    end_ = channels.end();
    total_ = static_cast<double>(channels.size());
  }

  void run_worker(Progress& progress) {
    Client client(options_.endpoint, options_.token, options_.patience);
    while (auto channel = take()) {
      CheckReport part;
      auto checked = ChannelCheck((*channel)->first, (*channel)->second, client, part).run();
      std::lock_guard lock(mutex_);
      add(report_, part);
      if (!checked && !failed_) failed_ = checked.error();
      progress.update(report_.messages, static_cast<double>(report_.conversations) / total_);
    }
  }

  Result<CheckReport> outcome() const {
    if (failed_) return *failed_;
    return report_;
  }

 private:
  std::optional<ExpectedChannels::const_iterator> take() {
    std::lock_guard lock(mutex_);
    if (next_ == end_ || failed_) return std::nullopt;
    return next_++;
  }

  const CheckOptions& options_;
  std::mutex mutex_;
  ExpectedChannels::const_iterator next_, end_;
  double total_ = 0;
  CheckReport report_;
  std::optional<base::Error> failed_;
};

}  // namespace

Result<CheckReport> check_chat_log(const CheckOptions& options) {
  TRY(auto channels, fold_chat_log(options.file));
  Progress progress("check", options.quiet);
  Checker checker(options, channels);
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < options.connections; ++i) workers.emplace_back([&] { checker.run_worker(progress); });
  for (auto& worker : workers) worker.join();
  TRY(auto report, checker.outcome());
  progress.finish(report.messages);
  return report;
}

}  // namespace hansard::replay
