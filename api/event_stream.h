// The log as server-sent events (WHATWG HTML, section 9.2), the body of a response that does not end: what lies above
// a position, then what comes. Each event is `id: <position>`, `event: <type>`, `data: <json>`; `event: checkpoint`
// says that everything up to its id was sent or filtered, also when nothing matched; `event: caught_up` that the end of
// the log was reached for the first time. `Last-Event-ID` is any of those ids.
//
// Pulled by the session: a piece is made when the last one was written, so a slow reader is served from the log at its
// pace and holds one piece.
//
// Thread: the io thread of the context.
// Limits: kPieceBytes and one event a piece; the stream ends with its token.
#pragma once

#include <memory>
#include <string>

#include "api/body_stream.h"
#include "api/consumer_seat.h"
#include "api/context.h"
#include "api/event_tail.h"
#include "api/user_counts.h"
#include "engine/event_scan.h"

namespace hansard::api {

class EventStream final : public BodySource {
 public:
  static constexpr std::size_t kPieceBytes = 64u << 10;
  static constexpr std::uint64_t kCheckpointEvents = 10'000;  // scanned and not told of

  EventStream(Context& context, engine::EventScan scan, base::Timestamp token_expires, UserCounts::Slot place);
  // Ends when another reader takes the seat; acknowledging is the reader's own business. Before the first next().
  void read_for(std::unique_ptr<ConsumerSeat> seat) { seat_ = std::move(seat); }
  void look() { follower_.wake.notify(); }

  std::uint64_t size() const override { return 0; }
  bool is_endless() const override { return true; }
  asio::awaitable<Answered<void>> open() override;
  asio::awaitable<base::Result<std::string_view>> next() override;
  void finish() override;

 private:
  base::Result<void> fill();
  void on_standing(engine::EventScan::Step step);
  void append_event(const engine::EventPtr& event);
  void append_mark(std::string_view type);
  void append_sign_of_life();
  void end(std::string_view why);
  bool ends_here();
  bool is_due() const { return context_.clock.monotonic() >= follower_.due; }
  void set_due();

  Context& context_;
  EventTail::Follower follower_;
  engine::EventScan scan_;
  base::Position told_;  // the last id
  const base::Timestamp token_expires_;
  const UserCounts::Slot place_;
  std::unique_ptr<ConsumerSeat> seat_;
  std::string piece_;
  bool has_greeted_ = false, has_caught_up_ = false, is_at_end_ = false, has_ended_ = false;
};

}  // namespace hansard::api
