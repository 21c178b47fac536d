#include "engine/local_engine.h"

#include <algorithm>
#include <utility>

#include "engine/codec/codec.h"

namespace hansard::engine {

namespace {
constexpr std::size_t kWarmEventsMax = 8'192;  // enough for readers that were nearly up to date
constexpr std::int64_t kTypingExpiryMs = 60'000;

// Decodes every record from `from` up to the durable position. `use` gets the event and its record's size.
template <class Use>
Result<void> for_each_event(const log::EventLog& log, Position from, const Use& use) {
  base::Result<void> decoded = base::success();
  auto sink = [&](Position, std::string_view record) {
    auto event = codec::decode(record);
    if (event) {
      use(std::move(event).value(), record.size());
    } else {
      decoded = std::move(event).error();
    }
    return decoded.has_value();
  };
  while (from <= log.durable(base::kPartition)) {
    TRY(auto last, log.read(base::kPartition, from, {}, sink));
    TRY(std::move(decoded));
    from = last.next();
  }
  return base::success();
}
}  // namespace

Result<std::unique_ptr<Engine>> assemble(const Options& options, base::Clock& clock, Storage storage) {
  const bool has_threads = storage.has_threads;
  auto engine = std::make_unique<LocalEngine>(options, clock, std::move(storage));
  TRY(engine->open());
  if (has_threads) engine->start();
  return std::unique_ptr<Engine>(std::move(engine));
}

LocalEngine::LocalEngine(const Options& options, base::Clock& clock, Storage storage)
    : options_(options),
      clock_(clock),
      storage_(std::move(storage)),
      gate_(storage_.log->durable(base::kPartition)),
      tail_(options.tail_events_max, options.tail_bytes_max),
      reader_(*storage_.log, tail_),
      events_(batch_, reader_) {}

LocalEngine::~LocalEngine() = default;

Result<void> LocalEngine::open() {
  TRY(open_keys());
  TRY(auto expiry, CommandExpiry::open(*storage_.log, options_.command_days_kept, clock_.monotonic()));
  TRY(open_index(expiry));
  TRY(auto last_time, warm_tail());
  sequencer_ = std::make_unique<Sequencer>(Sequencer::Parts{options_, clock_, *storage_.log, *keys_, tail_, gate_,
                                                            reader_, *index_, batch_, events_, counters_},
                                           expiry, last_time);
  if (const auto after = storage_.report.loss_accepted_after) {
    sequencer_->append_own(domain::LossAccepted{*after, epoch()});
  }
  expire_typing();
  return base::success();
}

Result<void> LocalEngine::open_keys() {
  if (!storage_.keys) {
    TRY(storage_.keys, open_key_table(options_.data_folder));
  }
  keys_ = std::make_unique<KeyStore>(std::move(storage_.keys));
  return base::success();
}

Result<void> LocalEngine::open_index(const CommandExpiry& expiry) {
  const index::IndexLimits limits{options_.index_overlay_events_max, options_.index_cache_bytes, storage_.has_threads};
  if (!storage_.rows) {
    TRY(storage_.rows, index::RowStore::open(options_.data_folder + "/index", limits.cache_bytes / 2));
  }
  TRY(index_, index::WriteIndex::open(std::move(storage_.rows), limits, {gate_.reached(), epoch()}, events_));
  if (expiry.kept_from() > 0) index_->keep_commands_from(expiry.kept_from());
  return catch_up();
}

Result<void> LocalEngine::catch_up() {
  return for_each_event(*storage_.log, index_->folded_through().next(),
                        [this](const domain::RecordedEvent& event, std::size_t) {
                          if (!index_->continues_command(event)) index_->seal_if_full();
                          index_->fold(event);
                        });
}

// Returns the time of the newest event.
Result<base::Timestamp> LocalEngine::warm_tail() {
  const std::uint64_t end = gate_.reached().value;
  const std::uint64_t events =
      std::min<std::uint64_t>(end, std::clamp<std::size_t>(options_.tail_events_max, 1, kWarmEventsMax));
  base::Timestamp last_time;
  auto publish = [&](domain::RecordedEvent event, std::size_t bytes) {
    last_time = event.time;
    const Tail::Entry entry{std::make_shared<const domain::RecordedEvent>(std::move(event)), bytes};
    tail_.publish({&entry, 1});
  };
  TRY(for_each_event(*storage_.log, Position{end - events + 1}, publish));
  return last_time;
}

void LocalEngine::submit(Submission submission) {
  auto refuse = [](const Submission& to, Answer answer) {
    std::vector<Completion> completions;
    completions.push_back({to.token, std::move(answer)});
    to.sink->deliver(std::move(completions));
  };
  if (!storage_.log->has_disk_reserve()) return refuse(submission, DiskFull{});
  const auto now = clock_.monotonic();
  if (sequencer_->is_overdue(now)) return refuse(submission, Overloaded{});
  auto hashes = keys_->hash(submission.caller, submission.idempotency_key, submission.command);
  const std::size_t bytes = bytes_of(submission.command);
  Pending pending{std::move(submission), hashes, bytes, now};
  if (!sequencer_->submit(std::move(pending))) refuse(pending.submission, Overloaded{});
}

Result<std::vector<EventPtr>> LocalEngine::read(Position after, std::size_t events_max) const {
  return reader_.read(after, events_max, gate_.reached());
}

Result<EventPtr> LocalEngine::get(Position at) const {
  if (!at || at > gate_.reached()) return base::error(base::ErrorCode::not_found, "no event has this position yet");
  return reader_.get(at);
}

void LocalEngine::append_typing(const log::TypingTransition& transition) {
  storage_.typing->append(transition);
  expire_typing();
}

// At most once a minute, by whoever comes first.
void LocalEngine::expire_typing() {
  const base::Timestamp now = clock_.now();
  std::int64_t last = typing_expired_ms_.load(std::memory_order_relaxed);
  const bool due = now.ms - last >= kTypingExpiryMs || now.ms < last;
  if (due && typing_expired_ms_.compare_exchange_strong(last, now.ms)) storage_.typing->expire(now);
}

Metrics LocalEngine::metrics() const {
  Metrics metrics;
  metrics.commits = counters_.commits;
  metrics.commands = counters_.commands;
  metrics.events = counters_.events;
  metrics.rejections = counters_.rejections;
  metrics.replays = counters_.replays;
  metrics.sync_seconds = counters_.sync_seconds.snapshot();
  metrics.commit_events = counters_.commit_events.snapshot();
  metrics.sync_ns_max = counters_.sync_ns_max;
  metrics.queue_depth = sequencer_->queue_depth();
  metrics.index_overlay_events = index_->overlay_events();
  metrics.typing_dropped = storage_.typing->dropped();
  metrics.has_disk_reserve = storage_.log->has_disk_reserve();
  return metrics;
}

void LocalEngine::stop() { sequencer_->stop(); }

}  // namespace hansard::engine
