// A conversation as it stood, out of the log alone.
#include "replay/transcript.h"

#include <catch2/catch.hpp>

#include "engine/base/json.h"
#include "projections/one_conversation.h"
#include "replay/conversation_events.h"
#include "replay/moment.h"
#include "tests/projections/log_builder.h"
#include "tests/support/fake_engine.h"

namespace hansard::replay {
namespace {

using Catch::Contains;
using projections::LogBuilder;
using projections::time_of;

base::Result<std::unique_ptr<projections::Snapshot>> fold(const engine::Engine& engine, const base::ConversationId& id,
                                                          base::Position through) {
  return projections::fold_conversation(engine.epoch(), id, through, [&](const TakeEvent& take) {
    return for_each_event_about(engine, "", {id, through}, [](base::Position) {}, take);
  });
}

Scene scene_at(const LogBuilder& log, const base::ConversationId& id, std::uint64_t at, std::size_t limit = 50) {
  support::FakeEngine engine(log.events());
  auto then = fold(engine, id, {at});
  REQUIRE(then);
  auto scene = scene_of(*then.value(), id, {}, limit);
  REQUIRE(scene);
  return *std::move(scene);
}

struct Talk {
  LogBuilder log;
  base::ConversationId other = log.create({"eve"});
  base::ConversationId id = log.create({"ada", "bob"});
  domain::MessageFacts first = log.send(id, "ada", "one\ntwo");
  Talk() {
    log.send(other, "eve", "elsewhere");
    log.edit(first, "three");
    log.react(first, "bob", "+1");
    log.read(id, "bob", 1);
    log.remove(first);
  }
};

TEST_CASE("a transcript shows the messages of then, edits and deletions marked") {
  Talk talk;
  std::string before = text_of(scene_at(talk.log, talk.id, 3));
  CHECK_THAT(before, Contains("as of position 3") && Contains("ada (owner), bob") && Contains(": one\n"));
  CHECK_THAT(before, Contains("                            two\n") || Contains("  two\n"));
  CHECK_THAT(text_of(scene_at(talk.log, talk.id, 6)),
             Contains("(edited ") && Contains(": three\n") && Contains("+1 1"));
  std::string after = text_of(scene_at(talk.log, talk.id, 8));
  CHECK_THAT(after, Contains("(deleted ") && !Contains("three") && !Contains("elsewhere"));
}

TEST_CASE("a page of a transcript says where the older messages are") {
  LogBuilder log;
  auto id = log.create({"ada"});
  for (int i = 0; i < 5; ++i) log.send(id, "ada", "text");
  CHECK_THAT(text_of(scene_at(log, id, 6, 2)), Contains("--before 4"));
}

TEST_CASE("the JSON of a scene parses and says what the text says") {
  Talk talk;
  Scene scene = scene_at(talk.log, talk.id, 6);
  scene.time = time_of({6});
  std::string text = json_of(scene, 1);
  base::JsonParser parser;
  auto json = parser.parse(text);
  REQUIRE(json);
  auto message = json.value().member("messages").items().at(0);
  CHECK(message.member("content").string() == "three");
  CHECK(message.member("reactions").items().at(0).member("count").integer() == 1);
  CHECK(json.value().member("as_of").member("position").string() == "0010000000000006");
  CHECK(json.value().member("members").items().size() == 2);
}

TEST_CASE("a moment is a position, plain or on the wire, or a time between events") {
  Talk talk;
  support::FakeEngine engine(talk.log.events());
  CHECK(position_of(engine, "3").value().value == 3);
  CHECK(position_of(engine, "0010000000000003").value().value == 3);
  CHECK(position_of(engine, "2023-11-14T22:13:23.500Z").value().value == 3);
  CHECK(position_of(engine, "2001-01-01T00:00:00Z").value().value == 0);
  CHECK(position_of(engine, "2101-01-01T00:00:00Z").value() == talk.log.end());
  CHECK(position_of(engine, "0020000000000003").error().code == base::ErrorCode::malformed);
  CHECK(position_of(engine, "99").error().code == base::ErrorCode::malformed);
  CHECK(position_of(engine, "yesterday").error().code == base::ErrorCode::malformed);
}

TEST_CASE("a conversation that cannot be folded is corrupt and says where") {
  Talk talk;
  talk.log.send(talk.id, "ada");
  talk.log.amend([](domain::RecordedEvent& event) { event.version = {77}; });
  support::FakeEngine engine(talk.log.events());
  auto then = fold(engine, talk.id, talk.log.end());
  REQUIRE(!then);
  CHECK_THAT(then.error().detail, Contains("position 9"));
}

}  // namespace
}  // namespace hansard::replay
