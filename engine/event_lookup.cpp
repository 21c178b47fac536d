#include "engine/event_lookup.h"

#include <utility>

#include "engine/base/check.h"

namespace hansard::engine {

EventPtr EventLookup::at(Position position) const {
  if (auto event = batch_.find(position)) return event;
  auto event = reader_.get(position);
  CHECK(event.has_value(), "the log cannot give position", position.value, event.error().detail);
  return std::move(event).value();
}

std::optional<domain::MessageContent> EventLookup::message_content(Position position) const {
  auto event = at(position);
  if (!event->body) return std::nullopt;
  if (const auto* sent = std::get_if<domain::MessageSent>(&*event->body)) return sent->content;
  if (const auto* edited = std::get_if<domain::MessageEdited>(&*event->body)) return edited->content;
  if (const auto* scheduled = std::get_if<domain::SendScheduled>(&*event->body)) return scheduled->content;
  return std::nullopt;
}

std::optional<domain::ConversationContent> EventLookup::conversation_content(Position position) const {
  auto event = at(position);
  if (!event->body) return std::nullopt;
  if (const auto* created = std::get_if<domain::ConversationCreated>(&*event->body)) return created->content;
  if (const auto* updated = std::get_if<domain::ConversationUpdated>(&*event->body)) return updated->content;
  return std::nullopt;
}

std::optional<domain::ProfileContent> EventLookup::profile_content(Position position) const {
  auto event = at(position);
  const auto* updated = event->body ? std::get_if<domain::ProfileUpdated>(&*event->body) : nullptr;
  return updated ? updated->content : std::nullopt;
}

std::optional<domain::FileContent> EventLookup::file_content(Position position) const {
  auto event = at(position);
  const auto* uploaded = event->body ? std::get_if<domain::FileUploaded>(&*event->body) : nullptr;
  return uploaded ? uploaded->content : std::nullopt;
}

}  // namespace hansard::engine
