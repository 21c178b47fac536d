#include <limits>
#include <utility>

#include "api/command_json.h"
#include "api/json_fields.h"

namespace hansard::api {

using base::ConversationId;
using base::MessageId;
using domain::Command;

namespace {
constexpr std::uint64_t kCodePointsMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kSenderTypeBytesMax = 50;

domain::Mention mention_of(Fields& body, JsonValue item) {
  Fields fields(item, "an item of `mentions`");
  for (const char* name : {"user_id", "offset", "length"}) fields.require(name);
  domain::Mention mention;
  mention.user = fields.user("user_id").value_or(base::UserId{});
  mention.offset = static_cast<std::uint32_t>(fields.number("offset", kCodePointsMax).value_or(0));
  mention.length = static_cast<std::uint32_t>(fields.number("length", kCodePointsMax).value_or(0));
  if (fields.problem()) body.fail(*fields.problem());
  return mention;
}

std::vector<domain::Mention> mentions_of(Fields& body, const Limits& limits) {
  std::vector<domain::Mention> mentions;
  auto items = body.list("mentions");
  if (items.size() > limits.mentions_max) {
    body.fail(invalid("`mentions` has more than " + std::to_string(limits.mentions_max) + " items"));
    return mentions;
  }
  mentions.reserve(items.size());
  for (JsonValue item : items) mentions.push_back(mention_of(body, item));
  return mentions;
}

// Only which files: name, type and size are what the upload said.
std::vector<domain::Attachment> attachments_of(Fields& body) {
  std::vector<domain::Attachment> attachments;
  for (JsonValue item : body.list("attachments")) {
    Fields fields(item, "an item of `attachments`");
    fields.require("file_id");
    attachments.push_back({fields.id<base::FileId>("file_id").value_or(base::FileId{}), "", "", 0});
    if (fields.problem()) body.fail(*fields.problem());
  }
  return attachments;
}

std::string sender_type_of(Fields& body) {
  auto sender_type = body.text("sender_type").value_or("");
  if (sender_type.size() > kSenderTypeBytesMax) {
    body.fail(invalid("`sender_type` is longer than " + std::to_string(kSenderTypeBytesMax) + " bytes"));
  }
  return sender_type;
}

void read_service_part(Fields& body, const domain::Caller& caller, domain::SendMessage& command) {
  command.origin_time = body.time("origin_time");
  command.quiet = body.flag("quiet").value_or(false);
  if (caller.service) return;
  for (const char* name : {"origin_time", "quiet"}) {
    if (body.has(name)) body.fail(forbidden("`" + std::string(name) + "` needs the scope `service`."));
  }
}

ConversationId conversation_of(Fields& body, std::optional<ConversationId> path) {
  if (path) return *path;
  body.require("conversation_id");
  return body.id<ConversationId>("conversation_id").value_or(ConversationId{});
}
}  // namespace

Answered<Command> send_message_of(std::optional<ConversationId> path, JsonValue body, const CommandInput& input) {
  Fields fields(body);
  domain::SendMessage command;
  command.conversation = conversation_of(fields, path);
  command.content.text = fields.text("content").value_or("");
  command.type = fields.word<domain::MessageType>("type").value_or(domain::MessageType::text);
  command.sender_type = sender_type_of(fields);
  command.content.metadata = fields.json_object("metadata", input.limits.metadata_bytes_max).value_or("");
  command.content.mentions = mentions_of(fields, input.limits);
  command.content.attachments = attachments_of(fields);
  command.reply_to = fields.id<MessageId>("reply_to");
  command.send_at = fields.time("send_at");
  read_service_part(fields, input.caller, command);
  auto id = fields.id<MessageId>("id");
  command.client_made = id.has_value();
  if (fields.problem()) return *fields.problem();
  command.id = id ? *id : MessageId{input.uuids.next()};
  return Command(std::move(command));
}

Answered<Command> forward_of(const MessageId& id, JsonValue body, const CommandInput& input) {
  Fields fields(body);
  domain::ForwardMessage command;
  command.message = id;
  command.conversation = conversation_of(fields, std::nullopt);
  auto own = fields.id<MessageId>("id");
  command.client_made = own.has_value();
  if (fields.problem()) return *fields.problem();
  command.id = own ? *own : MessageId{input.uuids.next()};
  return Command(command);
}

Answered<Command> edit_message_of(const MessageId& id, JsonValue body, std::optional<base::Version> if_match,
                                  const Limits& limits) {
  Fields fields(body);
  fields.require("content");
  domain::EditMessage command;
  command.message = id;
  command.if_match = if_match;
  command.text = fields.text("content").value_or("");
  command.metadata =
      fields.is_null("metadata") ? std::string() : fields.json_object("metadata", limits.metadata_bytes_max);
  command.mentions = mentions_of(fields, limits);
  if (fields.problem()) return *fields.problem();
  return Command(std::move(command));
}

}  // namespace hansard::api
