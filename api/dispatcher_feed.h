// What one session is fed: live from the dispatcher, or, when its outbox is full or it asked to resume, from the log at
// its own pace until it has caught up (API.md section 5, "A slow socket").
//
//   live ──(outbox full)──► fell_behind {last} ──► behind ──(Resume meets the cursor)──► caught_up ──► live
//   live ──(resume P)────────────────────────────► behind
//
// Invariants: everything that concerns the user at or below `last` has gone into the outbox; live frames are only
// taken while live, so each is given once. Positions in the outbox never fall but after a `resume`.
// Thread: the io thread it belongs to. The catch-up is a task of the io thread's group; close() ends it.
// Limits: of those who catch up one takes a step in a turn of the loop; a step makes kFramesAStep frames or about
// kBytesAStep, and only when the outbox has room. Counts that take long are read beside the io thread (PastReader).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "api/context.h"
#include "api/dispatcher.h"
#include "api/outbox.h"
#include "api/resume.h"
#include "api/task_group.h"

namespace hansard::api {

class Feed final : public Subscriber, public std::enable_shared_from_this<Feed> {
 public:
  static constexpr std::size_t kFramesAStep = 64;
  static constexpr std::size_t kBytesAStep = 64u << 10;  // about: by the size of the frames before

  Feed(Context& context, Dispatcher& dispatcher, TaskGroup& tasks, std::shared_ptr<Outbox> outbox, base::UserId user);
  ~Feed() override;

  // False: the views are too far behind to seed it (Dispatcher::attach). Once it is true the feed is live.
  bool attach();
  // Feeds from `after` on; false, with nothing changed, when that is in the future.
  bool resume(base::Position after);
  void close();
  bool is_behind() const { return resume_ != nullptr; }

  const base::UserId& user() const override { return user_; }
  void offer(base::Position position, const FramePtr& frame) override;
  void offer_unread(base::Position position, const base::ConversationId& conversation, const FramePtr& frame) override;
  void offer_droppable(const FramePtr& frame) override;

 private:
  void fall_behind();
  void start_catching_up(base::Position after);
  static asio::awaitable<void> catch_up(std::shared_ptr<Feed> feed, std::uint64_t run);
  struct Given {  // by a step
    Resume::Step step = Resume::Step::more;
    std::vector<FramePtr> frames;
    LateCounts late;
  };
  Given step();
  asio::awaitable<void> read_late(LateCounts& late, std::uint64_t run);
  bool give(Given given);
  void be_live();

  Context& context_;
  Dispatcher& dispatcher_;
  TaskGroup& tasks_;
  std::shared_ptr<Outbox> outbox_;
  const base::UserId user_;
  base::Position last_;
  std::unique_ptr<Resume> resume_;  // while behind
  bool waits_for_views_ = false;
  bool is_attached_ = false;
  bool is_lagging_ = false;      // counted in the metrics
  std::size_t frame_bytes_ = 0;  // of the catch-up's last frames, on average
  // Of the catch-up: a newer one ends the older. Others than the io thread only look at it.
  std::atomic<std::uint64_t> run_ = 0;
};

// {"type":"caught_up","position":P,"data":{"position":P}}, also for fell_behind.
std::string position_frame(std::string_view type, std::uint32_t epoch, base::Position position);

}  // namespace hansard::api
