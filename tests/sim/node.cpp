#include "tests/sim/node.h"

#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "api/auth.h"
#include "api/io_thread.h"
#include "api/limits.h"
#include "api/past_reader.h"
#include "engine/base/check.h"
#include "engine/local_engine.h"
#include "projections/chat_snapshot.h"
#include "projections/open_view.h"
#include "projections/process/proposal_timer.h"
#include "projections/process/timers.h"
#include "tests/sim/look.h"
#include "tests/sim/spoilt_view.h"
#include "tests/sim/stores.h"
#include "tests/support/memory_log.h"

namespace hansard::sim {

namespace {
// A token is the word its user is called by.
class WordTokens final : public api::Authenticator {
 public:
  api::Result<api::Identity> authenticate(std::string_view token, base::Timestamp) const override {
    auto user = base::parse_user_id(token);
    if (!user) return base::error(base::ErrorCode::refused, "no user");
    api::Identity identity;
    identity.user = *user;
    identity.audit = token == kAuditor;
    identity.expires = {std::int64_t{1} << 50};
    return identity;
  }
};

// One of each for the life of the process, as nothing of the simulation is in them.
api::Metrics& metrics() {
  static api::Metrics all;
  return all;
}
const api::Authenticator& tokens() {
  static const WordTokens all;
  return all;
}

// What a process that has ended leaves in memory. It is never run again, and never destroyed: a crash destroys nothing.
template <class T>
void bury(T dead) {
  static std::vector<std::shared_ptr<void>>& graves = *new std::vector<std::shared_ptr<void>>();
  graves.push_back(std::move(dead));
}

// Large enough that RocksDB never flushes or compacts by itself: it happens when the world says so.
constexpr std::size_t kBufferBytes = 4u << 20;

engine::Options options_of(const Disk& disk, const Sizes& sizes) {
  engine::Options options;
  options.data_folder = disk.folder;
  options.log.write_buffer_bytes = kBufferBytes;
  options.log.block_cache_bytes = kBufferBytes;
  options.log.disk_reserve_bytes = 0;
  options.queue_commands_max = sizes.queue_commands_max;
  options.batch_commands_max = sizes.batch_commands_max;
  options.tail_events_max = sizes.tail_events_max;
  options.index_overlay_events_max = sizes.overlay_events_max;
  options.index_cache_bytes = 1u << 20;
  options.receipt_interval_ms = sizes.receipt_interval_ms;
  return options;
}

std::unique_ptr<api::Limits> limits_of(const Sizes& sizes) {
  auto limits = std::make_unique<api::Limits>();
  limits->outbox_frames_max = sizes.outbox_frames_max;
  limits->rate.user_per_s = 0;
  limits->rate.failed_auth_per_s = 0;
  limits->rate.places = 64;
  return limits;
}

std::unique_ptr<engine::LocalEngine> open_engine(Disk& disk, const Sizes& sizes, Bug bug) {
  engine::Storage storage;
  const engine::Options options = options_of(disk, sizes);
  if (disk.folder.empty()) {
    storage.log = open_log(disk.log, bug);
    storage.keys = open_key_table(disk.keys);
    storage.rows = open_row_store(disk.index, bug);
  } else {
    auto log = log::open_rocks_log(options.data_folder, options.log, storage.report);
    CHECK(log.has_value(), log.error().detail);
    storage.log = std::move(log.value());
  }
  storage.typing = std::make_unique<support::MemoryTypingLane>();
  storage.has_threads = false;
  auto engine = std::make_unique<engine::LocalEngine>(options, base::system_clock(), std::move(storage));
  auto opened = engine->open();
  CHECK(opened.has_value(), opened.error().detail);
  return engine;
}

projections::ViewOptions view_options(const Disk& disk, std::size_t batch_events_max) {
  projections::ViewOptions options;
  options.data_folder = disk.folder;
  options.batch_events_max = batch_events_max;
  options.write_buffer_bytes = kBufferBytes;
  options.block_cache_bytes = kBufferBytes;
  return options;
}

projections::OpenedView open_a_view(const engine::Engine& engine, const Disk& disk, const projections::ViewKind& kind,
                                    VersionedRows& rows, Bug bug) {
  if (disk.folder.empty()) return {open_view_store(rows, bug), std::nullopt};
  const auto options = view_options(disk, 1);
  auto opened = projections::open_view(engine, {projections::view_folder(options, kind), kind.version},
                                       projections::store_options(options, kind));
  CHECK(opened.has_value(), opened.error().detail);
  return std::move(opened.value());
}
}  // namespace

struct Node::Edge {
  boost::asio::io_context io;
  std::unique_ptr<api::IoThread> thread;
};

namespace {
// An engine that commits what it is given at once: a timer waits for its answers, and there is nobody else to make
// them.
class PromptEngine final : public engine::Engine {
 public:
  explicit PromptEngine(engine::LocalEngine& engine) : engine_(engine) {}
  void submit(engine::Submission submission) override {
    engine_.submit(std::move(submission));
    while (engine_.step()) {
    }
  }
  base::Position durable() const override { return engine_.durable(); }
  base::PositionGate& durable_gate() override { return engine_.durable_gate(); }
  std::uint32_t epoch() const override { return engine_.epoch(); }
  base::Result<std::vector<engine::EventPtr>> read(base::Position after, std::size_t events_max) const override {
    return engine_.read(after, events_max);
  }
  base::Result<engine::EventPtr> get(base::Position at) const override { return engine_.get(at); }
  void append_typing(const log::TypingTransition&) override {}
  engine::Metrics metrics() const override { return engine_.metrics(); }
  void stop() override {}

 private:
  engine::LocalEngine& engine_;
};

std::vector<std::unique_ptr<process::Timer>> make_timers(projections::Views& views, process::CommandDesk& desk) {
  std::vector<std::unique_ptr<process::Timer>> timers;
  for (const auto& find : {process::find_expired(), process::find_due_sends()}) {
    timers.push_back(std::make_unique<process::ProposalTimer>(views, base::system_clock(), desk, find));
  }
  return timers;
}
}  // namespace

struct Node::Clockwork {
  Clockwork(engine::LocalEngine& local, projections::Views& views)
      : engine(local), desk(engine), timers(base::system_clock(), views.applied_gate(), make_timers(views, desk)) {}
  PromptEngine engine;
  process::CommandDesk desk;
  process::Timers timers;
};

SteppedViews::SteppedViews(engine::Engine& engine, Disk& disk, std::size_t batch_events_max, Bug bug)
    : memo_(std::make_shared<projections::UnreadMemo>(1'000)),
      chat_(engine, chat_kind_with(bug), open_a_view(engine, disk, projections::chat_kind(), disk.chat, bug)),
      audit_(engine, projections::audit_kind(),
             open_a_view(engine, disk, projections::audit_kind(), disk.audit, Bug::none)),
      projector_(engine, {&chat_, &audit_}, view_options(disk, batch_events_max)) {}

std::unique_ptr<projections::Snapshot> SteppedViews::snapshot() const {
  return std::make_unique<projections::ChatSnapshot>(chat_.current().rows, memo_);
}

std::unique_ptr<projections::AuditSnapshot> SteppedViews::audit() const {
  return std::make_unique<projections::AuditSnapshot>(audit_.current().rows);
}

void SteppedViews::flush() {
  chat_.flush(true);
  audit_.flush(true);
}

Node::Node(Disk& disk, const Sizes& sizes, Bug bug)
    : is_on_rocks_(!disk.folder.empty()),
      limits_(limits_of(sizes)),
      engine_(open_engine(disk, sizes, bug)),
      views_(std::make_unique<SteppedViews>(*engine_, disk, sizes.view_batch_max, bug)),
      clockwork_(std::make_unique<Clockwork>(*engine_, *views_)),
      shared_(std::make_unique<api::Shared>(parts())) {
  for (std::size_t i = 0; i < sizes.io_threads; ++i) {
    auto edge = std::make_unique<Edge>();
    boost::asio::make_service<api::PastReader>(edge->io, false);
    edge->thread = std::make_unique<api::IoThread>(edge->io, parts(), *shared_, i == 0);
    edge->thread->dispatcher().start();
    edges_.push_back(std::move(edge));
  }
}

Node::~Node() { abandon(); }

api::ServerParts Node::parts() const {
  return {*engine_, *views_, tokens(), *limits_, metrics(), base::system_clock()};
}

bool Node::poll(std::size_t io_thread) {
  auto& io = edges_[io_thread]->io;
  io.restart();
  return io.poll_one() > 0;
}

// Asio sleeps by the machine's clock but decides by the world's what is due. A timer that was due long ago makes it
// look.
void Node::ring_timers() {
  for (auto& edge : edges_) {
    bool has_rung = false;
    boost::asio::steady_timer due(edge->io, std::chrono::steady_clock::time_point{});
    due.async_wait([&has_rung](boost::system::error_code) { has_rung = true; });
    while (!has_rung) {
      edge->io.restart();
      edge->io.poll();
    }
  }
}

void Node::step_sequencer() { engine_->step(); }

void Node::step_timers() { clockwork_->timers.step(); }

bool Node::step_index() { return engine_->step_index(); }

engine::Engine& Node::engine() { return *engine_; }

api::IoThread& Node::io_thread(std::size_t i) { return *edges_[i]->thread; }

void Node::abandon() {
  for (auto& edge : edges_) bury(std::shared_ptr<Edge>(std::move(edge)));
  edges_.clear();
  if (shared_) bury(std::shared_ptr<api::Shared>(std::move(shared_)));
  clockwork_.reset();
  if (is_on_rocks_) {  // its databases have to be let go before they can be opened again
    views_.reset();
    engine_.reset();
    return;
  }
  if (views_) bury(std::shared_ptr<SteppedViews>(std::move(views_)));
  if (engine_) bury(std::shared_ptr<engine::LocalEngine>(std::move(engine_)));
}

}  // namespace hansard::sim
