// GET /messages/{id}/trace: what became of one message. That it was accepted and that it was stored are one moment (an
// answer is given after the sync); that a frame was pushed is not recorded, so the device's own acknowledgement
// (delivered) stands for it, or the notification that none came.
#include <algorithm>
#include <map>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/audited_read.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/position_text.h"
#include "api/render_parts.h"
#include "projections/past.h"

namespace hansard::api::handlers {

using base::Position;
using base::UserId;
using engine::EventPtr;
using projections::AuditQuery;
using projections::MembersPage;
using projections::Moment;

namespace {
// Events of one message that are looked at, notifications and reads by auditors among them.
constexpr std::size_t kEventsMax = 1'000;
// Looked up between two turns of others.
constexpr std::size_t kSliceEvents = 50;
constexpr std::size_t kSliceRecipients = 8;

struct Traced {
  domain::MessageFacts facts;
  Position through;               // both views stand at or beyond it
  std::vector<EventPtr> changes;  // oldest first
  std::map<UserId, Moment> notified;
  bool is_all = true;
};

// Not that somebody audited the message: that changed nothing.
void take(Traced& traced, EventPtr event) {
  if (event->raw_type == static_cast<std::uint16_t>(domain::EventType::audit_read)) return;
  const auto* due = event->body ? std::get_if<domain::NotificationDue>(&*event->body) : nullptr;
  if (due != nullptr) {
    traced.notified.insert_or_assign(due->user, Moment{event->position, event->time});
  } else {
    traced.changes.push_back(std::move(event));
  }
}

asio::awaitable<Answered<void>> find_changes(Context& context, Traced& traced) {
  AuditQuery query;
  query.filter.message = traced.facts.message;
  query.to = traced.through;
  query.limit = kEventsMax;
  auto page = context.views.audit()->find(query);
  traced.is_all = page.finished;
  for (std::size_t i = 0; i < page.positions.size(); ++i) {
    auto event = context.engine.get(page.positions[i]);
    if (!event) co_return problem_of(event.error());
    take(traced, std::move(event).value());
    if (i % kSliceEvents == kSliceEvents - 1) co_await asio::post(context.io, asio::use_awaitable);
  }
  std::reverse(traced.changes.begin(), traced.changes.end());
  co_return base::success();
}

// The message.sent itself; not looked for among `changes`, which may not go back so far.
Answered<EventPtr> sent_of(Context& context, const Traced& traced) {
  const auto& facts = traced.facts;
  const auto first = context.views.snapshot()->versions(facts.conversation, facts.ordinal, {}, 1);
  if (first.empty()) return not_found();
  auto event = context.engine.get(first.front().position);
  if (!event) return problem_of(event.error());
  return std::move(event).value();
}

void append_moment(std::string& body, const Moment& moment, std::uint32_t epoch) {
  body += "{\"position\":";
  append_quoted_position(body, epoch, moment.position);
  body += ",\"time\":";
  append_json_time(body, moment.at);
}

void append_moment_or_null(std::string& body, const std::optional<Moment>& moment, std::uint32_t epoch) {
  if (!moment) {
    body += "null";
    return;
  }
  append_moment(body, *moment, epoch);
  body += '}';
}

void append_changes(std::string& body, const Traced& traced, std::uint32_t epoch) {
  body += ",\"changes\":[";
  for (const EventPtr& event : traced.changes) {
    if (body.back() != '[') body += ',';
    append_moment(body, {event->position, event->time}, epoch);
    body += ",\"type\":";
    append_json_string(body, domain::type_name(static_cast<domain::EventType>(event->raw_type)));
    body += ",\"actor\":";
    append_text_or_null(body, event->actor.value);
    body += '}';
  }
  body += "],\"changes_are_all\":";
  append_bool(body, traced.is_all);
}

void append_recipient(std::string& body, const projections::Snapshot& snapshot, const Traced& traced,
                      const UserId& user, std::uint32_t epoch) {
  const auto& conversation = traced.facts.conversation;
  auto reach = snapshot.past(traced.through)->first_reach(conversation, user, traced.facts.ordinal);
  body += "{\"user_id\":";
  append_json_string(body, user.value);
  body += ",\"is_member\":";
  append_bool(body, snapshot.member(conversation, user).has_value());
  auto notified = traced.notified.find(user);
  body += ",\"notified\":";
  append_moment_or_null(body, notified == traced.notified.end() ? std::nullopt : std::optional(notified->second),
                        epoch);
  body += ",\"delivered\":";
  append_moment_or_null(body, reach.delivered, epoch);
  body += ",\"read\":";
  append_moment_or_null(body, reach.read, epoch);
  body += '}';
}

// Who was a member when it was sent, but for its author.
Answered<MembersPage> recipients_of(const Context& context, const Call& call, const Traced& traced, Position sent) {
  TRY(auto limit, page_limit(call.params, context.limits));
  UserId after;
  if (auto cursor = call.params.get("cursor")) {
    auto decoded = decode_user_cursor(*cursor);
    if (!decoded) return malformed("`cursor` is not one of this list");
    after = *decoded;
  }
  auto page = context.views.snapshot()->past(sent)->members(traced.facts.conversation, after, limit);
  std::erase_if(page.items, [&](const auto& member) { return member.user == traced.facts.author; });
  return page;
}

asio::awaitable<std::string> recipients_json(Context& context, const Traced& traced, const MembersPage& recipients) {
  std::string body = "{\"items\":[";
  for (std::size_t i = 0; i < recipients.items.size(); ++i) {
    if (i > 0) body += ',';
    append_recipient(body, *context.views.snapshot(), traced, recipients.items[i].user, context.engine.epoch());
    if (i % kSliceRecipients == kSliceRecipients - 1) co_await asio::post(context.io, asio::use_awaitable);
  }
  end_page(body, recipients.next.value.empty() ? "" : encode_cursor(recipients.next));
  co_return body;
}

std::string body_of(const Traced& traced, const EventPtr& sent, const std::string& recipients, std::uint32_t epoch) {
  std::string body = "{\"message_id\":";
  append_id(body, traced.facts.message);
  body += ",\"conversation_id\":";
  append_id(body, traced.facts.conversation);
  body += ",\"ordinal\":";
  append_json_number(body, traced.facts.ordinal.value);
  body += ",\"sender_id\":";
  append_json_string(body, traced.facts.author.value);
  for (const char* name : {",\"accepted\":", ",\"stored\":"}) {
    body += name;
    append_moment_or_null(body, Moment{sent->position, sent->time}, epoch);
  }
  append_changes(body, traced, epoch);
  return body + ",\"recipients\":" + recipients + "}";
}

// The views' message as of everything durable.
asio::awaitable<Answered<Traced>> traced_of(Context& context, const Call& call) {
  auto id = message_of_path(call);
  if (!id) co_return id.error();
  auto wanted = wanted_position(context, call);
  if (!wanted) co_return wanted.error();
  Position through = std::max(context.engine.durable(), wanted.value());
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(through, timeout);
  there = there && co_await audit_reaches(context, through);
  if (!there) co_return view_behind(position_text(context.engine.epoch(), context.views.applied()));
  auto message = context.views.snapshot()->message(id.value());
  if (!message || !context.views.audit()) co_return not_found();
  Traced traced{std::move(message->facts), through, {}, {}};
  co_return traced;
}
}  // namespace

asio::awaitable<Answered<Response>> trace_message(Context& context, const Call& call) {
  if (!call.caller.audit) co_return forbidden("The trace of a message needs the scope `audit`.");
  auto traced = co_await traced_of(context, call);
  if (!traced) co_return traced.error();
  auto sent = sent_of(context, traced.value());
  if (!sent) co_return sent.error();
  auto recipients = recipients_of(context, call, traced.value(), sent.value()->position);
  if (!recipients) co_return recipients.error();
  auto found = co_await find_changes(context, traced.value());
  if (!found) co_return found.error();
  auto shown = co_await recipients_json(context, traced.value(), recipients.value());
  std::uint32_t epoch = context.engine.epoch();
  Response response = json_response(body_of(traced.value(), sent.value(), shown, epoch));
  response.headers.emplace_back("Hansard-Position", position_text(epoch, traced.value().through));
  const auto& facts = traced.value().facts;
  co_return on_record(std::move(response), call, {"trace.read", facts.conversation, facts.message, {}, {}});
}

}  // namespace hansard::api::handlers
