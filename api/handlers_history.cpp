#include <algorithm>
#include <limits>

#include "api/audited_read.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/handlers_past.h"
#include "api/render.h"

namespace hansard::api::handlers {

using base::MessageId;
using base::Ordinal;
using projections::Direction;
using projections::HistoryPage;
using projections::HistoryQuery;
using projections::MessageView;
using projections::Past;
using projections::Snapshot;

namespace {
// The messages of one conversation as the one who asks may see them.
class Messages {
 public:
  Messages(const base::ConversationId& conversation, Ordinal hidden_through)
      : id(conversation), floor(hidden_through) {}
  virtual ~Messages() = default;
  virtual std::optional<MessageView> message(const MessageId& message) const = 0;
  virtual std::optional<MessageView> message_at(Ordinal ordinal) const = 0;
  virtual HistoryPage history(HistoryQuery query) const = 0;

  const base::ConversationId id;
  const Ordinal floor;  // ordinals at or below are hidden
};

class MessagesNow final : public Messages {
 public:
  MessagesNow(const Seat& seat, const Snapshot& snapshot)
      : Messages(seat.conversation.id, seat.floor), user_(seat.member.user), snapshot_(snapshot) {}
  std::optional<MessageView> message(const MessageId& message) const override { return snapshot_.message(message); }
  std::optional<MessageView> message_at(Ordinal ordinal) const override {
    return snapshot_.message_at(id, ordinal, user_);
  }
  HistoryPage history(HistoryQuery query) const override {
    query.viewer = user_;
    return snapshot_.history(id, query, floor);
  }

 private:
  const base::UserId& user_;
  const Snapshot& snapshot_;
};

class MessagesThen final : public Messages {
 public:
  MessagesThen(const base::ConversationId& conversation, const Past& past) : Messages(conversation, {}), past_(past) {}
  std::optional<MessageView> message(const MessageId& message) const override { return past_.message(message); }
  std::optional<MessageView> message_at(Ordinal ordinal) const override { return past_.message_at(id, ordinal); }
  HistoryPage history(HistoryQuery query) const override { return past_.history(id, query); }

 private:
  const Past& past_;
};

// What a request asks of the history of a conversation.
struct Window {
  Direction direction = Direction::before;
  Ordinal from;           // 0 with `before`: from the newest
  bool is_empty = false;  // before the first message
  std::optional<Ordinal> around;
  std::optional<MessageId> thread;
};

// An ordinal, or the id of a message of this conversation that the caller may see.
Answered<Ordinal> ordinal_of(std::string_view text, const Messages& in) {
  if (auto number = parse_number(text)) return Ordinal{*number};
  auto id = base::parse_id<MessageId>(text);
  if (!id) return malformed("A message is named by its id or its ordinal.");
  auto message = in.message(*id);
  bool seen = message && message->facts.conversation == in.id && message->facts.ordinal > in.floor;
  if (!seen) return not_found();
  return message->facts.ordinal;
}

Answered<std::optional<MessageId>> thread_of(const Call& call, const Messages& in) {
  auto text = call.params.get("thread");
  if (!text) return std::optional<MessageId>();
  TRY(auto ordinal, ordinal_of(*text, in));
  auto message = in.message_at(ordinal);
  if (!message || ordinal <= in.floor) return not_found();
  return std::optional<MessageId>(message->facts.message);
}

Answered<Window> window_asked(const Call& call, const Messages& in) {
  auto before = call.params.get("before");
  auto after = call.params.get("after");
  auto around = call.params.get("around");
  if (before.has_value() + after.has_value() + around.has_value() > 1) {
    return malformed("Only one of `before`, `after` and `around` may be given.");
  }
  Window window;
  TRY(auto thread, thread_of(call, in));
  window.thread = thread;
  if (before) {
    TRY(auto ordinal, ordinal_of(*before, in));
    window.from = ordinal;
    window.is_empty = !ordinal;
  } else if (after) {
    TRY(auto ordinal, ordinal_of(*after, in));
    window.direction = Direction::after;
    window.from = ordinal;
  } else if (around) {
    TRY(auto ordinal, ordinal_of(*around, in));
    window.around = ordinal;
  }
  return window;
}

// Could the list that was asked for have given the cursor? Beside it everything that says which list it is may be left
// out.
bool goes_on(const HistoryCursor& cursor, const Window& asked) {
  if (asked.thread && asked.thread != cursor.thread) return false;
  const bool is_after = cursor.direction == Direction::after;
  if (asked.direction == Direction::after) return is_after && cursor.from > asked.from;
  if (asked.around) return !is_after && cursor.from <= *asked.around;
  if (asked.from) return !is_after && cursor.from < asked.from;
  return !asked.is_empty;
}

Answered<Window> window_of(const Call& call, const Messages& in) {
  TRY(auto asked, window_asked(call, in));
  auto text = call.params.get("cursor");
  if (!text) return asked;
  auto cursor = decode_history_cursor(*text);
  const bool is_its = cursor && cursor->conversation == in.id && goes_on(*cursor, asked);
  if (!is_its) return malformed("`cursor` is not one of this list");
  return Window{cursor->direction, cursor->from, false, std::nullopt, cursor->thread};
}

HistoryPage page_of(const Window& window, const Messages& in, std::size_t limit) {
  if (window.is_empty || limit == 0) return {};
  return in.history({window.direction, window.from, limit, window.thread, std::nullopt});
}

// Newest first like a plain page: half of the limit before the message, the message, the rest after it. From
// a message that is not of the list one goes on at least.
HistoryPage page_around(const Window& window, const Messages& in, std::size_t limit) {
  auto center = in.message_at(*window.around);
  bool fits = center && *window.around > in.floor && (!window.thread || center->facts.reply_to == window.thread);
  std::size_t older = fits ? limit / 2 : std::max<std::size_t>(limit / 2, 1);
  Window before{Direction::before, *window.around, !*window.around, std::nullopt, window.thread};
  Window after{Direction::after, *window.around, false, std::nullopt, window.thread};
  HistoryPage page = page_of(before, in, older);
  page.more = older == 0 ? window.around->value > in.floor.value + 1 : page.more;
  HistoryPage newer = page_of(after, in, limit - older - (fits ? 1 : 0));
  std::vector<MessageView> items(std::make_move_iterator(newer.items.rbegin()),
                                 std::make_move_iterator(newer.items.rend()));
  if (fits) items.push_back(*std::move(center));
  std::move(page.items.begin(), page.items.end(), std::back_inserter(items));
  page.items = std::move(items);
  return page;
}

// Around goes on towards the past, as a page without a window does.
std::string next_of(const Window& window, const Messages& in, const HistoryPage& page) {
  if (!page.more || page.items.empty()) return {};
  Direction direction = window.around ? Direction::before : window.direction;
  return encode_cursor(HistoryCursor{in.id, direction, page.items.back().facts.ordinal, window.thread});
}
Answered<HistoryPage> page_asked(const Context& context, const Call& call, const Messages& in, std::string& next) {
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto window, window_of(call, in));
  HistoryPage page = window.around ? page_around(window, in, limit) : page_of(window, in, limit);
  next = next_of(window, in, page);
  return page;
}

// Without `senders` nothing is said of authors but their ids.
Response page_response(const Context& context, const HistoryPage& page, const std::string& next, Senders* senders) {
  std::string body = "{\"items\":[";
  for (const auto& message : page.items) {
    if (body.back() != '[') body += ',';
    append_message(body, message, context.engine.epoch(), senders ? &senders->of(message.facts.author) : nullptr);
  }
  end_page(body, next);
  return json_response(std::move(body));
}
}  // namespace

Answered<Response> history(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto seat, seat_of(call, snapshot, id));
  std::string next;
  TRY(auto page, page_asked(context, call, MessagesNow(seat, snapshot), next));
  Senders senders(snapshot);
  return page_response(context, page, next, &senders);
}

Answered<Response> past_history(Context& context, const Call& call, const Past& past) {
  TRY(auto id, conversation_of_path(call));
  if (!past.conversation(id)) return not_found();
  std::string next;
  TRY(auto page, page_asked(context, call, MessagesThen(id, past), next));
  return on_record(page_response(context, page, next, nullptr), call, {"history.as_of", id, {}, {}, {}});
}

}  // namespace hansard::api::handlers
