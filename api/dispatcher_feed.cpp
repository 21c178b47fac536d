#include "api/dispatcher_feed.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "api/metrics.h"
#include "api/past_reader.h"
#include "api/position_text.h"

namespace hansard::api {

using base::ConversationId;
using base::Position;

namespace {
constexpr std::chrono::milliseconds kViewsWait{200};
}  // namespace

Feed::Feed(Context& context, Dispatcher& dispatcher, TaskGroup& tasks, std::shared_ptr<Outbox> outbox,
           base::UserId user)
    : context_(context), dispatcher_(dispatcher), tasks_(tasks), outbox_(std::move(outbox)), user_(std::move(user)) {}

Feed::~Feed() { close(); }

bool Feed::attach() {
  is_attached_ = dispatcher_.attach(*this);
  last_ = dispatcher_.cursor();
  return is_attached_;
}

void Feed::close() {
  if (std::exchange(is_attached_, false)) dispatcher_.detach(*this);
  if (std::exchange(is_lagging_, false)) context_.metrics.lagging(-1);
  ++run_;
  resume_.reset();
  outbox_->drained.notify();
}

bool Feed::resume(Position after) {
  if (after > context_.engine.durable()) return false;
  start_catching_up(after);
  return true;
}

void Feed::offer(Position position, const FramePtr& frame) {
  if (resume_) return;
  if (!outbox_->offer(frame)) return fall_behind();
  last_ = position;
}

void Feed::offer_unread(Position position, const ConversationId& conversation, const FramePtr& frame) {
  if (!resume_ && outbox_->offer(frame)) {
    last_ = position;
    return;
  }
  if (!resume_) fall_behind();
  resume_->note_unread(conversation, position);
}

void Feed::offer_droppable(const FramePtr& frame) {
  if (!resume_) outbox_->offer_droppable(frame);
}

void Feed::fall_behind() {
  outbox_->push(make_frame(position_frame("fell_behind", context_.engine.epoch(), last_)));
  is_lagging_ = true;
  context_.metrics.lagging(1);
  start_catching_up(last_);
}

void Feed::start_catching_up(Position after) {
  last_ = after;
  resume_ = std::make_unique<Resume>(context_.engine, context_.views, dispatcher_, context_.limits, user_, after);
  outbox_->drained.notify();
  tasks_.spawn("catch up", catch_up(shared_from_this(), ++run_));
}

asio::awaitable<void> Feed::catch_up(std::shared_ptr<Feed> feed, std::uint64_t run) {
  for (;;) {
    while (feed->run_ == run && !feed->outbox_->has_room()) co_await feed->outbox_->drained.wait();
    if (feed->run_ == run) co_await feed->tasks_.turns().next();
    if (feed->run_ != run) co_return;
    auto given = feed->step();
    if (!given.late.is_empty()) co_await feed->read_late(given.late, run);
    if (feed->run_ != run || !feed->give(std::move(given))) co_return;
    if (feed->waits_for_views_) co_await feed->context_.views_reach(feed->dispatcher_.cursor(), kViewsWait);
  }
}

Feed::Given Feed::step() {
  Given given;
  const auto frames_max =
      std::clamp<std::size_t>(kBytesAStep / std::max<std::size_t>(frame_bytes_, 1), 1, kFramesAStep);
  given.step = resume_->step(frames_max, given.frames);
  given.late = resume_->take_late();
  return given;
}

// Nobody wants them once the catch-up was ended.
asio::awaitable<void> Feed::read_late(LateCounts& late, std::uint64_t run) {
  std::function<void()> job = [&] {
    if (run_ == run) late.read(user_, context_.engine.epoch());
  };
  co_await asio::use_service<PastReader>(context_.io).count(user_, std::move(job));
}

// False when it is live again.
bool Feed::give(Given given) {
  given.late.put(dispatcher_, user_, given.frames);
  std::size_t bytes = 0;
  const auto count = given.frames.size();
  for (auto& frame : given.frames) {
    bytes += frame->size();
    outbox_->push(std::move(frame));
  }
  if (count > 0) frame_bytes_ = bytes / count;
  last_ = resume_->served();
  waits_for_views_ = given.step == Resume::Step::wait_for_views;
  if (given.step == Resume::Step::met) be_live();
  return given.step != Resume::Step::met;
}

void Feed::be_live() {
  resume_.reset();
  if (std::exchange(is_lagging_, false)) context_.metrics.lagging(-1);
  outbox_->push(make_frame(position_frame("caught_up", context_.engine.epoch(), last_)));
}

std::string position_frame(std::string_view type, std::uint32_t epoch, Position position) {
  auto text = position_text(epoch, position);
  std::string out;
  out.append("{\"type\":\"").append(type).append("\",\"position\":\"").append(text);
  out.append("\",\"data\":{\"position\":\"").append(text).append("\"}}");
  return out;
}

}  // namespace hansard::api
