#include "projections/process/process.h"

#include <utility>

#include "projections/process/blob_sweeper.h"
#include "projections/process/eraser.h"
#include "projections/process/notification_timer.h"
#include "projections/process/proposal_timer.h"

namespace hansard::process {

base::Result<std::unique_ptr<Process>> Process::open(const Parts& parts, const ProcessOptions& options,
                                                     std::vector<Subscriber> subscribers) {
  TRY(auto store, ProgressStore::open(options.data_folder + "/outbox"));
  return std::unique_ptr<Process>(new Process(parts, options, std::move(subscribers), std::move(store)));
}

Process::Process(const Parts& parts, const ProcessOptions& options, std::vector<Subscriber> subscribers,
                 std::unique_ptr<ProgressStore> store)
    : store_(std::move(store)),
      webhooks_(
          std::move(subscribers),
          {parts.engine, parts.views, *store_, parts.clock, parts.render, parts.trouble, options.dead_letters_max},
          HttpPost::make),
      consumers_(parts.engine, *store_, parts.clock, options.consumers),
      desk_(parts.engine),
      timers_(parts.clock, parts.views.applied_gate(), make_timers(parts, options)),
      eraser_desk_(parts.engine),
      eraser_(parts.clock, parts.views.applied_gate(), make_eraser(parts)) {}

Process::~Process() { stop(); }

void Process::start() {
  webhooks_.start();
  consumers_.start();
  timers_.start();
  eraser_.start();
}

void Process::stop() {
  eraser_.stop();
  timers_.stop();
  webhooks_.stop();
  consumers_.stop();
}

std::vector<std::unique_ptr<Timer>> Process::make_eraser(const Parts& parts) {
  std::vector<std::unique_ptr<Timer>> timers;
  timers.push_back(
      std::make_unique<Eraser>(Eraser::Parts{parts.engine, parts.views, parts.clock, eraser_desk_, parts.files,
                                             parts.erasure_trouble, parts.purge_others, &erasure_watch_}));
  return timers;
}

// Every timer of the house; one more is one more line.
std::vector<std::unique_ptr<Timer>> Process::make_timers(const Parts& parts, const ProcessOptions& options) {
  const bool notify = webhooks_.is_wanted(domain::EventType::notification_due);
  const NotificationTimer::Parts notified{parts.engine, parts.views, *store_, parts.clock, desk_};
  std::vector<std::unique_ptr<Timer>> timers;
  timers.push_back(std::make_unique<ProposalTimer>(parts.views, parts.clock, desk_, find_expired()));
  timers.push_back(std::make_unique<ProposalTimer>(parts.views, parts.clock, desk_, find_due_sends()));
  timers.push_back(std::make_unique<NotificationTimer>(notified, options.notify_after_s, notify));
  if (parts.files == nullptr) return timers;
  const std::chrono::seconds unattached(options.files_unattached_s), round(options.files_sweep_s);
  const BlobSweeper::Parts swept{parts.engine, parts.views, *parts.files, parts.clock, parts.files_trouble};
  timers.push_back(std::make_unique<ProposalTimer>(parts.views, parts.clock, desk_, find_collectable(unattached)));
  timers.push_back(std::make_unique<BlobSweeper>(swept, round));
  return timers;
}

}  // namespace hansard::process
