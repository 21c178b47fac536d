#include "engine/domain/streams.h"

#include <variant>

namespace hansard::domain {

bool is_of_user(const EventBody& body) {
  const auto is_of_conversation = []<class Body>(const Body&) { return ConversationEvent<Body>; };
  return !std::visit(is_of_conversation, body) && !stream_of(body).is_nil();
}

base::StreamId stream_aside(base::StreamId taken) {
  taken.bytes[6] = static_cast<std::uint8_t>((taken.bytes[6] & 0x0f) | 0x80);
  taken.bytes[8] = static_cast<std::uint8_t>((taken.bytes[8] & 0x3f) | 0x80);
  return taken;
}

}  // namespace hansard::domain
