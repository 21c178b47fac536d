// Streams of users beside conversations whose ids anybody may choose.
#include "engine/domain/streams.h"

#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

TEST_CASE("who finds his stream taken by a conversation gets another one, and both go on after a crash") {
  House house;
  house.open();
  const auto group = house.group();
  for (const char* text : {"one", "two"}) house.send(group, text);
  domain::CreateConversation taking;
  taking.id = base::id_from_bytes<base::ConversationId>(base::stream_of_user({"bob"}).view());
  taking.client_made = true;
  CHECK(house.done(taking, as("mal")).events.at(0)->version == base::Version{1});

  const EventPtr read = house.done(domain::Read{group, {1}, std::nullopt}, as("bob")).events.at(0);
  CHECK(read->stream == domain::stream_aside(base::stream_of_user({"bob"})));
  CHECK(read->version == base::Version{1});
  CHECK(house.send(taking.id, "mine", "mal").version == base::Version{2});

  house.crash();
  house.open();
  CHECK(house.send(taking.id, "mine still", "mal").version == base::Version{3});
  const EventPtr again = house.done(domain::Read{group, {2}, std::nullopt}, as("bob")).events.at(0);
  CHECK(again->stream == read->stream);
  CHECK(again->version == base::Version{2});
}

TEST_CASE("a stream that was there before is nobody's conversation") {
  House house;
  house.open();
  const auto group = house.group();
  house.send(group, "one");
  house.done(domain::Read{group, {1}, std::nullopt}, as("bob"));
  domain::CreateConversation taking;
  taking.id = base::id_from_bytes<base::ConversationId>(base::stream_of_user({"bob"}).view());
  taking.client_made = true;
  const Answer answer = house.run(taking, as("mal"));
  REQUIRE(std::holds_alternative<domain::Rejection>(answer));
  CHECK(std::get<domain::Rejection>(answer).code == domain::RejectionCode::id_taken);
}

}  // namespace hansard::engine
