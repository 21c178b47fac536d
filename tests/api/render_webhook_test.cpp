#include "api/render_webhook.h"

#include <utility>
#include <variant>

#include <catch2/catch.hpp>

#include "api/json.h"
#include "tests/api/transport_fakes.h"

namespace hansard::api {
namespace {

// The parser the value lives in.
struct Rendered {
  explicit Rendered(domain::EventBody body) {
    domain::RecordedEvent event;
    event.position = {7};
    event.version = {3};
    event.time = {1'704'067'200'000};
    event.actor = {"ann"};
    event.body = std::move(body);
    test::FakeEngine engine;
    test::FakeViews views(engine);
    text = "{";
    append_webhook_event(text, event, 1, *views.snapshot());
    text += "}";
    const auto parsed = parser.parse(text);
    INFO(text);
    REQUIRE(parsed);
    json = parsed.value();
  }
  std::string word(std::string_view name) const { return std::string(json.member(name).string().value_or("(none)")); }
  std::string event_word(std::string_view name) const {
    return std::string(json.member("event").member(name).string().value_or("(none)"));
  }
  std::string text;
  JsonParser parser;
  JsonValue json;
};

template <std::size_t... I>
std::vector<domain::EventBody> every_kind(std::index_sequence<I...>) {
  return {domain::EventBody(std::in_place_index<I>)...};
}

TEST_CASE("every kind of event is JSON with its place, its type and its actor") {
  for (const auto& body : every_kind(std::make_index_sequence<std::variant_size_v<domain::EventBody>>())) {
    const Rendered rendered(body);
    CHECK(rendered.event_word("position") == "0010000000000007");
    CHECK(rendered.event_word("type") == domain::type_name(domain::type_of(body)));
    CHECK(rendered.event_word("time") == "2024-01-01T00:00:00.000Z");
    CHECK(rendered.event_word("actor") == "ann");
    CHECK(rendered.json.member("event").member("version").integer() == 3);
  }
}

TEST_CASE("the content of an event that is kept is not shown but as the view has it now") {
  domain::MessageSent sent;
  sent.facts.author = {"ann"};
  sent.content = domain::MessageContent{"a secret that was erased", "", {}, {}};
  const Rendered rendered(sent);
  CHECK(rendered.text.find("secret") == std::string::npos);
  CHECK(rendered.event_word("sender_id") == "ann");
  CHECK(rendered.json.member("event").member("message").kind() == JsonValue::Kind::null);
}

TEST_CASE("a scheduled message shows its author's place and time, and no content") {
  domain::SendScheduled scheduled;
  scheduled.send_at = {1'704'067'260'000};
  scheduled.content = domain::MessageContent{"a secret for later", "", {}, {}};
  const Rendered rendered(scheduled);
  CHECK(rendered.text.find("secret") == std::string::npos);
  CHECK(rendered.event_word("send_at") == "2024-01-01T00:01:00.000Z");
}

TEST_CASE("a notification carries what a push needs beside the event; gone content is null") {
  const Rendered rendered(domain::NotificationDue{{{1}}, {{2}}, {5}, {"bob"}});
  CHECK(rendered.word("user_id") == "bob");
  CHECK(rendered.word("conversation_id") == "01000000-0000-0000-0000-000000000000");
  CHECK(rendered.word("message_id") == "02000000-0000-0000-0000-000000000000");
  for (const char* name : {"content", "type", "sender_id", "timestamp"}) {
    CHECK(rendered.json.member(name).kind() == JsonValue::Kind::null);
  }
  CHECK(rendered.json.member("event").member("ordinal").integer() == 5);
}

}  // namespace
}  // namespace hansard::api
