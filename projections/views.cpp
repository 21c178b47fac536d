#include "projections/views.h"

#include <mutex>

#include "projections/chat_snapshot.h"
#include "projections/open_view.h"
#include "projections/projector.h"

namespace hansard::projections {

namespace {
constexpr char kChatView[] = "chat";  // conversation and unread
constexpr unsigned kChatVersion = 2;  // of the rows: another one is another folder

class ChatViews final : public Views {
 public:
  ChatViews(engine::Engine& engine, OpenedView opened, const ViewOptions& options)
      : store_(std::move(opened.store)),
        memo_(std::make_shared<UnreadMemo>(options.counters_cached_max)),
        gate_(store_->checkpoint().position),
        current_(store_->snapshot()),
        rebuilding_(std::move(opened.set_aside)),
        rebuilt_at_(engine.durable()),
        projector_(engine, store_, options,
                   {[this] { publish(); }, [this](std::string why) { note_stopped(std::move(why)); }}) {
    projector_.start();
  }

  Position applied() const override { return gate_.reached(); }
  base::PositionGate& applied_gate() override { return gate_; }
  std::unique_ptr<Snapshot> snapshot() const override;
  std::vector<ViewStatus> status() const override;
  void stop() override { projector_.stop(); }

 private:
  // The snapshot first: who waited at the gate must find what he waited for.
  void publish();
  void note_stopped(std::string why);

  std::shared_ptr<ViewStore> store_;
  std::shared_ptr<UnreadMemo> memo_;
  base::PositionGate gate_;
  mutable std::mutex mutex_;
  std::shared_ptr<const StoreSnapshot> current_;  // of the last commit, shared by all readers
  std::optional<std::string> rebuilding_;
  const Position rebuilt_at_;
  std::optional<std::string> stopped_;
  Projector projector_;
};

std::unique_ptr<Snapshot> ChatViews::snapshot() const {
  std::lock_guard lock(mutex_);
  return std::make_unique<ChatSnapshot>(current_, memo_);
}

std::vector<ViewStatus> ChatViews::status() const {
  std::lock_guard lock(mutex_);
  const Checkpoint& at = current_->checkpoint();
  return {{kChatView, at.position, at.digest.hex(), at.unknown_events, stopped_, rebuilding_}};
}

void ChatViews::publish() {
  std::shared_ptr<const StoreSnapshot> next = store_->snapshot();
  Position position = next->checkpoint().position;
  {
    std::lock_guard lock(mutex_);
    current_.swap(next);
    if (position >= rebuilt_at_) rebuilding_.reset();
  }
  gate_.advance(position);
}

void ChatViews::note_stopped(std::string why) {
  std::lock_guard lock(mutex_);
  stopped_ = std::move(why);
}

StoreOptions store_options(const ViewOptions& options) {
  return {options.write_buffer_bytes, options.block_cache_bytes};
}
}  // namespace

base::Result<std::unique_ptr<Views>> Views::open(engine::Engine& engine, const ViewOptions& options) {
  ViewPlace place{options.data_folder + "/views/" + kChatView, kChatVersion};
  TRY(auto opened, open_view(engine, place, store_options(options)));
  return std::unique_ptr<Views>(std::make_unique<ChatViews>(engine, std::move(opened), options));
}

}  // namespace hansard::projections
