// JSON bodies to commands, for HTTP handlers and frames alike, so that both doors mean the same. Shapes and sizes are
// checked here, rules in domain::decide. Wrong types, missing members and words nobody knows are `malformed` (400)
// naming the member; sizes beyond a limit are `invalid` (422); what only a service may give is `forbidden` (403).
//
// `metadata` must be an object and is kept as minified text; null empties title and metadata where they are changed.
// `members` are user ids or objects {user_id, role?}. `up_to` of a read is an ordinal or a message id.
// Thread: any; plain functions. Values of `body` are copied.
#pragma once

#include <optional>
#include <string>

#include "api/json.h"
#include "api/limits.h"
#include "api/problem.h"
#include "engine/base/clock.h"
#include "engine/domain/commands.h"

namespace hansard::api {

// What building a command needs beside its body.
struct CommandInput {
  const domain::Caller& caller;
  const Limits& limits;
  base::UuidSource& uuids;
};

// Fresh ids are drawn here unless the body has `id`.
Answered<domain::Command> create_conversation_of(JsonValue body, const CommandInput& input);
Answered<domain::Command> update_conversation_of(const base::ConversationId& id, JsonValue body,
                                                 std::optional<base::Version> if_match, const Limits& limits);
// {"members": [...]}, {"user_ids": [...]} or one {"user_id", "role"?}.
// The id of its notice is drawn here, unless a service asks for `quiet`.
Answered<domain::Command> add_members_of(const base::ConversationId& id, JsonValue body, const CommandInput& input);
// `quiet`: as asked for, nothing where it was not.
Answered<domain::Command> remove_member_of(const base::ConversationId& id, const base::UserId& user,
                                           std::optional<bool> quiet, const CommandInput& input);
Answered<domain::Command> change_role_of(const base::ConversationId& id, const base::UserId& user, JsonValue body);

// `path`: the conversation of the path; without it the body names it. `attachments` are objects {file_id}.
Answered<domain::Command> send_message_of(std::optional<base::ConversationId> path, JsonValue body,
                                          const CommandInput& input);
// `content` is required, `metadata` stays as it is when absent, `mentions` are those of the new content.
Answered<domain::Command> edit_message_of(const base::MessageId& id, JsonValue body,
                                          std::optional<base::Version> if_match, const Limits& limits);

// {"conversation_id", "id"?}: where to.
Answered<domain::Command> forward_of(const base::MessageId& id, JsonValue body, const CommandInput& input);
// {"emoji"}
Answered<domain::Command> react_of(const base::MessageId& id, JsonValue body, bool add);
// 1 to 64 bytes of UTF-8 without white space and control characters, which is as much as a server can know of emojis.
Answered<domain::Command> react_with(const base::MessageId& id, std::string emoji, bool add);
// {"display_name"?, "avatar"?, "metadata"?}: what is absent is empty afterwards.
Answered<domain::Command> put_profile_of(const base::UserId& user, JsonValue body, const CommandInput& input);

Answered<domain::Command> read_of(const base::ConversationId& id, JsonValue body);
Answered<domain::Command> delivered_of(const base::ConversationId& id, JsonValue body);
Answered<domain::Command> mark_unread_of(const base::ConversationId& id, JsonValue body);

}  // namespace hansard::api
