#include <algorithm>

#include <catch2/catch.hpp>

#include "replay/migrate/slack_export.h"
#include "replay/migrate/slack_text.h"
#include "replay/workspace_import.h"
#include "tests/replay/slack_fixture.h"

namespace hansard::migrate {
namespace {

using replay::write_in;
using replay::write_slack_export;
using support::TempFolder;

SlackNames names() {
  return {[](const std::string& id) { return "user-" + id; }, [](const std::string&) { return std::string("Zoë"); },
          [](const std::string&) { return std::string("general"); }};
}

std::vector<Post> posts_of(const Workspace& workspace, const std::string& key, Losses& losses) {
  std::vector<Post> posts;
  for (std::size_t i = 0; i < workspace.conversations().size(); ++i) {
    if (workspace.conversations()[i].key != key) continue;
    auto read = workspace.read(i, losses, [&](Post post) {
      posts.push_back(std::move(post));
      return true;
    });
    REQUIRE(read);
  }
  return posts;
}

TEST_CASE("marked-up text becomes what a reader saw, and mentions keep their place in code points") {
  PlainText plain = plain_text("Grüße <@U1>, <@U2|bob> &lt;b&gt;", names());
  CHECK(plain.text == "Grüße @Zoë, @Zoë <b>");
  REQUIRE(plain.mentions.size() == 2);
  CHECK(plain.mentions[0].user == "user-U1");
  CHECK(plain.mentions[0].offset == 6);
  CHECK(plain.mentions[0].length == 4);
  CHECK(plain.mentions[1].offset == 12);
}

TEST_CASE("links, channels, commands and what is none of them") {
  CHECK(plain_text("<https://a.b/c>", names()).text == "https://a.b/c");
  CHECK(plain_text("<https://a.b/c|a.b/c>", names()).text == "https://a.b/c");
  CHECK(plain_text("<https://a.b/c|here>", names()).text == "here (https://a.b/c)");
  CHECK(plain_text("<mailto:a@b.c|a@b.c>", names()).text == "a@b.c");
  CHECK(plain_text("<#C1>", names()).text == "#general");
  CHECK(plain_text("<!here> <!channel>", names()).broadcasts == 2);
  CHECK(plain_text("<!subteam^S1|@writers>", names()).text == "@writers");
  CHECK(plain_text("<!date^1392734382^{date}|yesterday>", names()).text == "yesterday");
  CHECK(plain_text("1 < 2 and no end", names()).text == "1 < 2 and no end");
  CHECK(plain_text("<>", names()).text == "");
  CHECK(plain_text("&amp;lt;", names()).text == "&lt;");
  CHECK(emoji_of("+1::skin-tone-3") == "👍");
  CHECK(emoji_of("party-parrot") == ":party-parrot:");
}

TEST_CASE("an export becomes people, conversations and posts in the order of time") {
  TempFolder folder;
  write_slack_export(folder);
  Losses losses;
  auto slack = open_slack_export(folder.path(), SlackUserId::name, losses);
  REQUIRE(slack);
  const Workspace& workspace = *slack.value();
  REQUIRE(workspace.people().size() == 3);
  CHECK(workspace.people()[0].id == "ann");
  CHECK(workspace.people()[0].avatar == "https://example.com/ann.png");
  CHECK(workspace.people()[1].display_name == "Bob Example");
  CHECK(workspace.conversations().size() == 4);
  CHECK(workspace.conversations()[0].metadata ==
        R"x({"slack":{"id":"C1","topic":"All & sundry, the page (https://example.com/a)"}})x");

  auto posts = posts_of(workspace, "slack:C1", losses);
  REQUIRE(posts.size() == 8);
  CHECK(std::ranges::is_sorted(posts, {}, [](const Post& post) { return post.time.ms; }));
  CHECK(posts[0].is_notice);
  CHECK(posts[0].joined == std::vector<std::string>{"bob"});
  CHECK(posts[1].text == "hello @Ann, see #general & the page (https://example.com/a)");
  CHECK(posts[1].reactions.size() == 3);
  CHECK(posts[1].reply_to.empty());
  CHECK(posts[2].reply_to == posts[1].key);
  CHECK(posts[3].text == "@here look\nplan.pdf (https://example.slack.com/files/F1)");
  CHECK(posts[4].left == std::vector<std::string>{"cy"});
  CHECK(posts[5].author == "bot:B1");
  CHECK(posts[5].text == "build passed");
  CHECK(posts[6].is_notice);
  CHECK(posts[7].author == "U9");

  auto direct = posts_of(workspace, "slack:D1", losses);
  REQUIRE(direct.size() == 1);
  CHECK(direct[0].author == "ann");
  std::uint64_t lost = 0;
  for (const auto& [what, count] : losses.all()) lost += count;
  CHECK(lost ==
        9);  // no id twice, pin, archived, @here, edit, file, card, tombstone, and the name that leads elsewhere
}

TEST_CASE("ids and addresses can be what users are called") {
  TempFolder folder;
  write_slack_export(folder);
  Losses losses;
  CHECK(open_slack_export(folder.path(), SlackUserId::id, losses).value()->people()[0].id == "U1");
  auto by_email = open_slack_export(folder.path(), SlackUserId::email, losses);
  CHECK(by_email.value()->people()[0].id == "ann@example.com");
  CHECK(by_email.value()->people()[1].id == "U2");
}

TEST_CASE("two users of one name stay two, and it is told how many") {
  TempFolder folder;
  write_in(folder, "users.json", R"([{"id":"U1","name":"ann"},{"id":"U2","name":"ann"},{"id":"U3","name":"ann"}])");
  write_in(folder, "channels.json", R"([{"id":"C1","name":"general"}])");
  Losses losses;
  auto workspace = open_slack_export(folder.path(), SlackUserId::name, losses);
  REQUIRE(workspace);
  REQUIRE(workspace.value()->people().size() == 3);
  CHECK(workspace.value()->people()[1].id == "U2");
  CHECK(losses.all() ==
        std::map<std::string, std::uint64_t>{{"users whose name another user has: here under their Slack id", 2}});
}

TEST_CASE("a folder that is no export, or a file that is no JSON, is a sentence") {
  TempFolder folder;
  Losses losses;
  CHECK(open_slack_export(folder.path("nothing"), SlackUserId::name, losses).error().detail.find("unzip") !=
        std::string::npos);
  CHECK_FALSE(open_slack_export(folder.path(), SlackUserId::name, losses));
  write_in(folder, "users.json", "[]");
  CHECK_FALSE(open_slack_export(folder.path(), SlackUserId::name, losses));
  write_in(folder, "channels.json", "[{\"id\":");
  auto broken = open_slack_export(folder.path(), SlackUserId::name, losses);
  REQUIRE_FALSE(broken);
  CHECK(broken.error().detail.find("channels.json") != std::string::npos);
}

TEST_CASE("a text or a list of another type would be lost beside what is there, and ends the import with its place") {
  TempFolder folder;
  write_in(folder, "users.json", "[]");
  write_in(folder, "channels.json", R"([{"id":"C1","name":"general"}])");
  Losses losses;
  const auto error_of = [&](const std::string& members) {
    write_in(folder, "general/2024-03-05.json",
             R"([{"user":"U1","text":"first","ts":"1.0"},{"user":"U1","ts":"2.0",)" + members + "}]");
    const auto slack = open_slack_export(folder.path(), SlackUserId::name, losses);
    const auto read = slack.value()->read(0, losses, [](const Post&) { return true; });
    return read ? std::string() : read.error().detail;
  };
  const std::string file = R"("files":[{"name":"plan.pdf"}])";
  CHECK(error_of(R"("text":"a",)" + file).empty());
  CHECK(error_of(R"("text":null,"reactions":null,)" + file).empty());
  const std::string place = "general/2024-03-05.json, message 2: ";
  CHECK_THAT(error_of(R"("text":{"a":1},)" + file), Catch::EndsWith(place + "`text` is not a text"));
  CHECK_THAT(error_of(R"("text":"a","files":{})"), Catch::EndsWith(place + "`files` is not a list"));
  CHECK_THAT(error_of(R"("text":"a","reactions":7)"), Catch::EndsWith(place + "`reactions` is not a list"));
  CHECK_THAT(error_of(R"("text":"a","attachments":[{"text":7,"fallback":"b"}])"),
             Catch::EndsWith(place + "in `attachments` `text` is not a text"));
  for (const char* reaction : {R"([5])", R"([{"name":5,"users":["U1"]}])", R"([{"name":"x","users":"U1"}])",
                               R"([{"name":"x","users":[5]}])"}) {
    CHECK_FALSE(error_of(std::string(R"("text":"a","reactions":)") + reaction).empty());
  }
  CHECK_THAT(error_of(R"("text":"a","thread_ts":6)"), Catch::EndsWith("`thread_ts` is not a text"));
  CHECK_THAT(error_of(R"("text":"a","edited":5)"), Catch::EndsWith("`edited` is not an object"));
}

TEST_CASE("people and channels of other types end the import with their place") {
  TempFolder folder;
  Losses losses;
  const auto error_of = [&](const std::string& users, const std::string& channels) {
    write_in(folder, "users.json", users);
    write_in(folder, "channels.json", channels);
    const auto slack = open_slack_export(folder.path(), SlackUserId::name, losses);
    return slack ? std::string() : slack.error().detail;
  };
  const std::string channel = R"([{"id":"C1","name":"general"}])";
  CHECK(error_of("[]", channel).empty());
  CHECK_THAT(error_of(R"([{"id":"U1","profile":5}])", channel),
             Catch::EndsWith("users.json, user 1: `profile` is not an object"));
  CHECK_THAT(error_of("[]", R"([{"id":"C1","name":"g","members":"U1"}])"),
             Catch::EndsWith("channels.json, channel 1: `members` is not a list"));
  CHECK_THAT(error_of("[]", R"([{"id":"C1","name":"g","topic":{"value":4}}])"),
             Catch::EndsWith("in `topic` `value` is not a text"));
}

TEST_CASE("a file that is no list is an error, and days of no channel are counted") {
  TempFolder folder;
  Losses losses;
  write_in(folder, "users.json", "{}");
  write_in(folder, "dms.json", R"([{"id":"D1","members":["U1","U2"]}])");
  auto error_of = [&] { return open_slack_export(folder.path(), SlackUserId::name, losses).error().detail; };
  CHECK(error_of().find("users.json is no list") != std::string::npos);
  write_in(folder, "users.json", "[]");
  write_in(folder, "channels.json", R"({"id":"C1"})");
  CHECK(error_of().find("channels.json is no list") != std::string::npos);
  std::filesystem::remove(folder.path("channels.json"));
  for (const char* day : {"general/2024-03-05.json", "other/2024-03-05.json", "D1/2024-03-05.json"}) {
    write_in(folder, day, "[]");
  }
  write_in(folder, "canvas/notes.txt", "no day");
  CHECK(open_slack_export(folder.path(), SlackUserId::name, losses));
  CHECK(losses.all() == std::map<std::string, std::uint64_t>{{"folders of no listed channel: left out", 2}});
}

TEST_CASE("hostile messages harm nobody") {
  TempFolder folder;
  write_slack_export(folder);
  std::string deep(100'000, '[');
  Losses losses;
  auto slack = open_slack_export(folder.path(), SlackUserId::name, losses);
  write_in(folder, "general/2024-03-05.json", deep);
  auto read = slack.value()->read(0, losses, [](Post) { return true; });
  REQUIRE_FALSE(read);
  CHECK(read.error().code == base::ErrorCode::malformed);
  write_in(folder, "general/2024-03-05.json", R"([{}, {"ts":null}, {"ts":"x","user":"U1"},
    {"ts":"99999999999999999999.1","user":"U1","text":"a"}, {"ts":"-5.0","user":"U1","text":"a"},
    {"ts":"1.0000001","user":"U1","text":"a"}, {"ts":"5.1","user":"","text":"a"},
    {"ts":"5.1","user":"U1","text":null,"reactions":null,"files":[{}],"attachments":[{}],"edited":null},
    {"ts":"5.2","user":"U1","text":"whole","reactions":[{"name":null,"users":["U1"]},{"name":"x","users":[]}]}])");
  std::vector<Post> posts;
  REQUIRE(slack.value()->read(0, losses, [&](Post post) {
    posts.push_back(std::move(post));
    return true;
  }));
  REQUIRE(posts.size() == 5);  // and the four of the other day
  CHECK(posts[0].text == "whole");
  CHECK(posts[0].reactions.empty());
  write_in(folder, "general/2024-03-05.json", R"({"not":"a list"})");
  CHECK_FALSE(slack.value()->read(0, losses, [](Post) { return true; }));
  for (const char* day : {"[1]", "[[]]", R"(["x"])"}) {
    write_in(folder, "general/2024-03-05.json", day);
    CHECK_FALSE(slack.value()->read(0, losses, [](Post) { return true; }));
  }
}

TEST_CASE("a dry run counts what it would ask and asks nobody") {
  TempFolder folder;
  write_slack_export(folder);
  Losses losses;
  auto slack = open_slack_export(folder.path(), SlackUserId::name, losses);
  replay::WorkspaceImportOptions options;
  options.quiet = true;
  options.connections = 3;
  auto report = replay::import_workspace(*slack.value(), losses, options);
  REQUIRE(report);
  CHECK(report.value().people == 3);
  CHECK(report.value().conversations == 4);
  CHECK(report.value().messages == 7);
  CHECK(report.value().notices == 3);
  CHECK(report.value().replies == 1);
  CHECK(report.value().reactions == 3);
  CHECK(report.value().mentions == 3);
  CHECK(report.value().refused_total == 0);
  CHECK(report.value().losses.size() >= 9);
}

}  // namespace
}  // namespace hansard::migrate
