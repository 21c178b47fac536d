// History, threads and versions through a snapshot.
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

std::vector<std::uint64_t> ordinals(const std::vector<MessageView>& messages) {
  std::vector<std::uint64_t> all;
  for (const auto& message : messages) all.push_back(message.facts.ordinal.value);
  return all;
}

HistoryQuery query_of(Direction direction, std::uint64_t from, std::size_t limit) {
  HistoryQuery query;
  query.direction = direction;
  query.from = {from};
  query.limit = limit;
  return query;
}

struct Chat {
  LogBuilder log;
  base::ConversationId id = log.create({"ann", "bob"});
  std::vector<domain::MessageFacts> sent;
  FoldedView view;

  void send(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sent.push_back(log.send(id, "ann", "text " + std::to_string(i)));
  }
  ChatSnapshot now() {
    view.follow(log.events(), 100);
    return view.snapshot();
  }
};

// Everything that a reader is shown of it.
std::string shown(const MessageView& message) {
  std::string all = std::to_string(message.facts.ordinal.value) + " " + std::to_string(message.version.value) + " " +
                    std::to_string(message.position.value) + " " + std::to_string(message.thread_count);
  all += message.content ? message.content->text : " gone";
  for (const auto& reaction : message.reactions) {
    all += " " + reaction.emoji + std::to_string(reaction.count) + (reaction.me ? "!" : "");
  }
  return all;
}

TEST_CASE("a message by itself is what a page of the history has of it") {
  rc::prop("history(after)[i] == message_at(i)", [] {
    Chat chat;
    chat.send(150);
    LogBuilder::SendOptions reply;
    for (std::size_t i = 0; i < 60; ++i) {
      const auto facts = chat.sent[2 * i];
      switch (*rc::gen::inRange(0, 5)) {
        case 0:
          chat.log.edit(facts, "edited " + std::to_string(i));
          break;
        case 1:
          chat.log.remove(facts);
          break;
        case 2:
          chat.log.react(facts, "bob", "+");
          break;
        case 3:
          reply.reply_to = facts;
          chat.sent.push_back(chat.log.send(chat.id, "bob", reply));
          break;
        default:
          chat.log.expire(facts);
      }
    }
    auto now = chat.now();
    auto query = query_of(Direction::after, 0, 200);
    query.viewer = base::UserId{"bob"};
    const auto page = now.history(chat.id, query, {});
    RC_ASSERT(page.items.size() == std::min<std::size_t>(chat.sent.size(), 200));
    for (const auto& message : page.items) {
      const auto alone = now.message_at(chat.id, message.facts.ordinal, query.viewer);
      RC_ASSERT(alone.has_value());
      RC_ASSERT(shown(*alone) == shown(message));
    }
    RC_ASSERT(!now.message_at(chat.id, {chat.sent.size() + 1}));
    RC_ASSERT(!now.message_at(chat.id, {0}));
  });
}

TEST_CASE("history before is newest first and exclusive, after is oldest first and exclusive") {
  Chat chat;
  chat.send(10);
  auto now = chat.now();
  auto page = [&](Direction direction, std::uint64_t from, std::size_t limit, std::uint64_t floor = 0) {
    return now.history(chat.id, query_of(direction, from, limit), {floor});
  };
  CHECK(ordinals(page(Direction::before, 0, 3).items) == std::vector<std::uint64_t>{10, 9, 8});
  CHECK(ordinals(page(Direction::before, 4, 5).items) == std::vector<std::uint64_t>{3, 2, 1});
  CHECK_FALSE(page(Direction::before, 4, 5).more);
  CHECK_FALSE(page(Direction::before, 4, 3).more);
  CHECK(page(Direction::before, 4, 2).more);
  CHECK(page(Direction::before, 1, 5).items.empty());
  CHECK(ordinals(page(Direction::before, 500, 2).items) == std::vector<std::uint64_t>{10, 9});
  CHECK(ordinals(page(Direction::after, 0, 3).items) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(ordinals(page(Direction::after, 8, 3).items) == std::vector<std::uint64_t>{9, 10});
  CHECK_FALSE(page(Direction::after, 8, 2).more);
  CHECK(page(Direction::after, 10, 5).items.empty());
  CHECK(page(Direction::after, 99, 5).items.empty());
  CHECK(ordinals(page(Direction::before, 0, 9, 7).items) == std::vector<std::uint64_t>{10, 9, 8});
  CHECK_FALSE(page(Direction::before, 0, 9, 7).more);
  CHECK(ordinals(page(Direction::after, 2, 9, 7).items) == std::vector<std::uint64_t>{8, 9, 10});
}

TEST_CASE("history of an unknown conversation is empty") {
  Chat chat;
  CHECK(chat.now().history(conversation_id(9), {}, {}).items.empty());
}

TEST_CASE("an ordinal that is not there yet names no message") {
  Chat chat;
  chat.send(2);
  ChatSnapshot now = chat.now();
  CHECK(now.message_at(chat.id, {2}));
  CHECK(!now.message_at(chat.id, {3}));
  CHECK(!now.past(chat.log.end())->message_at(chat.id, {3}));
  CHECK(!now.past({2})->message_at(chat.id, {2}));
}

TEST_CASE("pages of history joined are the history, whatever was edited and removed") {
  rc::prop("before and after, any page size and floor", [] {
    Chat chat;
    auto count = *rc::gen::inRange<std::size_t>(0, 60);
    chat.send(count);
    for (std::size_t change : *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 60))) {
      if (change >= count) continue;
      chat.log.edit(chat.sent[change], "edited");
    }
    auto now = chat.now();
    auto floor = *rc::gen::inRange<std::uint64_t>(0, 70);
    auto limit = *rc::gen::inRange<std::size_t>(1, 20);
    std::vector<std::uint64_t> expected;
    for (std::uint64_t ordinal = floor + 1; ordinal <= count; ++ordinal) expected.push_back(ordinal);

    std::vector<std::uint64_t> up;
    for (bool more = true; more;) {
      auto page = now.history(chat.id, query_of(Direction::after, up.empty() ? 0 : up.back(), limit), {floor});
      for (auto ordinal : ordinals(page.items)) up.push_back(ordinal);
      more = page.more;
    }
    RC_ASSERT(up == expected);
    std::vector<std::uint64_t> down;
    for (bool more = true; more;) {
      auto page = now.history(chat.id, query_of(Direction::before, down.empty() ? 0 : down.back(), limit), {floor});
      for (auto ordinal : ordinals(page.items)) down.push_back(ordinal);
      more = page.more;
    }
    std::reverse(down.begin(), down.end());
    RC_ASSERT(down == expected);
  });
}

TEST_CASE("a message shows its last version, however many it has") {
  Chat chat;
  chat.send(3);
  for (int i = 0; i < 30; ++i) chat.log.edit(chat.sent[1], "edit " + std::to_string(i));
  auto now = chat.now();
  auto page = now.history(chat.id, query_of(Direction::before, 0, 10), {});
  CHECK(ordinals(page.items) == std::vector<std::uint64_t>{3, 2, 1});
  CHECK(page.items[1].content->text == "edit 29");
  CHECK(page.items[1].version.value == 34);
  CHECK(page.items[1].position == chat.log.end());
  CHECK(page.items[1].edited_at);
  CHECK_FALSE(page.items[0].edited_at);
  auto versions = now.versions(chat.id, {2}, {}, 100);
  REQUIRE(versions.size() == 31);
  CHECK(versions.front().content->text == "text 1");
  CHECK(versions.back().content->text == "edit 29");
  CHECK(now.versions(chat.id, {2}, {}, 5).size() == 5);
  CHECK(now.versions(chat.id, {9}, {}, 5).empty());
}

TEST_CASE("a deleted message stays listed without content and keeps its versions") {
  Chat chat;
  chat.send(2);
  chat.log.edit(chat.sent[0], "better");
  chat.log.remove(chat.sent[0]);
  auto now = chat.now();
  auto message = now.message(chat.sent[0].message);
  REQUIRE(message);
  CHECK_FALSE(message->content);
  CHECK(message->deleted_at);
  CHECK(message->edited_at);
  CHECK_FALSE(message->erased);
  CHECK(message->facts == chat.sent[0]);
  auto versions = now.versions(chat.id, {1}, {}, 10);
  REQUIRE(versions.size() == 3);
  CHECK(versions[1].content->text == "better");
}

TEST_CASE("an erased message is listed without content and says so") {
  Chat chat;
  LogBuilder::SendOptions options;
  options.erased = true;
  auto facts = chat.log.send(chat.id, "ann", options);
  auto now = chat.now();
  auto message = now.message(facts.message);
  REQUIRE(message);
  CHECK(message->erased);
  CHECK_FALSE(message->content);
  CHECK(now.unread(chat.id, {"bob"}).unread == 0);
}

TEST_CASE("a message comes back as it was written") {
  Chat chat;
  domain::MessageFacts facts;
  facts.conversation = chat.id;
  facts.message = message_id(5);
  facts.ordinal = {1};
  facts.author = {"ann"};
  facts.sender_type = "driver";
  facts.type = domain::MessageType::file;
  facts.created_at = {1'234};
  facts.sent_at = {1'700'000'000'000};
  domain::MessageContent content{"caf\xC3\xA9", R"({"a":1})", {mention_of("bob"), mention_of("zed", false)}, {}};
  content.attachments.push_back({base::FileId{{1, 2, 3}}, "image/png", "a.png", 1'000'000});
  chat.log.append(domain::MessageSent{facts, content}, "ann");
  auto message = chat.now().message_at(chat.id, {1});
  REQUIRE(message);
  CHECK(message->facts == facts);
  CHECK(*message->content == content);
  CHECK(message->version.value == 2);
}

TEST_CASE("a version of then is the message without replies and reactions") {
  Chat chat;
  chat.send(1);
  const auto facts = chat.sent.front();
  chat.log.react(facts, "bob", "x");
  chat.log.edit(facts, "second", {mention_of("bob")});
  chat.log.react(facts, "ann", "y");
  const auto now = chat.now();
  for (base::Position at{1}; at <= chat.log.end(); at = at.next()) {
    const auto past = now.past(at);
    auto message = past->message_at(chat.id, {1});
    const auto version = past->version_at(chat.id, {1});
    REQUIRE(message.has_value() == version.has_value());
    if (!message) continue;
    CHECK(version->reactions.empty());
    CHECK(version->content == message->content);
    CHECK(version->version == message->version);
  }
  CHECK(now.past(chat.log.end())->version_at(chat.id, {1})->content->mentions.size() == 1);
  CHECK_FALSE(now.past(chat.log.end())->version_at(chat.id, {2}));
}

TEST_CASE("a thread counts its live replies and pages like history") {
  Chat chat;
  chat.send(1);
  std::vector<domain::MessageFacts> replies;
  for (int i = 0; i < 5; ++i) {
    chat.send(1);
    LogBuilder::SendOptions options;
    options.reply_to = chat.sent[0];
    replies.push_back(chat.log.send(chat.id, "bob", options));
  }
  CHECK(chat.now().message_at(chat.id, {1})->thread_count == 5);
  chat.log.remove(replies[1]);
  auto now = chat.now();
  CHECK(now.message_at(chat.id, {1})->thread_count == 4);
  CHECK(now.history(chat.id, query_of(Direction::after, 0, 3), {}).items[0].thread_count == 4);
  CHECK(now.message_at(chat.id, {2})->thread_count == 0);

  HistoryQuery query = query_of(Direction::before, 0, 2);
  query.thread = chat.sent[0].message;
  auto page = now.history(chat.id, query, {});
  CHECK(ordinals(page.items) == std::vector<std::uint64_t>{11, 9});
  CHECK(page.more);
  query.from = {9};
  query.limit = 9;
  page = now.history(chat.id, query, {4});
  CHECK(ordinals(page.items) == std::vector<std::uint64_t>{7, 5});
  CHECK_FALSE(page.more);
  query.direction = Direction::after;
  query.from = {3};
  CHECK(ordinals(now.history(chat.id, query, {}).items) == std::vector<std::uint64_t>{5, 7, 9, 11});
  query.thread = message_id(999);
  CHECK(now.history(chat.id, query, {}).items.empty());
}

}  // namespace
}  // namespace hansard::projections
