#include <algorithm>
#include <limits>

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/render.h"

namespace hansard::api::handlers {

using base::MessageId;
using base::Ordinal;
using projections::Direction;
using projections::HistoryPage;
using projections::MessageView;
using projections::Snapshot;

namespace {
// What a request asks of the history of the seat's conversation.
struct Window {
  Direction direction = Direction::before;
  Ordinal from;           // 0 with `before`: from the newest
  bool is_empty = false;  // before the first message
  std::optional<Ordinal> around;
  std::optional<MessageId> thread;
};

// An ordinal, or the id of a message of this conversation that the caller may see.
Answered<Ordinal> ordinal_of(std::string_view text, const Seat& seat, const Snapshot& snapshot) {
  if (auto number = parse_number(text)) return Ordinal{*number};
  auto id = base::parse_id<MessageId>(text);
  if (!id) return malformed("A message is named by its id or its ordinal.");
  auto message = snapshot.message(*id);
  bool seen = message && message->facts.conversation == seat.conversation.id && message->facts.ordinal > seat.floor;
  if (!seen) return not_found();
  return message->facts.ordinal;
}

Answered<std::optional<MessageId>> thread_of(const Call& call, const Seat& seat, const Snapshot& snapshot) {
  auto text = call.params.get("thread");
  if (!text) return std::optional<MessageId>();
  TRY(auto ordinal, ordinal_of(*text, seat, snapshot));
  auto message = snapshot.message_at(seat.conversation.id, ordinal);
  if (!message || ordinal <= seat.floor) return not_found();
  return std::optional<MessageId>(message->facts.message);
}

Answered<Window> window_of_cursor(std::string_view text, const Seat& seat) {
  auto cursor = decode_history_cursor(text);
  if (!cursor || cursor->conversation != seat.conversation.id) return malformed("`cursor` is not one of this list");
  return Window{cursor->direction, cursor->from, false, std::nullopt, cursor->thread};
}

Answered<Window> window_of(const Call& call, const Seat& seat, const Snapshot& snapshot) {
  if (auto cursor = call.params.get("cursor")) return window_of_cursor(*cursor, seat);
  auto before = call.params.get("before");
  auto after = call.params.get("after");
  auto around = call.params.get("around");
  if (before.has_value() + after.has_value() + around.has_value() > 1) {
    return malformed("Only one of `before`, `after` and `around` may be given.");
  }
  Window window;
  TRY(auto thread, thread_of(call, seat, snapshot));
  window.thread = thread;
  if (before) {
    TRY(auto ordinal, ordinal_of(*before, seat, snapshot));
    window.from = ordinal;
    window.is_empty = !ordinal;
  } else if (after) {
    TRY(auto ordinal, ordinal_of(*after, seat, snapshot));
    window.direction = Direction::after;
    window.from = ordinal;
  } else if (around) {
    TRY(auto ordinal, ordinal_of(*around, seat, snapshot));
    window.around = ordinal;
  }
  return window;
}

HistoryPage page_of(const Window& window, const Seat& seat, const Snapshot& snapshot, std::size_t limit) {
  if (window.is_empty || limit == 0) return {};
  return snapshot.history(seat.conversation.id, {window.direction, window.from, limit, window.thread, seat.member.user},
                          seat.floor);
}

// Newest first like a plain page: half of the limit before the message, the message, the rest after it.
HistoryPage page_around(const Window& window, const Seat& seat, const Snapshot& snapshot, std::size_t limit) {
  std::size_t older = limit / 2;
  Window before{Direction::before, *window.around, !*window.around, std::nullopt, window.thread};
  Window after{Direction::after, *window.around, false, std::nullopt, window.thread};
  HistoryPage page = page_of(before, seat, snapshot, older);
  page.more = older == 0 ? window.around->value > seat.floor.value + 1 : page.more;
  HistoryPage newer = page_of(after, seat, snapshot, limit - older - 1);
  std::vector<MessageView> items(std::make_move_iterator(newer.items.rbegin()),
                                 std::make_move_iterator(newer.items.rend()));
  auto center = snapshot.message_at(seat.conversation.id, *window.around, seat.member.user);
  bool fits = center && *window.around > seat.floor && (!window.thread || center->facts.reply_to == window.thread);
  if (fits) items.push_back(*std::move(center));
  std::move(page.items.begin(), page.items.end(), std::back_inserter(items));
  page.items = std::move(items);
  return page;
}

// Around goes on towards the past, as a page without a window does.
std::string next_of(const Window& window, const Seat& seat, const HistoryPage& page) {
  if (!page.more || page.items.empty()) return {};
  Direction direction = window.around ? Direction::before : window.direction;
  return encode_cursor(HistoryCursor{seat.conversation.id, direction, page.items.back().facts.ordinal, window.thread});
}
}  // namespace

Answered<Response> history(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto seat, seat_of(call, snapshot, id));
  // The present must not pass for the past.
  if (call.params.has("as_of")) {
    return Problem{422, "not_supported", "`as_of` is not supported by this server.", 0, {}};
  }
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto window, window_of(call, seat, snapshot));
  HistoryPage page =
      window.around ? page_around(window, seat, snapshot, limit) : page_of(window, seat, snapshot, limit);
  std::string body = "{\"items\":[";
  Senders senders(snapshot);
  for (const auto& message : page.items) {
    if (body.back() != '[') body += ',';
    append_message(body, message, context.engine.epoch(), &senders.of(message.facts.author));
  }
  end_page(body, next_of(window, seat, page));
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
