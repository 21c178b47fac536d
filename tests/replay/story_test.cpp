// What diff says, event by event.
#include "replay/story.h"

#include <catch2/catch.hpp>

#include "replay/quoting.h"
#include "tests/projections/log_builder.h"

namespace hansard::replay {
namespace {

using Sentences = std::vector<std::string>;
using projections::LogBuilder;

Sentences told(const LogBuilder& log, const Subject& subject) {
  Story story(subject);
  Sentences all;
  for (const auto& event : log.events()) {
    if (auto words = story.tell(*event)) all.push_back(*words);
  }
  return all;
}

TEST_CASE("what happens to messages is told with what they said before") {
  LogBuilder log;
  auto id = log.create({"ada", "bob"});
  auto first = log.send(id, "ada", "helo");
  log.edit(first, "hello");
  log.react(first, "bob", "+1");
  log.react(first, "bob", "+1", false);
  log.remove(first);
  CHECK(told(log, {id, {}}) == Sentences{
                                   "ada created the conversation «title» with bob",
                                   "ada wrote message 1: «helo»",
                                   "ada edited message 1: «helo» → «hello»",
                                   "bob reacted to message 1 of ada with +1",
                                   "bob took +1 back from message 1 of ada",
                                   "ada deleted message 1 of ada: «hello»",
                               });
}

TEST_CASE("membership, roles, titles, settings and pointers are told") {
  LogBuilder log;
  auto id = log.create({"ann"});
  log.join(id, {"bob"});
  log.change_role(id, "bob", domain::Role::admin);
  domain::Settings settings;
  settings.slow_mode_s = 30;
  log.update(id, "new", settings);
  log.send(id, "ann");
  log.read(id, "bob", 1);
  log.send(id, "ann");
  log.read(id, "bob", 2);
  log.leave(id, "bob");
  log.close(id);
  Sentences all = told(log, {id, {}});
  CHECK(all == Sentences{
                   "ann created the conversation «title»",
                   "bob joined",
                   "ann changed the role of bob: member → admin",
                   "ann changed the conversation: title «title» → «new»; metadata «{}» → «»; slow_mode_s 0 → 30",
                   "ann wrote message 1: «hello»",
                   "bob read up to message 1",
                   "ann wrote message 2: «hello»",
                   "bob read up to message 2 (before: 1)",
                   "bob left",
                   "ann closed the conversation",
               });
}

TEST_CASE("a user's story is what he did and what was done to him, and names the conversation") {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  auto of_ann = log.send(id, "ann", "secret");
  log.send(id, "bob", "mine");
  log.react(of_ann, "bob", "+1");
  log.change_role(id, "bob", domain::Role::read_only);
  log.leave(id, "ann");
  CHECK(told(log, {{}, base::UserId{"bob"}}) == Sentences{
                                                    "ann created the conversation «title» with bob [in «title»]",
                                                    "bob wrote message 2: «mine» [in «title»]",
                                                    "bob reacted to message 1 with +1 [in «title»]",
                                                    "ann changed the role of bob: member → read_only [in «title»]",
                                                });
}

TEST_CASE("a notification that was due is told to whom and of which message") {
  LogBuilder log;
  const auto id = log.create({"ann", "bob"});
  const auto sent = log.send(id, "ann");
  log.append(domain::NotificationDue{id, sent.message, sent.ordinal, base::UserId{"bob"}}, "");
  const std::string told_of = "bob had neither received nor read message 1";
  CHECK(told(log, {id, {}}).back() == told_of + " of ann, so a notification was due");
  CHECK(told(log, {{}, base::UserId{"bob"}}).back() == told_of + ", so a notification was due [in «title»]");
}

TEST_CASE("erased content is told as erased") {
  LogBuilder log;
  auto id = log.create({"ann"});
  LogBuilder::SendOptions options;
  options.erased = true;
  auto sent = log.send(id, "ann", options);
  log.erase_edit(sent);
  Sentences all = told(log, {id, {}});
  REQUIRE(all.size() == 5);
  CHECK(all[1] == "ann wrote message 1: (erased)");
  CHECK(all[2] == "message 1 of ann was erased");
  CHECK(all[3] == "ann edited message 1: (erased)");
  CHECK(all[4] == "message 1 of ann was erased");
}

TEST_CASE("nobody else's conversation is told") {
  LogBuilder log;
  auto mine = log.create({"ann"});
  auto other = log.create({"bob"});
  log.send(other, "bob");
  log.read(other, "bob", 1);
  CHECK(told(log, {mine, {}}).size() == 1);
}

TEST_CASE("text of others cannot move the cursor") {
  CHECK(one_line("a\nb") == "a⏎b");
  CHECK(one_line("\x1b[2J") == "\\u001b[2J");
  CHECK(one_line("\xC2\x9B"
                 "x") == "\\u009bx");
  CHECK(one_line("\u202Eevil") == "\\u202eevil");
  CHECK(one_line("héllo 👍") == "héllo 👍");
  CHECK(quoted("abcdef", 3) == "«abc…»");
  CHECK(quoted("äöü", 3) == "«äöü»");
}

}  // namespace
}  // namespace hansard::replay
