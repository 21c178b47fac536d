// A view, the chat view unless another is named, without its thread: a test folds what it likes, crashes it, and looks.
//
// Thread: one. Owns: a temporary folder.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "projections/chat_snapshot.h"
#include "projections/view_fold.h"
#include "tests/support/recompute_digest.h"
#include "tests/support/temp_folder.h"

namespace hansard::projections {

class FoldedView {
 public:
  explicit FoldedView(std::size_t counters_max = 1'000, std::size_t rows_cached_max = 100,
                      StoreOptions options = {1u << 20, 1u << 20}, const ViewKind& kind = chat_kind())
      : kind_(kind),
        memo_(std::make_shared<UnreadMemo>(counters_max)),
        rows_cached_max_(rows_cached_max),
        options_(options) {
    open();
  }

  // Folds what the log has beyond the checkpoint, `batch_events` at a time.
  void follow(const std::vector<engine::EventPtr>& log, std::size_t batch_events) {
    while (position() < log.size()) {
      std::size_t count = std::min(batch_events, log.size() - position());
      auto folded = fold_->fold(std::span(log).subspan(position(), count));
      if (!folded) throw std::runtime_error(folded.error().detail);
    }
  }
  base::Result<void> fold(std::span<const engine::EventPtr> events) { return fold_->fold(events); }

  void set_breath(std::function<bool()> breath) { fold_->set_breath(std::move(breath)); }

  // Everything that was not flushed is gone.
  void crash() {
    fold_.reset();
    store_.reset();
    open();
  }
  void flush() { store_->flush(true); }

  ChatSnapshot snapshot() const { return ChatSnapshot(store_->snapshot(), memo_); }
  std::uint64_t position() const { return store_->checkpoint().position.value; }
  const Checkpoint& checkpoint() const { return store_->checkpoint(); }
  RowDigest recomputed() const { return recompute_digest(*store_->snapshot()); }
  std::shared_ptr<ViewStore> store() { return store_; }

 private:
  void open() {
    auto store = ViewStore::open(folder_.path() + "/view", options_);
    if (!store) throw std::runtime_error(store.error().detail);
    store_ = std::move(store.value());
    fold_ = std::make_unique<ViewFold>(kind_, store_, 1, rows_cached_max_);
  }

  const ViewKind& kind_;
  support::TempFolder folder_;
  std::shared_ptr<UnreadMemo> memo_;
  const std::size_t rows_cached_max_;
  const StoreOptions options_;
  std::shared_ptr<ViewStore> store_;
  std::unique_ptr<ViewFold> fold_;
};

// What may expire, of all conversations, at most `limit`.
inline std::vector<base::MessageId> expirable(const ChatSnapshot& now, base::Timestamp at, std::size_t limit) {
  std::vector<base::MessageId> found;
  for (const auto& in : now.expiring(at, {}, limit)) {
    const auto stretch = now.expirable_in(in.place.conversation, in.oldest, at, 1'000'000);
    for (const auto& message : stretch.messages) found.push_back(message.message);
  }
  found.resize(std::min(found.size(), limit));
  return found;
}

}  // namespace hansard::projections
