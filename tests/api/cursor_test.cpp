#include "api/cursor.h"

#include <string>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "api/base64url.h"
#include "api/params.h"

namespace hansard::api {
namespace {

using base::ConversationId;
using base::id_from_bytes;
using base::MessageId;
using projections::Direction;

const ConversationId kConversation = id_from_bytes<ConversationId>("conversation-001");
const MessageId kMessage = id_from_bytes<MessageId>("message--------1");

TEST_CASE("a cursor is read as it was written") {
  rc::prop("history", [](std::uint64_t from, bool after, bool in_thread) {
    HistoryCursor cursor{kConversation, after ? Direction::after : Direction::before, {from}, std::nullopt};
    if (in_thread) cursor.thread = kMessage;
    auto back = decode_history_cursor(encode_cursor(cursor));
    RC_ASSERT(back.has_value());
    RC_ASSERT(back->conversation == kConversation && back->direction == cursor.direction);
    RC_ASSERT(back->from == cursor.from && back->thread == cursor.thread);
  });
  rc::prop("list", [](std::uint64_t as_of, std::uint64_t last, std::uint32_t question) {
    auto text = encode_cursor(projections::ListCursor{{as_of}, {last}, kConversation}, question);
    RC_ASSERT_FALSE(decode_list_cursor(text, question + 1));
    auto back = decode_list_cursor(text, question);
    RC_ASSERT(back && back->as_of.value == as_of && back->last_message_position.value == last);
    RC_ASSERT(back->id == kConversation);
  });
  auto user = decode_user_cursor(encode_cursor(base::UserId{"zo\xC3\xAB"}));
  REQUIRE(user);
  CHECK(user->value == "zo\xC3\xAB");
}

TEST_CASE("a cursor of another kind is refused") {
  auto list = encode_cursor(projections::ListCursor{{1}, {2}, kConversation}, 0);
  CHECK_FALSE(decode_history_cursor(list));
  CHECK_FALSE(decode_user_cursor(list));
  CHECK_FALSE(decode_name_cursor(list, "views"));
}

TEST_CASE("a cursor of names belongs to one list") {
  auto cursor = encode_name_cursor("consumers", "a/b");
  CHECK(decode_name_cursor(cursor, "consumers") == "a/b");
  for (const char* list : {"consumer", "views", ""}) CHECK_FALSE(decode_name_cursor(cursor, list));
  for (const char* garbage : {"", "a", "bill", "AAAA"}) CHECK_FALSE(decode_name_cursor(garbage, "consumers"));
}

TEST_CASE("a cursor with any bit changed or any byte missing is refused") {
  auto text = encode_cursor(HistoryCursor{kConversation, Direction::before, {7}, kMessage});
  auto bytes = *decode_base64url(text);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(decode_history_cursor(encode_base64url(changed)));
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_history_cursor(encode_base64url(bytes.substr(0, size))));
  }
  for (const char* garbage : {"", "x", "====", "null", "0"}) CHECK_FALSE(decode_history_cursor(garbage));
}

TEST_CASE("path segments are decoded one by one") {
  using Segments = std::vector<std::string>;
  CHECK(path_segments("/a/b%2Fc/%C3%A9") == Segments{"a", "b/c", "\xC3\xA9"});
  CHECK(path_segments("/") == Segments{""});
  CHECK(path_segments("/a/") == Segments{"a", ""});
  CHECK(path_segments("/a+b") == Segments{"a+b"});
  for (const char* bad : {"", "a", "/%", "/%4", "/%zz", "/%C3", "/a/%ff"}) CHECK_FALSE(path_segments(bad));
}

TEST_CASE("query parameters are decoded, given once and asked by name") {
  auto params = Params::parse("a=1&b=x+y%26z&flag&&c=");
  REQUIRE(params);
  CHECK(params.value().get("a") == "1");
  CHECK(params.value().get("b") == "x y&z");
  CHECK(params.value().get("flag") == "");
  CHECK(params.value().get("c") == "");
  CHECK_FALSE(params.value().has("d"));
  CHECK_FALSE(Params::parse("a=1&a=2"));
  CHECK_FALSE(Params::parse("a=%f"));
}

TEST_CASE("a page is 1 to 200 items long") {
  Limits limits;
  auto limit = [&](const std::string& query) { return page_limit(Params::parse(query).value(), limits); };
  CHECK(limit("").value() == 50);
  CHECK(limit("limit=1").value() == 1);
  CHECK(limit("limit=200").value() == 200);
  for (const char* bad : {"limit=0", "limit=201", "limit=-1", "limit=", "limit=1x", "limit=99999999999999999999"}) {
    CHECK_FALSE(limit(bad));
  }
}

TEST_CASE("If-Match takes one tag") {
  auto match = [](const std::string& value) {
    Request request;
    request.headers.emplace_back("if-match", value);
    return if_match_of(request);
  };
  CHECK_FALSE(if_match_of(Request{}).value());
  CHECK_FALSE(match("*").value());
  CHECK(match("\"7\"").value() == base::Version{7});
  CHECK(match("\"abc\"").value()->value > 1'000'000'000);
  CHECK(match("W/\"7\"").value()->value > 1'000'000'000);
  for (const char* bad : {"7", "", "\"1\", \"2\"", "\""}) CHECK_FALSE(match(bad));
}

}  // namespace
}  // namespace hansard::api
