#include "projections/views.h"

#include <filesystem>
#include <mutex>

#include "projections/chat_snapshot.h"
#include "projections/live_view.h"
#include "projections/projector.h"
#include "projections/rebuilder.h"

namespace hansard::projections {

namespace {
class LiveViews final : public Views {
 public:
  LiveViews(engine::Engine& engine, OpenedView chat, OpenedView audit, const ViewOptions& options)
      : options_(options),
        counters_max_(options.counters_cached_max),
        chat_(engine, chat_kind(), std::move(chat)),
        audit_(engine, audit_kind(), std::move(audit)),
        projector_(engine, {&chat_, &audit_}, options),
        rebuilder_(engine, {&chat_, &audit_}, projector_, options) {
    projector_.start();
  }

  Position applied() const override { return chat_.gate().reached(); }
  base::PositionGate& applied_gate() override { return chat_.gate(); }
  std::unique_ptr<Snapshot> snapshot() const override;
  std::unique_ptr<AuditSnapshot> audit() const override {
    return std::make_unique<AuditSnapshot>(audit_.current().rows);
  }
  base::PositionGate& audit_gate() override { return audit_.gate(); }
  std::vector<ViewStatus> status() const override { return {chat_.status(), audit_.status()}; }
  Rebuilder* rebuilder() override { return &rebuilder_; }
  base::Result<bool> purge(Position through) override;
  void stop() override {
    rebuilder_.stop();
    projector_.stop();
  }

 private:
  // Counters stand for the rows they were counted from: another database has others.
  std::shared_ptr<UnreadMemo> memo_of(std::uint64_t generation) const;

  const ViewOptions options_;
  const std::size_t counters_max_;
  LiveView chat_;
  LiveView audit_;
  mutable std::mutex memo_mutex_;
  mutable std::shared_ptr<UnreadMemo> memo_;
  mutable std::uint64_t memo_generation_ = 0;
  Projector projector_;
  Rebuilder rebuilder_;
};

std::shared_ptr<UnreadMemo> LiveViews::memo_of(std::uint64_t generation) const {
  std::lock_guard lock(memo_mutex_);
  if (generation < memo_generation_) return std::make_shared<UnreadMemo>(0);
  if (!memo_ || generation > memo_generation_) memo_ = std::make_shared<UnreadMemo>(counters_max_);
  memo_generation_ = generation;
  return memo_;
}

// What stands ready for a rollback or a swap, or was set aside, holds what was erased since.
base::Result<bool> LiveViews::purge(Position through) {
  auto alone = rebuilder_.keep_only_live();
  if (!alone && alone.error().code == base::ErrorCode::refused) return false;
  TRY(std::move(alone));
  return chat_.purge(through);
}

std::unique_ptr<Snapshot> LiveViews::snapshot() const {
  LiveView::Current current = chat_.current();
  return std::make_unique<ChatSnapshot>(std::move(current.rows), memo_of(current.generation));
}

base::Result<OpenedView> open_kind(const engine::Engine& engine, const ViewKind& kind, const ViewOptions& options) {
  TRY(auto opened, open_view(engine, {view_folder(options, kind), kind.version}, store_options(options, kind)));
  if (opened.set_aside && options.on_set_aside) options.on_set_aside(kind.name, *opened.set_aside);
  return opened;
}
}  // namespace

base::Result<std::unique_ptr<Views>> Views::open(engine::Engine& engine, const ViewOptions& options) {
  TRY(auto chat, open_kind(engine, chat_kind(), options));
  TRY(auto audit, open_kind(engine, audit_kind(), options));
  return std::unique_ptr<Views>(std::make_unique<LiveViews>(engine, std::move(chat), std::move(audit), options));
}

}  // namespace hansard::projections
