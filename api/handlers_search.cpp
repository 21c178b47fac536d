// GET /search/messages: waits for the positions the caller may expect, asks the index, and shows each hit as the views
// have it now. The index narrows down; membership, history from joining, deletion and the query itself are checked
// again on the message that is shown.
#include <algorithm>
#include <map>
#include <mutex>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/json.h"
#include "api/position_text.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "api/signal.h"
#include "engine/base/hash.h"
#include "projections/search/matcher.h"

namespace hansard::api::handlers {

using projections::MessageView;
using projections::Snapshot;
using search::Found;
using search::Question;

namespace {
// How many hits, or how much work, one slice shows before others have their turn.
constexpr std::size_t kSliceHits = 25;
constexpr std::size_t kSliceWork = 64u << 10;  // bytes read and comparisons made

// Found by a reader thread, taken by the io thread.
struct Answer {
  std::mutex mutex;
  std::optional<base::Result<Found>> found;
};

// Silent from the end of its scope on, also when the coroutine is destroyed while it waits.
class AnswerBell {
 public:
  AnswerBell(asio::io_context& io, Signal& signal)
      : bell_(std::make_shared<Bell>(io, [&signal] { signal.notify(); })) {}
  ~AnswerBell() { bell_->silence(); }
  AnswerBell(const AnswerBell&) = delete;
  AnswerBell& operator=(const AnswerBell&) = delete;
  const std::shared_ptr<Bell>& get() const { return bell_; }

 private:
  std::shared_ptr<Bell> bell_;
};

asio::awaitable<base::Result<Found>> ask(Context& context, Question question) {
  auto answer = std::make_shared<Answer>();
  Signal signal(context.io);
  AnswerBell bell(context.io, signal);
  search::SearchView::Done done = [answer, ring = bell.get()](base::Result<Found> found) {
    {
      std::lock_guard lock(answer->mutex);
      answer->found = std::move(found);
    }
    ring->ring();
  };
  context.search->ask(std::move(question), std::move(done));
  co_await signal.wait();
  std::lock_guard lock(answer->mutex);
  co_return std::move(*answer->found);
}

// What a request asks for, and what its cursors are bound to.
struct Asked {
  std::string text;
  Question question;
  std::uint32_t hash = 0;
};

Answered<search::Sort> sort_of(const Params& params) {
  auto text = params.get("sort").value_or("recent");
  if (text == "recent") return search::Sort::recent;
  if (text == "relevance") return search::Sort::relevance;
  return malformed("`sort` is `recent` or `relevance`");
}

Problem too_long() {
  return malformed("`q` has more than " + std::to_string(search::kTermsMax) + " words, phrases and operators");
}

Answered<Asked> asked_of(const Context& context, const Call& call) {
  auto text = call.params.get("q");
  if (!text) return malformed("`q` is missing");
  Asked asked;
  asked.text = *text;
  TRY(auto sort, sort_of(call.params));
  TRY(auto limit, page_limit(call.params, context.limits));
  asked.hash = base::crc32c((sort == search::Sort::relevance ? "r" : "n") + asked.text);
  auto query = search::parse_query(asked.text);
  if (query.is_too_long) return too_long();
  asked.question.query = std::make_shared<const search::Query>(std::move(query));
  asked.question.sort = sort;
  asked.question.limit = limit;
  if (auto cursor = call.params.get("cursor")) {
    asked.question.cursor = decode_search_cursor(*cursor, asked.hash);
    if (!asked.question.cursor) return malformed("`cursor` is not one of this search");
  }
  return asked;
}

std::vector<search::Seat> seats_of(const Snapshot& snapshot, const base::UserId& user) {
  std::vector<search::Seat> seats;
  for (const auto& membership : snapshot.memberships(user)) {
    if (!membership.member) continue;
    seats.push_back({membership.conversation, membership.from_join ? membership.joined_after : base::Ordinal{}});
  }
  return seats;
}

// The hits as the caller may see them now.
class Shown {
 public:
  Shown(const Call& call, const Snapshot& snapshot, const search::Query& query, std::uint32_t epoch)
      : call_(call), snapshot_(snapshot), query_(query), senders_(snapshot), epoch_(epoch) {}

  // How much work it was: bytes read and comparisons made.
  std::size_t append(std::string& body, const search::Hit& hit) {
    auto floor = floor_of(hit.conversation);
    if (!floor || hit.ordinal <= *floor) return 0;
    auto message = snapshot_.message_at(hit.conversation, hit.ordinal, call_.caller.actor);
    if (!message || !message->content) return 0;
    return message->content->text.size() + append_if_match(body, *message);
  }

 private:
  std::size_t append_if_match(std::string& body, const MessageView& message) {
    search::Document document = search::document_of(message.facts, *message.content);
    search::Matcher matcher(query_, document);
    if (!matcher.matches()) return matcher.steps();
    if (body.back() != '[') body += ',';
    body += "{\"message\":";
    append_message(body, message, epoch_, &senders_.of(message.facts.author));
    append_highlights(body, matcher.highlights());
    return matcher.steps();
  }

  // Nothing: he is no member.
  std::optional<base::Ordinal> floor_of(const base::ConversationId& id) {
    auto [known, is_new] = floors_.try_emplace(id);
    if (!is_new) return known->second;
    if (auto seat = seat_of(call_, snapshot_, id)) known->second = seat.value().floor;
    return known->second;
  }

  static void append_highlights(std::string& body, const std::vector<search::Highlight>& highlights) {
    body += ",\"highlights\":[";
    for (const auto& highlight : highlights) {
      if (body.back() != '[') body += ',';
      body += "{\"offset\":";
      append_json_number(body, highlight.offset);
      body += ",\"length\":";
      append_json_number(body, highlight.length);
      body += '}';
    }
    body += "]}";
  }

  const Call& call_;
  const Snapshot& snapshot_;
  const search::Query& query_;
  Senders senders_;
  const std::uint32_t epoch_;
  std::map<base::ConversationId, std::optional<base::Ordinal>> floors_;
};

// The arguments outlive this.
asio::awaitable<std::string> items_of(Context& context, const Call& call, const Snapshot& snapshot, const Asked& asked,
                                      const Found& found) {
  std::string items = "[";
  Shown shown(call, snapshot, *asked.question.query, context.engine.epoch());
  std::size_t hits = 0, work = 0;
  for (const auto& hit : found.hits) {
    work += shown.append(items, hit);
    if (++hits < kSliceHits && work < kSliceWork) continue;
    hits = work = 0;
    co_await asio::post(context.io, asio::use_awaitable);
  }
  co_return items + "]";
}

std::string body_of(const std::string& items, const Asked& asked, const Found& found, std::uint32_t epoch) {
  std::string body = "{\"items\":" + items + ",\"next\":";
  if (found.next) {
    body.append("\"").append(encode_cursor(*found.next, asked.hash)).append("\"");
  } else {
    body += "null";
  }
  body += ",\"indexed_through\":";
  append_quoted_position(body, epoch, found.indexed_through);
  body += ",\"searched_back_to\":";
  append_quoted_position(body, epoch, std::max(found.searched_back_to, base::Position{1}));
  body += ",\"total\":";
  append_json_number(body, found.total);
  body += ",\"total_is_exact\":";
  append_bool(body, found.total_is_exact);
  return body + "}";
}

Problem behind(const Context& context) {
  auto reached = std::min(context.views.applied(), context.search->applied());
  return view_behind(position_text(context.engine.epoch(), reached));
}

Problem problem_of(const Context& context, const base::Error& error) {
  const bool is_behind = error.code == base::ErrorCode::corrupt || error.code == base::ErrorCode::behind;
  return is_behind ? behind(context) : api::problem_of(error);
}

// An index that is being built again answers with what it has, and says through what, unless the caller insists.
asio::awaitable<bool> is_there(Context& context, const Call& call, base::Position wanted) {
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(wanted, timeout);
  const auto status = context.search->status();
  bool insists = call.params.has("min_position") || !status.rebuilding;
  if (!there || !insists) co_return there;
  if (status.stopped && context.search->applied() < wanted) co_return false;  // it never will be
  co_return co_await context.reaches(context.search->applied_gate(), wanted, timeout);
}
}  // namespace

asio::awaitable<Answered<Response>> search_messages(Context& context, const Call& call) {
  if (context.search == nullptr) co_return Problem{503, "view_behind", "This server has no search.", 0, {}};
  auto wanted = wanted_position(context, call);
  if (!wanted) co_return wanted.error();
  auto asked = asked_of(context, call);
  if (!asked) co_return asked.error();
  if (!co_await is_there(context, call, wanted.value())) co_return behind(context);
  Question question = asked.value().question;
  question.asker = call.caller.actor;
  question.seats = seats_of(*context.views.snapshot(), call.caller.actor);
  auto found = co_await ask(context, std::move(question));
  if (!found) co_return problem_of(context, found.error());
  // What the index found the views must know.
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  if (!co_await context.views_reach(found.value().indexed_through, timeout)) co_return behind(context);
  auto snapshot = context.views.snapshot();
  std::uint32_t epoch = context.engine.epoch();
  std::string items = co_await items_of(context, call, *snapshot, asked.value(), found.value());
  Response response = json_response(body_of(items, asked.value(), found.value(), epoch));
  auto reached = std::min(snapshot->position(), found.value().indexed_through);
  response.headers.emplace_back("Hansard-Position", position_text(epoch, reached));
  co_return response;
}

}  // namespace hansard::api::handlers
