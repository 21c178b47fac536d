#include "tests/sim/look.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/position_text.h"
#include "tests/sim/ask.h"
#include "tests/sim/past_look.h"
#include "tests/sim/push_checker.h"
#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
std::string word(base::JsonValue object, std::string_view member) {
  return std::string(object.member(member).string().value_or("(none)"));
}
std::uint64_t number(base::JsonValue object, std::string_view member) {
  return static_cast<std::uint64_t>(object.member(member).integer().value_or(-1));
}

void check_message(const MessageState& wanted, std::uint64_t ordinal, const std::string& user, base::JsonValue got) {
  require(number(got, "ordinal") == ordinal, "ordinal", number(got, "ordinal"), "instead of", ordinal);
  require(word(got, "id") == wanted.id, "another message as", ordinal);
  require(word(got, "sender_id") == wanted.author, "another author of", ordinal);
  require(word(got, "content") == wanted.text.value_or("(none)"), "message", ordinal, "reads", word(got, "content"));
  require(number(got, "version") == wanted.version, "another version of", ordinal);
  require(mentions_in(got) == wanted.mentions, "other mentions in", ordinal);
  const auto reactions = got.member("reactions").items();
  require(reactions.size() == wanted.reactions.size(), "other reactions to", ordinal);
  for (const auto& reaction : reactions) {
    auto under = wanted.reactions.find(word(reaction, "emoji"));
    require(under != wanted.reactions.end() && under->second.size() == number(reaction, "count"),
            "another number of reactions to", ordinal);
    require(reaction.member("me").boolean() == under->second.contains(user), "another's reaction to", ordinal);
  }
}

void check_history(const ConversationState& state, const Look& look, base::JsonValue body) {
  std::vector<std::uint64_t> wanted;
  const std::uint64_t floor = state.hidden_through(look.user);
  if (look.kind == LookKind::later) {
    for (std::uint64_t o = look.ordinal + 1; o <= state.messages.size() && wanted.size() < look.limit; ++o) {
      if (o > floor) wanted.push_back(o);
    }
  } else {
    for (std::uint64_t o = state.messages.size(); o > floor && wanted.size() < look.limit; --o) wanted.push_back(o);
  }
  const auto items = body.member("items").items();
  require(items.size() == wanted.size(), items.size(), "messages instead of", wanted.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    check_message(state.messages[wanted[i] - 1], wanted[i], look.user, items[i]);
  }
}

void check_members(const ConversationState& state, base::JsonValue body) {
  const auto items = body.member("items").items();
  require(items.size() == state.members.size(), items.size(), "members instead of", state.members.size());
  for (const auto& item : items) require(state.has(word(item, "user_id")), word(item, "user_id"), "is no member");
}

// Whose count it is.
const std::string& reader_of(const Look& look) { return look.as_of > 0 ? look.about : look.user; }

void check_unread(const Model& model, const Look& look, Place place, base::JsonValue body) {
  const std::string& user = reader_of(look);
  std::uint64_t total = 0, mentions = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> wanted;  // unread, and mentions of those
  for (const auto& id : model.conversations()) {
    const auto& state = model.state(id, place);
    auto pointer = state.pointers.find(user);
    if (!state.has(user) || (pointer != state.pointers.end() && pointer->second.archived)) continue;
    const std::uint64_t unread = state.unread(user);
    if (unread > 0) wanted[id] = {unread, state.mentions_unread(user)};
    total += unread;
    mentions += state.mentions_unread(user);
  }
  require(number(body, "total") == total, "unread", number(body, "total"), "instead of", total);
  require(number(body, "mentions") == mentions, "mentions", number(body, "mentions"), "instead of", mentions);
  const auto items = body.member("conversations").items();
  require(items.size() == wanted.size(), "unread in", items.size(), "conversations instead of", wanted.size());
  for (const auto& item : items) {
    const auto& [unread, mentioned] = wanted[word(item, "conversation_id")];
    require(number(item, "unread") == unread, "another count in a conversation");
    require(number(item, "mentions_unread") == mentioned, "another count of mentions in a conversation");
  }
}

void check_explain(const ConversationState& state, const Look& look, base::JsonValue body) {
  std::vector<std::uint64_t> got;
  for (const auto& item : body.member("ordinals").items()) {
    got.push_back(static_cast<std::uint64_t>(item.integer().value_or(0)));
  }
  require(got == state.unread_ordinals(reader_of(look)), "explained by other ordinals");
}

// Of who is no member, as the past may be asked, nothing of his own.
void check_own_part(const ConversationState& state, const std::string& user, base::JsonValue body) {
  const bool is_member = state.has(user);
  const PointerState pointer = is_member ? state.pointers.at(user) : PointerState{};
  require(word(body, "role") == (is_member ? state.members.at(user) : "(none)"), "another role:", word(body, "role"));
  require(number(body, "read_up_to") == pointer.read, "read up to", number(body, "read_up_to"), "not", pointer.read);
  require(body.member("archived").boolean() == pointer.archived, "archived, or not");
  require(number(body, "unread") == (is_member ? state.unread(user) : 0), "another unread count");
  require(number(body, "mentions_unread") == (is_member ? state.mentions_unread(user) : 0), "other mentions");
}

void check_details(const ConversationState& state, const Look& look, base::JsonValue body) {
  const std::uint64_t last = state.messages.size();
  require(number(body, "version") == state.version, "another version");
  require(number(body, "member_count") == state.members.size(), "another number of members");
  require(number(body, "last_ordinal") == last, "another last ordinal");
  check_own_part(state, reader_of(look), body);
  const bool is_shown = last > state.hidden_through(look.user);
  const auto message = body.member("last_message");
  if (is_shown) check_message(state.messages.back(), last, look.user, message);
  require(is_shown || !message.member("id").string(), "a last message that he may not see");
}

// The latest message first.
void check_list(const Model& model, const Look& look, Place place, base::JsonValue body) {
  std::vector<std::pair<Place, std::string>> wanted;
  for (const auto& id : model.conversations()) {
    const auto& state = model.state(id, place);
    if (state.has(look.user)) wanted.emplace_back(state.last_message, id);
  }
  std::sort(wanted.rbegin(), wanted.rend());
  const auto items = body.member("items").items();
  require(items.size() == wanted.size(), items.size(), "conversations instead of", wanted.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& state = model.state(wanted[i].second, place);
    require(word(items[i], "id") == wanted[i].second, "another conversation as number", i + 1);
    check_details(state, look, items[i]);
  }
}

void check_body(const Model& model, const Look& look, Place place, base::JsonValue body) {
  if (look.kind == LookKind::unread) return check_unread(model, look, place, body);
  if (look.kind == LookKind::list) return check_list(model, look, place, body);
  const auto& state = model.state(look.conversation, place);
  require(look.as_of > 0 || state.has(look.user), "answered to a stranger");
  if (look.kind == LookKind::members) return check_members(state, body);
  if (look.kind == LookKind::explain) return check_explain(state, look, body);
  if (look.kind == LookKind::details) return check_details(state, look, body);
  if (look.kind != LookKind::message) return check_history(state, look, body);
  require(look.ordinal <= state.messages.size(), "a message that is not there yet");
  require(look.ordinal > state.hidden_through(look.user), "a message that is hidden from him");
  check_message(state.messages[look.ordinal - 1], look.ordinal, look.user, body);
}

// At some time he was no member, or the message was not there.
void check_not_found(const Model& model, const Look& look) {
  bool was_right = false;
  for (Place at = look.at_least; at <= model.length() && !was_right; ++at) {
    const auto& state = model.state(look.conversation, at);
    const bool is_hidden = state.messages.size() < look.ordinal || look.ordinal <= state.hidden_through(look.user);
    was_right = !state.has(look.user) || (look.kind == LookKind::message && is_hidden);
  }
  require(was_right, "told not_found of what he could see all the time since", look.at_least);
}

void check_of_past(const Model& model, const Look& look, const api::Response& response, base::JsonParser& parser) {
  const auto place = check_past(model, look, response);
  if (!place) return;
  auto body = parser.parse(response.body);
  require(body.has_value(), "the body is no JSON");
  check_body(model, look, *place, body.value());
}

void check(const Model& model, const Look& look, const api::Response& response, base::JsonParser& parser) {
  if (response.status == 503) return;  // the views are behind, and it says so
  if (look.as_of > 0) return check_of_past(model, look, response, parser);
  if (response.status == 404) return check_not_found(model, look);
  require(response.status == 200, "status", response.status, response.body);
  const auto position = base::parse_position(header_of(response, "Hansard-Position"));
  require(position.has_value(), "no Hansard-Position");
  const Place place = position->position.value;
  require(place <= model.length(), "read at", place, "above the durable", model.length());
  require(place >= look.at_least, "read at", place, "but was told", look.at_least, "before");
  auto body = parser.parse(response.body);
  require(body.has_value(), "the body is no JSON");
  check_body(model, look, place, body.value());
}
}  // namespace

std::string header_of(const api::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Look draw_look(Chance& chance, const Model& model, const std::string& user) {
  Look look;
  look.user = user;
  look.kind = static_cast<LookKind>(chance.below(8));
  look.limit = chance.between(1, 60);
  const bool is_of_all = look.kind == LookKind::unread || look.kind == LookKind::list;
  if (model.conversations().empty()) {
    look.kind = LookKind::list;
  } else if (!is_of_all) {
    look.conversation = chance.pick(model.conversations());
    const auto& state = model.now(look.conversation);
    look.ordinal = state.messages.empty() ? 0 : chance.between(1, state.messages.size());
    if (look.kind == LookKind::message && look.ordinal == 0) look.kind = LookKind::members;
    if (look.kind == LookKind::message) look.message = state.messages[look.ordinal - 1].id;
  }
  return look;
}

namespace {
api::Request request_of_now(const Look& look) {
  const std::string conversation = "/api/v1/conversations/" + look.conversation;
  switch (look.kind) {
    case LookKind::history:
      return make_request(look.user, "GET", conversation + "/messages", "limit=" + std::to_string(look.limit));
    case LookKind::later:
      return make_request(look.user, "GET", conversation + "/messages",
                          "after=" + std::to_string(look.ordinal) + "&limit=" + std::to_string(look.limit));
    case LookKind::message:
      return make_request(look.user, "GET", "/api/v1/messages/" + look.message);
    case LookKind::members:
      return make_request(look.user, "GET", conversation + "/members", "limit=200");
    case LookKind::unread:
      return make_request(look.user, "GET", "/api/v1/unread");
    case LookKind::explain:
      return make_request(look.user, "GET", conversation + "/unread/explain");
    case LookKind::details:
      return make_request(look.user, "GET", conversation);
    case LookKind::list:
      return make_request(look.user, "GET", "/api/v1/conversations", "limit=200");
  }
  return {};
}
}  // namespace

api::Request request_of(const Look& look) {
  api::Request request = request_of_now(look);
  if (look.as_of > 0) request.query += (request.query.empty() ? "" : "&") + past_query(look);
  return request;
}

std::string describe(const Look& look) {
  const auto request = request_of(look);
  return look.user + " GET " + request.path + "?" + request.query;
}

void check_look(const Model& model, const Look& look, const api::Response& response, base::JsonParser& parser) {
  try {
    check(model, look, response, parser);
  } catch (const Violation& broken) {
    throw Violation(describe(look) + ": " + broken.what());
  }
}

}  // namespace hansard::sim
