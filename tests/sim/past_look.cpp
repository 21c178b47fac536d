#include "tests/sim/past_look.h"

#include <array>

#include "engine/base/clock.h"
#include "engine/base/position_text.h"
#include "tests/sim/ask.h"
#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
constexpr std::uint32_t kEpoch = 1;

// The last place whose time is at or before it.
Place last_at(const Model& model, std::int64_t time_ms) {
  Place place = model.length();
  while (place > 0 && model.at(place).time_ms > time_ms) --place;
  return place;
}

// A time may still have gone on since he asked.
Place last_meant(const Model& model, const Look& look) {
  return look.as_of_ms == 0 ? look.as_of : last_at(model, look.as_of_ms);
}

// Then: the conversation was not there, the message was not sent, who is asked about was no member.
bool was_nothing(const Model& model, const Look& look, Place place) {
  const auto& state = model.state(look.conversation, place);
  if (look.kind == LookKind::message) return state.message(look.message) == nullptr;
  if (look.kind == LookKind::explain) return !state.has(look.about);
  return state.version == 0;
}

void check_record(const Model& model, const Look& look) {
  const auto request = request_of(look);
  const std::string asked = request.path + "?" + request.query;
  for (Place at = model.length(); at > look.asked_at; --at) {
    const Fact& fact = model.at(at);
    if (fact.type == domain::EventType::audit_read && fact.actor == look.user && fact.text == asked) return;
  }
  throw Violation("answered without a record of it");
}
}  // namespace

Look draw_past_look(Chance& chance, const Model& model, const std::vector<std::string>& users) {
  constexpr std::array kKinds{LookKind::history, LookKind::later,   LookKind::message, LookKind::members,
                              LookKind::unread,  LookKind::explain, LookKind::details};
  Look look;
  look.user = chance.percent(5) ? chance.pick(users) : kAuditor;  // who may not ask tries, too
  look.kind = kKinds[chance.below(kKinds.size())];
  look.limit = chance.between(1, 60);
  look.about = chance.pick(users);
  look.conversation = chance.pick(model.conversations());
  look.as_of = chance.between(1, model.length());
  look.asked_at = model.length();
  if (chance.percent(40)) look.as_of_ms = model.at(look.as_of).time_ms;
  look.as_of = last_meant(model, look);
  const auto& state = model.now(look.conversation);
  look.ordinal = state.messages.empty() ? 0 : chance.between(1, state.messages.size());
  if (look.kind == LookKind::message && look.ordinal == 0) look.kind = LookKind::members;
  if (look.kind == LookKind::message) look.message = state.messages[look.ordinal - 1].id;
  return look;
}

std::string past_query(const Look& look) {
  const bool is_about_one =
      look.kind == LookKind::unread || look.kind == LookKind::explain || look.kind == LookKind::details;
  const std::string when =
      look.as_of_ms == 0 ? base::position_text(kEpoch, {look.as_of}) : base::time_text({look.as_of_ms});
  return "as_of=" + when + (is_about_one ? "&user_id=" + look.about : "");
}

std::optional<Place> check_past(const Model& model, const Look& look, const api::Response& response) {
  if (look.user != kAuditor) {
    require(response.status == 403, "status", response.status, "for who is no auditor");
    return std::nullopt;
  }
  if (response.status == 404) {
    bool is_right = false;
    for (Place at = look.as_of; at <= last_meant(model, look); ++at)
      is_right = is_right || was_nothing(model, look, at);
    require(look.kind != LookKind::unread && is_right, "told not_found of what was there at", look.as_of);
    return std::nullopt;
  }
  require(response.status == 200, "status", response.status, response.body);
  const auto position = base::parse_position(header_of(response, "Hansard-Position"));
  require(position.has_value(), "no Hansard-Position");
  const Place place = position->position.value;
  const bool is_meant = place >= look.as_of && place <= last_meant(model, look);
  require(is_meant, "answered as of", place);
  require(look.kind == LookKind::unread || !was_nothing(model, look, place), "shown what was not there at", place);
  check_record(model, look);
  return place;
}

}  // namespace hansard::sim
