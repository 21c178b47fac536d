#include "engine/read_only_engine.h"

#include <utility>

#include "engine/log/rocks_log.h"

namespace hansard::engine {

ReadOnlyEngine::ReadOnlyEngine(std::unique_ptr<log::EventLog> log)
    : log_(std::move(log)), gate_(log_->durable(base::kPartition)), no_tail_(1, 1), reader_(*log_, no_tail_) {}

Result<std::unique_ptr<Engine>> ReadOnlyEngine::open_locked(const std::string& data_folder) {
  TRY(auto log, log::open_rocks_log_read_only(data_folder));
  return std::unique_ptr<Engine>(std::make_unique<ReadOnlyEngine>(std::move(log)));
}

void ReadOnlyEngine::submit(Submission submission) {
  std::vector<Completion> completions;
  completions.push_back({submission.token, Overloaded{}});
  submission.sink->deliver(std::move(completions));
}

Result<std::vector<EventPtr>> ReadOnlyEngine::read(Position after, std::size_t events_max) const {
  return reader_.read(after, events_max, gate_.reached());
}

Result<EventPtr> ReadOnlyEngine::get(Position at) const {
  if (!at || at > gate_.reached()) return base::error(base::ErrorCode::not_found, "no event has this position");
  return reader_.get(at);
}

}  // namespace hansard::engine
