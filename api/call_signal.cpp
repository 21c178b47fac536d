#include "api/call_signal.h"

#include "api/json_fields.h"
#include "api/render.h"
#include "api/typing.h"

namespace hansard::api {

using base::ConversationId;
using projections::Snapshot;

Answered<CallSignal> call_signal_of(const domain::Caller& caller, JsonValue data, const Limits& limits) {
  Fields fields(data, "`data`");
  fields.require("conversation_id");
  fields.require("payload");
  auto conversation = fields.id<ConversationId>("conversation_id");
  auto to = fields.user("to");
  auto payload = fields.json_object("payload", limits.call_payload_bytes_max);
  if (fields.problem()) return *fields.problem();
  auto frame = make_frame(call_signal_frame(*conversation, caller.actor, *payload));
  return CallSignal{*conversation, caller.actor, std::move(to), std::move(frame)};
}

std::optional<Problem> call_signal_refusal(const Snapshot& snapshot, const CallSignal& signal, const Limits& limits) {
  if (auto problem = voice_refusal(snapshot, signal.conversation, signal.from)) return problem;
  if (signal.to) {
    if (snapshot.member(signal.conversation, *signal.to)) return std::nullopt;
    return invalid("`to` is not a member of the conversation");
  }
  auto conversation = snapshot.conversation(signal.conversation);
  if (conversation && conversation->member_count <= limits.presence_members_max) return std::nullopt;
  return invalid("the conversation has more than " + std::to_string(limits.presence_members_max) +
                 " members: say in `to` whom the signal is for");
}

}  // namespace hansard::api
