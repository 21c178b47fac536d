#include "engine/event_subject.h"

#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {
namespace {

const auto kConversation = conversation_id(1), kOther = conversation_id(2);
const auto kMessage = message_id(1);
const base::UserId kBob{"bob"};

EventSubject about(domain::EventBody body) {
  domain::RecordedEvent event;
  event.body = std::move(body);
  return subject_of(event);
}

}  // namespace

TEST_CASE("holds and orders to erase are about what they name") {
  using Subject = EventSubject;
  CHECK(about(domain::HoldPlaced{{}, kConversation, {}}) == Subject{kConversation, {}});
  CHECK(about(domain::HoldReleased{{}, kConversation, {}}) == Subject{kConversation, {}});
  CHECK(about(domain::HoldPlaced{{}, kBob, {}}) == Subject{});
  CHECK(about(domain::ErasureRequested{{}, kConversation, {}}) == Subject{kConversation, {}});
  CHECK(about(domain::ErasureRequested{{}, kMessage, {}}) == Subject{{}, kMessage});
  CHECK(about(domain::ErasureRequested{{}, kBob, {}}) == Subject{});
}

TEST_CASE("a conflict is about what it names, and else about what was asked") {
  using Subject = EventSubject;
  const domain::ErasureScope conversation = kConversation;
  CHECK(about(domain::HoldConflict{{}, {}, conversation, {}, {}}) == Subject{kConversation, {}});
  CHECK(about(domain::HoldConflict{{}, {}, conversation, kOther, kMessage}) == Subject{kOther, kMessage});
  CHECK(about(domain::HoldConflict{{}, {}, domain::ErasureScope{kBob}, {}, {}}) == Subject{});
  CHECK(about(domain::HoldConflict{{}, {}, {}, kConversation, kMessage}) == Subject{kConversation, kMessage});
}

TEST_CASE("a forward is about the conversation it was sent to") {
  domain::MessageSent sent;
  sent.facts.conversation = kConversation;
  sent.facts.message = kMessage;
  sent.facts.forwarded_from = domain::ForwardedFrom{};
  sent.facts.forwarded_from->conversation = kOther;
  CHECK(about(std::move(sent)) == EventSubject{kConversation, kMessage});
}

TEST_CASE("what nobody can read is about nothing") { CHECK(subject_of(domain::RecordedEvent{}) == EventSubject{}); }

}  // namespace hansard::engine
