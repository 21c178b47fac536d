// The message row: its own file because it is the one the history path decodes by the hundred.
#include "projections/row_bytes.h"
#include "projections/rows.h"

namespace hansard::projections {

namespace {
constexpr std::uint8_t kMessageRowVersion = 2;

// Which optional parts follow.
constexpr std::uint8_t kHasContent = 1, kHasReplyTo = 2, kHasEditedAt = 4, kHasDeletedAt = 8, kErased = 16,
                       kExpired = 32, kForwarded = 64;

std::uint8_t flags_of(const MessageRowParts& message) {
  return static_cast<std::uint8_t>((message.content ? kHasContent : 0) | (message.facts.reply_to ? kHasReplyTo : 0) |
                                   (message.edited_at ? kHasEditedAt : 0) | (message.deleted_at ? kHasDeletedAt : 0) |
                                   (message.erased ? kErased : 0) | (message.expired ? kExpired : 0) |
                                   (message.facts.forwarded_from ? kForwarded : 0));
}

void write_content(RowWriter& out, const domain::MessageContent& content) {
  out.text(content.text).text(content.metadata).varint(content.mentions.size());
  for (const domain::Mention& mention : content.mentions) {
    out.text(mention.user.value).varint(mention.offset).varint(mention.length).byte(mention.counts);
  }
  out.varint(content.attachments.size());
  for (const domain::Attachment& file : content.attachments) {
    out.raw(file.file.view()).text(file.media_type).text(file.name).varint(file.size);
  }
}

void read_content(RowReader& in, domain::MessageContent& content) {
  content.text = in.text();
  content.metadata = in.text();
  content.mentions.resize(in.count());
  for (domain::Mention& mention : content.mentions) {
    mention.user.value = in.text();
    mention.offset = in.varint32();
    mention.length = in.varint32();
    mention.counts = in.byte() != 0;
  }
  content.attachments.resize(in.count());
  for (domain::Attachment& file : content.attachments) {
    file.file = in.id<base::FileId>();
    file.media_type = in.text();
    file.name = in.text();
    file.size = in.varint();
  }
}

void write_source(RowWriter& out, const domain::ForwardedFrom& from) {
  out.raw(from.message.view()).raw(from.conversation.view()).text(from.sender.value).fixed(from.created_at.ms);
}

void read_source(RowReader& in, domain::ForwardedFrom& from) {
  from.message = in.id<MessageId>();
  from.conversation = in.id<ConversationId>();
  from.sender.value = in.text();
  from.created_at.ms = in.fixed<std::int64_t>();
}

void read_facts(RowReader& in, domain::MessageFacts& facts) {
  facts.message = in.id<MessageId>();
  facts.author.value = in.text();
  facts.sender_type = in.text();
  facts.type = in.choice(domain::MessageType::system);
  facts.created_at.ms = in.fixed<std::int64_t>();
  facts.sent_at.ms = in.fixed<std::int64_t>();
}
}  // namespace

void encode_message(const MessageRowParts& message, std::string& out) {
  const domain::MessageFacts& facts = message.facts;
  RowWriter w(out);
  w.byte(kMessageRowVersion).byte(flags_of(message)).varint(message.version.value).varint(message.position.value);
  w.raw(facts.message.view())
      .text(facts.author.value)
      .text(facts.sender_type)
      .byte(static_cast<std::uint8_t>(facts.type));
  w.fixed(facts.created_at.ms).fixed(facts.sent_at.ms);
  if (facts.reply_to) w.raw(facts.reply_to->view()).varint(facts.reply_to_ordinal.value);
  if (facts.forwarded_from) write_source(w, *facts.forwarded_from);
  if (message.edited_at) w.fixed(message.edited_at->ms);
  if (message.deleted_at) w.fixed(message.deleted_at->ms);
  if (message.content) write_content(w, *message.content);
}

bool decode_message(std::string_view bytes, MessageView& message) {
  RowReader in(bytes);
  if (in.byte() != kMessageRowVersion) return false;
  std::uint8_t flags = in.byte();
  message.version.value = in.varint();
  message.position.value = in.varint();
  read_facts(in, message.facts);
  if (flags & kHasReplyTo) {
    message.facts.reply_to = in.id<MessageId>();
    message.facts.reply_to_ordinal.value = in.varint();
  }
  if (flags & kForwarded) read_source(in, message.facts.forwarded_from.emplace());
  if (flags & kHasEditedAt) message.edited_at = Timestamp{in.fixed<std::int64_t>()};
  if (flags & kHasDeletedAt) message.deleted_at = Timestamp{in.fixed<std::int64_t>()};
  if (flags & kHasContent) read_content(in, message.content.emplace());
  message.erased = (flags & kErased) != 0;
  message.expired = (flags & kExpired) != 0;
  return in.finished();
}

bool StampRow::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kMessageRowVersion) return false;
  in.byte();
  version.value = in.varint();
  position.value = in.varint();
  return in.ok();
}

bool SentRow::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kMessageRowVersion) return false;
  in.byte();
  in.varint();
  in.varint();
  domain::MessageFacts facts;
  read_facts(in, facts);
  sent_at = facts.sent_at;
  return in.ok();
}

}  // namespace hansard::projections
