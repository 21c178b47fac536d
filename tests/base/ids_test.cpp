#include "engine/base/ids.h"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace hansard::base;

TEST_CASE("a UUID's text and bytes are two forms of one thing") {
  rc::prop("for any 16 bytes", [] {
    auto bytes = *rc::gen::arbitrary<std::array<std::uint8_t, 16>>();
    std::string text = uuid_text(bytes);
    RC_ASSERT(text.size() == 36u);
    RC_ASSERT(parse_uuid(text) == std::optional(bytes));
  });
}

TEST_CASE("a UUID is written in lower case and read in both") {
  auto bytes = parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  REQUIRE(bytes.has_value());
  CHECK(uuid_text(*bytes) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK((*bytes)[0] == 0x01);
  CHECK((*bytes)[15] == 0x8F);
}

TEST_CASE("anything but the 36-character form of a UUID is refused") {
  for (const char* text : {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                           "017f22e279b07cc398c4dc0c0c07398f", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
                           "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                           "017f22e-279b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739 f"}) {
    INFO(text);
    CHECK_FALSE(parse_uuid(text).has_value());
  }
}

TEST_CASE("the nil UUID is no id: it names the system stream") {
  CHECK_FALSE(parse_id<MessageId>("00000000-0000-0000-0000-000000000000").has_value());
  CHECK(parse_id<MessageId>("00000000-0000-0000-0000-000000000001").has_value());
}

TEST_CASE("a user id is 1 to 128 bytes of UTF-8 without control characters") {
  CHECK(parse_user_id("a").has_value());
  CHECK(parse_user_id("zoë 🚕 <b>").has_value());
  CHECK(parse_user_id(std::string(128, 'a')).has_value());
  CHECK_FALSE(parse_user_id("").has_value());
  CHECK_FALSE(parse_user_id(std::string(129, 'a')).has_value());
  CHECK_FALSE(parse_user_id("a\nb").has_value());
  CHECK_FALSE(parse_user_id("a\x7F").has_value());
  CHECK_FALSE(parse_user_id("a\xC2\x85").has_value());
  CHECK_FALSE(parse_user_id("a\xFF").has_value());
  CHECK_FALSE(parse_user_id(std::string_view("a\0b", 3)).has_value());
}

TEST_CASE("the stream of a conversation is its id, that of a user is a stored hash") {
  auto id = parse_id<ConversationId>("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").value();
  CHECK(to_text(stream_of(id)) == to_text(id));
  CHECK(to_text(stream_of_user({"ada"})) == "24ca3a6e-7700-32f5-4947-9b66edf64d0d");
  CHECK(stream_of_user({"ada"}) != stream_of_user({"Ada"}));
}

TEST_CASE("numbers start at none and count up") {
  Position none;
  CHECK_FALSE(static_cast<bool>(none));
  CHECK(none.next() == Position{1});
  CHECK(static_cast<bool>(none.next()));
  CHECK(Position{9} < Position{10});
}
