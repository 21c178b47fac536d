#include <variant>
#include <vector>

#include "engine/codec/body_tables.h"
#include "engine/codec/verified_table.h"

#include "content_generated.h"

namespace hansard::codec {

namespace {

template <class Event>
concept HasContent = requires(const Event& event) { event.content; };

auto build(Builder& builder, const domain::ConversationContent& content) {
  auto title = optional_string(builder, content.title);
  auto metadata = optional_string(builder, content.metadata);
  return wire::CreateConversationContent(builder, title, metadata);
}

auto build(Builder& builder, const domain::Mention& mention) {
  auto user = builder.CreateString(mention.user.value);
  return wire::CreateMention(builder, user, mention.offset, mention.length, mention.counts);
}

auto build(Builder& builder, const domain::Attachment& attachment) {
  wire::Id file = wire_id(attachment.file);
  auto media_type = optional_string(builder, attachment.media_type);
  auto name = optional_string(builder, attachment.name);
  return wire::CreateAttachment(builder, &file, media_type, name, attachment.size);
}

template <class Wire, class Item>
flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<Wire>>> build_list(Builder& builder,
                                                                               const std::vector<Item>& items) {
  if (items.empty()) return {};
  std::vector<flatbuffers::Offset<Wire>> offsets;
  offsets.reserve(items.size());
  for (const Item& item : items) offsets.push_back(build(builder, item));
  return builder.CreateVector(offsets);
}

auto build(Builder& builder, const domain::MessageContent& content) {
  auto text = optional_string(builder, content.text);
  auto metadata = optional_string(builder, content.metadata);
  auto mentions = build_list<wire::Mention>(builder, content.mentions);
  auto attachments = build_list<wire::Attachment>(builder, content.attachments);
  return wire::CreateMessageContent(builder, text, metadata, mentions, attachments);
}

auto build(Builder& builder, const domain::ReactionContent& content) {
  return wire::CreateReactionContent(builder, optional_string(builder, content.emoji));
}

auto build(Builder& builder, const domain::ProfileContent& content) {
  auto display_name = optional_string(builder, content.display_name);
  auto avatar = optional_string(builder, content.avatar);
  auto metadata = optional_string(builder, content.metadata);
  return wire::CreateProfileContent(builder, display_name, avatar, metadata);
}

auto build(Builder& builder, const domain::FileContent& content) {
  auto name = optional_string(builder, content.name);
  auto media_type = optional_string(builder, content.media_type);
  return wire::CreateFileContent(builder, name, media_type);
}

auto build(Builder& builder, const domain::ReasonContent& content) {
  return wire::CreateReasonContent(builder, optional_string(builder, content.reason));
}

auto build(Builder& builder, const domain::QueryContent& content) {
  return wire::CreateQueryContent(builder, optional_string(builder, content.query));
}

void read(const wire::ReasonContent& table, domain::ReasonContent& content) {
  content.reason = text_of(table.reason());
}

void read(const wire::QueryContent& table, domain::QueryContent& content) { content.query = text_of(table.query()); }

void read(const wire::ReactionContent& table, domain::ReactionContent& content) {
  content.emoji = text_of(table.emoji());
}

void read(const wire::ProfileContent& table, domain::ProfileContent& content) {
  content.display_name = text_of(table.display_name());
  content.avatar = text_of(table.avatar());
  content.metadata = text_of(table.metadata());
}

void read(const wire::FileContent& table, domain::FileContent& content) {
  content.name = text_of(table.name());
  content.media_type = text_of(table.media_type());
}

void read(const wire::ConversationContent& table, domain::ConversationContent& content) {
  content.title = text_of(table.title());
  content.metadata = text_of(table.metadata());
}

void read(const wire::Mention& table, domain::Mention& mention) {
  mention.user.value = text_of(table.user());
  mention.offset = table.offset();
  mention.length = table.length();
  mention.counts = table.counts();
}

void read(const wire::Attachment& table, domain::Attachment& attachment) {
  read_id(*table.file(), attachment.file);
  attachment.media_type = text_of(table.media_type());
  attachment.name = text_of(table.name());
  attachment.size = table.size();
}

template <class Tables, class Item>
void read_list(const Tables* tables, std::vector<Item>& items) {
  if (tables == nullptr) return;
  items.reserve(tables->size());
  for (const auto* table : *tables) read(*table, items.emplace_back());
}

void read(const wire::MessageContent& table, domain::MessageContent& content) {
  content.text = text_of(table.text());
  content.metadata = text_of(table.metadata());
  read_list(table.mentions(), content.mentions);
  read_list(table.attachments(), content.attachments);
}

template <class Content>
struct WireOf;
template <>
struct WireOf<domain::MessageContent> {
  using Table = wire::MessageContent;
};
template <>
struct WireOf<domain::ConversationContent> {
  using Table = wire::ConversationContent;
};
template <>
struct WireOf<domain::ReactionContent> {
  using Table = wire::ReactionContent;
};
template <>
struct WireOf<domain::ProfileContent> {
  using Table = wire::ProfileContent;
};
template <>
struct WireOf<domain::FileContent> {
  using Table = wire::FileContent;
};
template <>
struct WireOf<domain::ReasonContent> {
  using Table = wire::ReasonContent;
};
template <>
struct WireOf<domain::QueryContent> {
  using Table = wire::QueryContent;
};

template <class Content>
Result<void> read_table(std::string_view bytes, std::optional<Content>& content) {
  const auto* table = verified_table<typename WireOf<Content>::Table>(bytes);
  if (table == nullptr) return base::error(base::ErrorCode::corrupt, "the content table does not verify");
  read(*table, content.emplace());
  return base::success();
}

}  // namespace

void append_content(const domain::EventBody& body, std::string& out) {
  thread_local Builder builder;
  std::visit(
      [&](const auto& event) {
        if constexpr (HasContent<decltype(event)>) {
          if (!event.content) return;
          builder.Clear();
          append_finished(builder, build(builder, *event.content), out);
        }
      },
      body);
}

bool lacks_content(const domain::EventBody& body) {
  return std::visit(
      [](const auto& event) {
        if constexpr (HasContent<decltype(event)>) return !event.content.has_value();
        return false;
      },
      body);
}

Result<void> read_content(std::string_view table, domain::EventBody& body) {
  return std::visit(
      [table](auto& event) -> Result<void> {
        if constexpr (HasContent<decltype(event)>) return read_table(table, event.content);
        if (table.empty()) return base::success();
        return base::error(base::ErrorCode::corrupt, "content on an event of a type without content");
      },
      body);
}

}  // namespace hansard::codec
