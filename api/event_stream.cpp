#include "api/event_stream.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/position_text.h"
#include "engine/event_json.h"

namespace hansard::api {

using engine::EventScan;

EventStream::EventStream(Context& context, EventScan scan, base::Timestamp token_expires, UserCounts::Slot place)
    : context_(context),
      follower_(*context.event_tail),
      scan_(std::move(scan)),
      told_(scan_.scanned()),
      token_expires_(token_expires),
      place_(std::move(place)) {
  set_due();
}

asio::awaitable<Answered<void>> EventStream::open() { co_return boost::outcome_v2::success(); }

void EventStream::finish() {
  has_ended_ = true;
  follower_.wake.notify();
}

void EventStream::set_due() {
  follower_.due = context_.clock.monotonic() + std::chrono::milliseconds(context_.limits.events_checkpoint_ms);
}

asio::awaitable<base::Result<std::string_view>> EventStream::next() {
  piece_.clear();
  if (!std::exchange(has_greeted_, true)) piece_ = "retry: 1000\n\n";  // the head leaves with it
  while (piece_.empty() && !has_ended_) {
    if (is_at_end_ && !is_due()) co_await follower_.wake.wait();
    if (ends_here()) break;
    auto filled = fill();
    if (!filled) co_return std::move(filled).error();
    if (piece_.empty() && !is_at_end_) co_await asio::post(context_.io, asio::use_awaitable);  // others have their turn
  }
  co_return std::string_view(piece_);
}

bool EventStream::ends_here() {
  if (has_ended_) return true;
  if (seat_ && !seat_->is_current()) {
    piece_ += "event: error\ndata: ";
    append_problem(piece_, consumer_taken(), base::uuid_text(context_.uuids.next()));
    piece_ += "\n\n";
    end("the consumer has another reader");
  } else if (context_.clock.now() >= token_expires_) {
    end("the token has expired");
  }
  return has_ended_;
}

// One slice of the log, or more of them while they bring something.
base::Result<void> EventStream::fill() {
  const auto sink = [this](const engine::EventPtr& event) {
    append_event(event);
    return piece_.size() < kPieceBytes;
  };
  for (;;) {
    const auto before = piece_.size();
    TRY(auto step, scan_.step(sink));
    on_standing(step);
    if (step != EventScan::Step::more || piece_.size() == before || piece_.size() >= kPieceBytes) break;
  }
  if (is_due() || scan_.scanned().value - told_.value >= kCheckpointEvents) append_sign_of_life();
  return base::success();
}

void EventStream::on_standing(EventScan::Step step) {
  is_at_end_ = step == EventScan::Step::at_end;
  if (is_at_end_ && !std::exchange(has_caught_up_, true)) append_mark("caught_up");
  if (step != EventScan::Step::ended) return;
  append_mark("checkpoint");
  end("the end that was asked for");
}

void EventStream::append_event(const engine::EventPtr& event) {
  const auto text = context_.event_tail->text_of(event);
  piece_.append("id: ").append(position_text(context_.engine.epoch(), event->position));
  piece_.append("\nevent: ").append(engine::event_type_name(*event));
  piece_.append("\ndata: ").append(*text).append("\n\n");
  told_ = event->position;
  set_due();
}

void EventStream::append_mark(std::string_view type) {
  told_ = scan_.scanned();
  const auto position = position_text(context_.engine.epoch(), told_);
  piece_.append("id: ").append(position).append("\nevent: ").append(type);
  piece_.append("\ndata: {\"position\":\"").append(position).append("\"}\n\n");
  set_due();
}

// A checkpoint where there is one to tell of, else a comment that keeps the line open.
void EventStream::append_sign_of_life() {
  if (scan_.scanned() > told_) return append_mark("checkpoint");
  piece_.append(":\n\n");
  set_due();
}

void EventStream::end(std::string_view why) {
  piece_.append(": ").append(why).append("\n\n");
  has_ended_ = true;
}

}  // namespace hansard::api
