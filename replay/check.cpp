#include "replay/check.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/json.h"
#include "replay/channel_check.h"
#include "replay/command_output.h"
#include "replay/expected.h"
#include "replay/progress.h"
#include "replay/refusal.h"

namespace hansard::replay {

using base::Result;

namespace {

ClientOptions client_options(const CheckOptions& options) { return {options.patience, 0, options.quiet, {}}; }

void add(CheckReport& total, const CheckReport& part) {
  total.conversations += part.conversations;
  total.messages += part.messages;
  total.replies += part.replies;
  total.mentions += part.mentions;
  total.members += part.members;
  total.unread_counts += part.unread_counts;
  total.differences_total += part.differences_total;
  for (const auto& difference : part.differences) {
    if (total.differences.size() < kSentencesKept) total.differences.push_back(difference);
  }
}

// The channels as a list that workers take from.
class Checker {
 public:
  Checker(const CheckOptions& options, const ExpectedChannels& channels, std::string position)
      : options_(options), position_(std::move(position)), next_(channels.begin()) {
    end_ = channels.end();
    total_ = static_cast<double>(channels.size());
  }

  void run_worker(Progress& progress) {
    Client client(options_.endpoint, options_.token, client_options(options_));
    while (auto channel = take()) {
      CheckReport part;
      auto checked = ChannelCheck(options_.file, **channel, position_, client, part).run();
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
  const std::string position_;  // where the log ended when the check began
  std::mutex mutex_;
  ExpectedChannels::const_iterator next_, end_;
  double total_ = 0;
  CheckReport report_;
  std::optional<base::Error> failed_;
};

// Everything that was acknowledged before is at or below it.
Result<std::string> end_of_log(const CheckOptions& options) {
  Client client(options.endpoint, options.token, client_options(options));
  TRY(auto response, client.send({"GET", "/api/v1/events?from=now&limit=1", "", "", ""}));
  base::JsonParser parser;
  auto page = parser.parse(response.body);
  const auto position = page ? page.value().member("position").string() : std::nullopt;
  if (response.status == 200 && position) return std::string(*position);
  return base::error(base::ErrorCode::refused, "The server does not say where its log ends: it answers " +
                                                   std::to_string(response.status) + ": " + reason_of(response));
}
}  // namespace

Result<CheckReport> check_chat_log(const CheckOptions& options) {
  TRY(auto channels, fold_chat_log(options.file));
  TRY(auto position, end_of_log(options));
  if (channels.empty()) {
    return base::error(base::ErrorCode::not_found,
                       "There is nothing to check: " + options.file + " has no line of a chat log.");
  }
  Progress progress("check", options.quiet);
  Checker checker(options, channels, std::move(position));
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < options.connections; ++i) workers.emplace_back([&] { checker.run_worker(progress); });
  for (auto& worker : workers) worker.join();
  TRY(auto report, checker.outcome());
  progress.finish(report.messages);
  return report;
}

}  // namespace hansard::replay
