// Conversations, members, streams and the caller's list through a snapshot.
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

struct Chats {
  LogBuilder log;
  FoldedView view;
  ChatSnapshot now() {
    view.follow(log.events(), 100);
    return view.snapshot();
  }
};

std::vector<base::ConversationId> ids(const ListPage& page) {
  std::vector<base::ConversationId> all;
  for (const auto& item : page.items) all.push_back(item.conversation.id);
  return all;
}

TEST_CASE("a conversation shows what was last decided about it") {
  Chats chats;
  domain::Settings settings;
  settings.delete_window_s = 0;
  settings.slow_mode_s = 7;
  auto id = chats.log.create({"ann", "bob"}, settings, "ext");
  auto created = chats.now().conversation(id);
  REQUIRE(created);
  CHECK(created->settings == settings);
  CHECK(created->external_id == "ext");
  CHECK(created->created_by.value == "ann");
  CHECK(created->title == "title");
  CHECK(created->version.value == 1);
  CHECK(created->last_message_position.value == 1);
  settings.retention_s = 60;
  chats.log.update(id, "new title", settings);
  chats.log.join(id, {"cid", "di"});
  chats.log.leave(id, "bob");
  chats.log.send(id, "ann");
  chats.log.close(id);
  auto now = chats.now().conversation(id);
  CHECK(now->title == "new title");
  CHECK(now->external_id == "ext");
  CHECK(now->settings == settings);
  CHECK(now->settings_version.value == 2);
  CHECK(now->version.value == 6);
  CHECK(now->member_count == 3);
  CHECK(now->last_ordinal.value == 1);
  CHECK(now->closed);
  CHECK_FALSE(chats.now().conversation(conversation_id(8)));
}

TEST_CASE("members are those of now, by user id, with their role and where they joined") {
  Chats chats;
  auto id = chats.log.create({"bob", "ann"});
  chats.log.send(id, "bob");
  chats.log.send(id, "bob");
  chats.log.join(id, {"cid", "ann"});  // ann is one already
  chats.log.change_role(id, "cid", domain::Role::admin);
  auto now = chats.now();
  auto members = now.members(id, {}, 10);
  REQUIRE(members.size() == 3);
  CHECK(members[0].user.value == "ann");
  CHECK(members[0].joined_after.value == 0);
  CHECK(members[1].role == domain::Role::owner);
  CHECK(members[2].role == domain::Role::admin);
  CHECK(members[2].joined_after.value == 2);
  CHECK(now.members(id, {"ann"}, 1).front().user.value == "bob");
  CHECK(now.members(id, {"cid"}, 9).empty());
  CHECK(now.member(id, {"cid"})->joined_after.value == 2);
  chats.log.leave(id, "cid");
  CHECK_FALSE(chats.now().member(id, {"cid"}));
  CHECK(chats.now().members(id, {}, 10).size() == 2);
}

TEST_CASE("who left sees nothing of his own and keeps his pointers for when he is back") {
  Chats chats;
  auto id = chats.log.create({"ann", "bob"});
  for (int i = 0; i < 5; ++i) chats.log.send(id, "ann");
  chats.log.read(id, "bob", 3);
  chats.log.leave(id, "bob");
  auto gone = chats.now();
  CHECK(gone.reader(id, {"bob"}).read_up_to.value == 0);
  CHECK(gone.unread(id, {"bob"}).unread == 0);
  CHECK_FALSE(gone.list_entry(id, {"bob"}));
  CHECK(gone.conversations({"bob"}, {}, {}, 10).items.empty());
  auto memberships = gone.memberships({"bob"});
  REQUIRE(memberships.size() == 1);
  CHECK_FALSE(memberships[0].member);
  CHECK(memberships[0].changed == chats.log.end());
  chats.log.join(id, {"bob"});
  auto back = chats.now();
  CHECK(back.reader(id, {"bob"}).read_up_to.value == 5);
  CHECK(back.memberships({"bob"})[0].member);
  CHECK(back.memberships({"bob"})[0].joined_after.value == 5);
}

TEST_CASE("pointers only rise and say when they did") {
  Chats chats;
  auto id = chats.log.create({"ann", "bob"});
  for (int i = 0; i < 5; ++i) chats.log.send(id, "ann");
  chats.log.read(id, "bob", 4);
  auto read_at = chats.log.end();
  chats.log.mark(id, "bob", 2);
  CHECK(chats.now().reader(id, {"bob"}).marked_from == Ordinal{2});
  chats.log.read(id, "bob", 1);
  chats.log.deliver(id, "bob", 5);
  chats.log.deliver(id, "bob", 3);
  auto reader = chats.now().reader(id, {"bob"});
  CHECK(reader.read_up_to.value == 4);
  CHECK_FALSE(reader.marked_from);
  CHECK(reader.read_position == read_at);
  CHECK(reader.read_at);
  CHECK(reader.delivered_up_to.value == 5);
  CHECK(reader.delivered_position.value == chats.log.end().value - 1);
  CHECK(chats.now().memberships({"ann"})[0].receipts == chats.log.end());
  CHECK(chats.now().memberships({"ann"})[0].head.value == 6);
}

TEST_CASE("a stream tells its steps after a position") {
  Chats chats;
  auto id = chats.log.create({"ann", "bob"});
  auto facts = chats.log.send(id, "ann");
  chats.log.read(id, "bob", 1);
  chats.log.edit(facts, "x");
  auto now = chats.now();
  auto steps = now.stream(base::stream_of(id), {1}, 10);
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].position.value == 2);
  CHECK(steps[0].type == domain::EventType::message_sent);
  CHECK(steps[0].ordinal.value == 1);
  CHECK(steps[1].type == domain::EventType::message_edited);
  CHECK(steps[1].version.value == 3);
  CHECK(now.stream(base::stream_of(id), {0}, 1).size() == 1);
  auto own = now.stream(base::stream_of_user({"bob"}), {0}, 10);
  REQUIRE(own.size() == 1);
  CHECK(own[0].type == domain::EventType::read_advanced);
}

TEST_CASE("the list shows the latest message first and filters") {
  Chats chats;
  auto a = chats.log.create({"ann", "bob"}, {}, "x");
  auto b = chats.log.create({"ann"}, {}, "", domain::ConversationType::ride);
  auto c = chats.log.create({"ann"});
  chats.log.create({"bob"});
  chats.log.send(a, "bob", "last words");
  chats.log.flag(c, "ann", true);
  auto now = chats.now();
  CHECK(ids(now.conversations({"ann"}, {}, {}, 10)) == std::vector{a, c, b});
  CHECK(ids(now.conversations({"ann"}, {.archived = true, .type = {}, .external_id = {}}, {}, 10)) == std::vector{c});
  CHECK(ids(now.conversations({"ann"}, {.archived = false, .type = {}, .external_id = {}}, {}, 10)) ==
        std::vector{a, b});
  CHECK(ids(now.conversations({"ann"}, {.archived = {}, .type = domain::ConversationType::ride, .external_id = {}}, {},
                              10)) == std::vector{b});
  CHECK(ids(now.conversations({"ann"}, {.archived = {}, .type = {}, .external_id = "x"}, {}, 10)) == std::vector{a});
  auto entry = now.list_entry(a, {"ann"});
  REQUIRE(entry);
  CHECK(entry->last_message->content->text == "last words");
  CHECK(entry->unread.unread == 1);
  CHECK(entry->role == domain::Role::owner);
  CHECK_FALSE(now.list_entry(b, {"ann"})->last_message);
}

TEST_CASE("from_join hides the last message from who joined after it") {
  Chats chats;
  domain::Settings settings;
  settings.history = domain::History::from_join;
  auto id = chats.log.create({"ann"}, settings);
  chats.log.send(id, "ann");
  chats.log.join(id, {"bob"});
  CHECK_FALSE(chats.now().list_entry(id, {"bob"})->last_message);
  CHECK(chats.now().list_entry(id, {"ann"})->last_message);
  chats.log.send(id, "ann");
  CHECK(chats.now().list_entry(id, {"bob"})->last_message);
}

TEST_CASE("pages of the list neither skip nor repeat while conversations move") {
  rc::prop("whatever happens between two pages", [] {
    Chats chats;
    auto count = *rc::gen::inRange<std::size_t>(1, 12);
    std::vector<base::ConversationId> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(chats.log.create({"ann", "bob"}));
    auto stir = [&] {
      for (auto pick : *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 24))) {
        if (pick < count) chats.log.send(all[pick], "bob");
        if (pick >= count && pick < 2 * count) chats.log.flag(all[pick - count], "ann", false, true);
        if (pick >= 2 * count) chats.log.update(all[pick % count], "other");
      }
    };
    stir();
    auto whole = ids(chats.now().conversations({"ann"}, {}, {}, 1'000));
    RC_ASSERT(whole.size() == count);
    std::vector<base::ConversationId> seen;
    std::optional<ListCursor> cursor;
    do {
      auto page = chats.now().conversations({"ann"}, {}, cursor, *rc::gen::inRange<std::size_t>(1, 5));
      for (const auto& id : ids(page)) seen.push_back(id);
      cursor = page.next;
      stir();
      chats.log.create({"ann"});  // of a later time: not in these pages
    } while (cursor);
    RC_ASSERT(seen == whole);
  });
}

}  // namespace
}  // namespace hansard::projections
