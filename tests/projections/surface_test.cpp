// What messages carry and what becomes of them: reactions, provenance, expiry and schedules, case by case.
#include <catch2/catch.hpp>

#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

struct Chat {
  LogBuilder log;
  base::ConversationId id;
  FoldedView view;
  explicit Chat(domain::Settings settings = {}) : id(log.create({"ann", "bob"}, settings)) {}
  ChatSnapshot now() {
    view.follow(log.events(), 100);
    return view.snapshot();
  }
};

domain::Settings retention(std::uint32_t seconds) {
  domain::Settings settings;
  settings.retention_s = seconds;
  return settings;
}

TEST_CASE("reactions show each emoji once, how many, and whether the viewer is among them") {
  Chat chat;
  auto facts = chat.log.send(chat.id, "ann");
  chat.log.react(facts, "bob", "heart");
  chat.log.react(facts, "bob", "+1");
  chat.log.react(facts, "ann", "+1");
  chat.log.react(facts, "ann", "+1");  // a repeat changes nothing
  using Reactions = std::vector<ReactionView>;
  auto now = chat.now();
  CHECK(now.message(facts.message)->reactions == Reactions{{"+1", 2, false}, {"heart", 1, false}});
  CHECK(now.message(facts.message, UserId{"ann"})->reactions == Reactions{{"+1", 2, true}, {"heart", 1, false}});
  CHECK(now.message_at(chat.id, {1}, UserId{"bob"})->reactions == Reactions{{"+1", 2, true}, {"heart", 1, true}});
  CHECK(now.list_entry(chat.id, {"ann"})->last_message->reactions == Reactions{{"+1", 2, true}, {"heart", 1, false}});
  CHECK(now.conversations({"bob"}, {}, {}, 5).items.front().last_message->reactions.front().me);
  chat.log.react(facts, "bob", "heart", false);
  CHECK(chat.now().message(facts.message)->reactions == Reactions{{"+1", 2, false}});
}

TEST_CASE("reactions stay with a message that is edited and leave with one that is deleted") {
  Chat chat;
  auto facts = chat.log.send(chat.id, "ann");
  LogBuilder::SendOptions reply;
  reply.reply_to = facts;
  chat.log.send(chat.id, "bob", reply);
  chat.log.react(facts, "bob", "heart");
  chat.log.edit(facts, "better");
  CHECK(chat.now().message(facts.message)->reactions.size() == 1);
  CHECK(chat.now().message(facts.message)->version.value == 5);
  chat.log.remove(facts);
  CHECK(chat.now().message(facts.message)->reactions.empty());
  CHECK(chat.now().message(facts.message)->thread_count == 1);
}

TEST_CASE("a reaction takes a version and a stream entry that names the message") {
  Chat chat;
  auto facts = chat.log.send(chat.id, "ann");
  chat.log.react(facts, "bob", "heart");
  auto now = chat.now();
  CHECK(now.conversation(chat.id)->version.value == 3);
  CHECK(now.conversation(chat.id)->last_message_position.value == 2);
  auto entries = now.stream(base::stream_of(chat.id), {2}, 5);
  REQUIRE(entries.size() == 1);
  CHECK(entries.front().type == domain::EventType::reaction_added);
  CHECK(entries.front().ordinal == facts.ordinal);
}

TEST_CASE("a reaction to a message that is not there, or elsewhere, cannot be applied") {
  Chat chat;
  auto facts = chat.log.send(chat.id, "ann");
  auto stray = facts;
  SECTION("unknown") { stray.message = message_id(99); }
  SECTION("elsewhere") { stray.ordinal = {2}; }
  chat.log.react(stray, "bob", "heart");
  auto folded = chat.view.fold(chat.log.events());
  REQUIRE_FALSE(folded);
  CHECK(folded.error().detail.find("position 3") != std::string::npos);
}

TEST_CASE("a reaction whose emoji was erased leaves no row but its place in the stream") {
  Chat with, without;
  auto facts = with.log.send(with.id, "ann");
  with.log.react(facts, "bob", std::nullopt);
  CHECK(with.now().message(facts.message, UserId{"bob"})->reactions.empty());
  without.log.send(without.id, "ann");
  without.log.react(facts, "bob", std::nullopt, false);
  without.log.amend([](domain::RecordedEvent& event) {
    auto removed = std::get<domain::ReactionRemoved>(*event.body);
    event.body = domain::ReactionAdded{removed.conversation, removed.message, removed.ordinal, removed.user, {}};
  });
  without.now();
  CHECK(with.view.checkpoint().digest == without.view.checkpoint().digest);
}

TEST_CASE("a forwarded message says where it comes from") {
  Chat chat;
  LogBuilder::SendOptions options;
  options.forwarded_from = domain::ForwardedFrom{message_id(70), conversation_id(70), {"zed"}, {1'234}};
  auto facts = chat.log.send(chat.id, "ann", options);
  chat.log.edit(facts, "better");
  auto now = chat.now();
  CHECK(now.message(facts.message)->facts.forwarded_from == options.forwarded_from);
  CHECK(now.versions(chat.id, {1}, {}, 5).front().facts == facts);
}

TEST_CASE("an expired message is a tombstone that says so, and counts for nobody") {
  Chat chat(retention(10));
  LogBuilder::SendOptions options;
  options.mentions.push_back(mention_of("bob"));
  auto facts = chat.log.send(chat.id, "ann", options);
  chat.log.react(facts, "bob", "heart");
  CHECK(chat.now().unread(chat.id, {"bob"}).mentions == 1);
  chat.log.expire(facts);
  auto now = chat.now();
  auto message = now.message(facts.message, UserId{"bob"});
  REQUIRE(message);
  CHECK(message->expired);
  CHECK_FALSE(message->erased);
  CHECK_FALSE(message->content);
  CHECK(message->deleted_at == time_of(chat.log.end()));
  CHECK(message->reactions.empty());
  CHECK(now.unread(chat.id, {"bob"}).unread == 0);
  CHECK(now.unread(chat.id, {"bob"}).mentions == 0);
  CHECK(now.versions(chat.id, {1}, {}, 5).front().content->text == "hello");
}

TEST_CASE("a notice of membership counts for nobody") {
  Chat chat;
  chat.log.join(chat.id, {"cid"});
  LogBuilder::SendOptions notice;
  notice.type = domain::MessageType::system;
  notice.mentions.push_back(mention_of("bob"));
  chat.log.send(chat.id, "ann", notice);
  auto now = chat.now();
  for (const char* user : {"ann", "bob", "cid"}) {
    CHECK(now.unread(chat.id, {user}).unread == 0);
    CHECK(now.unread(chat.id, {user}).mentions == 0);
  }
}

TEST_CASE("a message is expirable at the moment its retention has run out") {
  Chat chat(retention(60));
  auto first = chat.log.send(chat.id, "ann");
  auto second = chat.log.send(chat.id, "ann");
  base::Timestamp due{first.sent_at.ms + 60'000};
  auto now = chat.now();
  CHECK(expirable(now, {due.ms - 1}, 10).empty());
  CHECK(expirable(now, due, 10) == std::vector<base::MessageId>{first.message});
  CHECK(expirable(now, {due.ms + 1'000}, 10) == std::vector<base::MessageId>{first.message, second.message});
  CHECK(expirable(now, {due.ms + 1'000}, 1) == std::vector<base::MessageId>{first.message});
}

TEST_CASE("a retention set later, made longer or taken away counts from then for what is there") {
  Chat chat;
  auto facts = chat.log.send(chat.id, "ann");
  base::Timestamp later{facts.sent_at.ms + 3'600'000};
  CHECK(expirable(chat.now(), later, 10).empty());
  chat.log.update(chat.id, "t", retention(60));
  CHECK(expirable(chat.now(), later, 10).size() == 1);
  chat.log.update(chat.id, "t", retention(7'200));
  CHECK(expirable(chat.now(), later, 10).empty());
  CHECK(expirable(chat.now(), {later.ms + 3'600'000}, 10).size() == 1);
  chat.log.update(chat.id, "t", retention(0));
  CHECK(expirable(chat.now(), {later.ms * 2}, 10).empty());
}

TEST_CASE("expiry passes over what is gone, across blocks of ordinals") {
  Chat chat(retention(1));
  std::vector<domain::MessageFacts> sent;
  LogBuilder::SendOptions system;
  system.type = domain::MessageType::system;
  for (int i = 0; i < 3'000; ++i)
    sent.push_back(i % 5 == 0 ? chat.log.send(chat.id, "ann", system) : chat.log.send(chat.id, "ann"));
  for (int i = 1; i < 2'990; ++i) chat.log.remove(sent[static_cast<std::size_t>(i)]);
  chat.log.expire(sent[0]);
  auto due = expirable(chat.now(), time_of({1'000'000}), 5);
  REQUIRE(due.size() == 5);
  CHECK(due.front() == sent[2'990].message);
}

TEST_CASE("a scheduled message is its author's until it is sent or cancelled") {
  Chat chat;
  auto late = chat.log.schedule(chat.id, "ann", {9'000'000});
  auto soon = chat.log.schedule(chat.id, "ann", {5'000'000});
  auto lost = chat.log.schedule(chat.id, "bob", {5'000'000}, true);
  auto now = chat.now();
  auto waiting = now.scheduled({"ann"}, {}, 10);
  REQUIRE(waiting.size() == 2);
  CHECK(waiting.front().facts == soon);
  CHECK(waiting.front().send_at == base::Timestamp{5'000'000});
  CHECK(waiting.front().content->text == "later");
  CHECK(waiting.front().position.value == 3);
  CHECK(now.scheduled_message(late.message)->facts.conversation == chat.id);
  CHECK_FALSE(now.scheduled_message(lost.message)->content);
  CHECK_FALSE(now.message(soon.message));
  CHECK(now.due_sends({4'999'999}, {}, 10).empty());
  CHECK(now.due_sends({5'000'000}, {}, 10).size() == 2);
  CHECK(now.due_sends({5'000'000}, {}, 1).size() == 1);
  auto sent = chat.log.send_scheduled(soon);
  chat.log.cancel(late);
  chat.log.cancel(lost, "The message was erased.");
  now = chat.now();
  CHECK(now.scheduled({"ann"}, {}, 10).empty());
  CHECK(now.due_sends({INT64_MAX}, {}, 10).empty());
  CHECK_FALSE(now.scheduled_message(soon.message));
  CHECK(now.message(soon.message)->facts == sent);
}

TEST_CASE("a message that waits already cannot be scheduled again") {
  Chat chat;
  auto draft = chat.log.schedule(chat.id, "ann", {5'000});
  chat.log.append(domain::SendScheduled{draft, {6'000}, domain::MessageContent{}}, "ann");
  auto folded = chat.view.fold(chat.log.events());
  REQUIRE_FALSE(folded);
  CHECK(folded.error().detail.find("position 3") != std::string::npos);
}

}  // namespace
}  // namespace hansard::projections
