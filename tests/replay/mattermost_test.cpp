#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "replay/migrate/mattermost_export.h"
#include "tests/support/temp_folder.h"

namespace hansard::migrate {
namespace {

using support::TempFolder;

constexpr char kExport[] = R"({"type":"version","version":1}
{"type":"team","team":{"name":"house","display_name":"House","type":"O"}}
{"type":"channel","channel":{"team":"house","name":"floor","display_name":"The floor","type":"O","header":"h"}}
{"type":"user","user":{"username":"ann","email":"ann@example.com","nickname":"Ann",)"
                           R"("teams":[{"name":"house","channels":[{"name":"floor","roles":"channel_user"}]}]}}
{"type":"user","user":{"username":"bob.b","email":"b@example.com","first_name":"Bob",)"
                           R"("last_name":"B","teams":[{"name":"house","channels":[{"name":"floor"}]}]}}
{"type":"post","post":{"team":"house","channel":"floor","user":"ann","message":"second,)"
                           R"( @bob.b.","create_at":1709640002000,"replies":[{"user":"bob.b","message":"a reply",)"
                           R"("create_at":1709640004000,"reactions":[{"user":"ann","emoji_name":"tada",)"
                           R"("create_at":1709640005000}]}]}}
{"type":"post","post":{"team":"house","channel":"floor","user":"bob.b",)"
                           R"("message":"first: mail x@ann, not @nobody, @all","create_at":1709640001000,)"
                           R"("attachments":[{"path":"20240305/teams/notes.txt"}]}}
{"type":"post","post":{"team":"house","channel":"floor","user":"ann","message":"third",)"
                           R"("create_at":1709640003000,"edit_at":1709640009000}}
{"type":"post","post":{"team":"house","channel":"attic","user":"ann","message":"nowhere","create_at":1709640003000}}

{"type":"direct_channel","direct_channel":{"members":["bob.b","ann"]}}
{"type":"direct_post","direct_post":{"channel_members":["ann","bob.b"],"user":"ann",)"
                           R"("message":"psst","create_at":1709640006000}}
{"type":"emoji","emoji":{"name":"parrot","image":"p.gif"}}
)";

std::vector<Post> posts_of(const Workspace& workspace, std::size_t number, Losses& losses) {
  std::vector<Post> posts;
  REQUIRE(workspace.read(number, losses, [&](Post post) {
    posts.push_back(std::move(post));
    return true;
  }));
  return posts;
}

TEST_CASE("a bulk export becomes people, conversations and posts in the order of time") {
  TempFolder folder;
  Losses losses;
  auto opened = open_mattermost_export(folder.write("export.jsonl", kExport), losses);
  REQUIRE(opened);
  const Workspace& workspace = *opened.value();
  REQUIRE(workspace.people().size() == 2);
  CHECK(workspace.people()[1].display_name == "Bob B");
  REQUIRE(workspace.conversations().size() == 2);
  CHECK(workspace.conversations()[0].title == "The floor");
  CHECK(workspace.conversations()[0].members == std::vector<std::string>{"ann", "bob.b"});
  CHECK(workspace.conversations()[1].is_direct);

  auto posts = posts_of(workspace, 0, losses);
  REQUIRE(posts.size() == 4);
  CHECK(std::ranges::is_sorted(posts, {}, [](const Post& post) { return post.time.ms; }));
  CHECK(posts[0].text == "first: mail x@ann, not @nobody, @all\nnotes.txt");
  CHECK(posts[0].mentions.empty());
  REQUIRE(posts[1].mentions.size() == 1);
  CHECK(posts[1].mentions[0].user == "bob.b");
  CHECK(posts[1].mentions[0].offset == 8);
  CHECK(posts[1].mentions[0].length == 6);
  CHECK(posts[3].reply_to == posts[1].key);
  REQUIRE(posts[3].reactions.size() == 1);
  CHECK(posts[3].reactions[0].emoji == "🎉");
  CHECK(posts_of(workspace, 1, losses).at(0).text == "psst");
  const auto lost = losses.all();
  CHECK(lost.at("posts of a channel that is not in the export: left out") == 1);
  CHECK(lost.at("lines of a kind this version does not know: left out") == 1);
}

TEST_CASE("members are in order and each once, in whatever order users come") {
  TempFolder folder;
  Losses losses;
  std::string text = R"({"type":"channel","channel":{"team":"t","name":"c"}})";
  for (const char* name : {"cid", "Zed", "bob", "ann", "bob"}) {
    text += "\n{\"type\":\"user\",\"user\":{\"username\":\"" + std::string(name) +
            R"(","teams":[{"name":"t","channels":[{"name":"c"}]}]}})";
  }
  auto opened = open_mattermost_export(folder.write("export.jsonl", text), losses);
  REQUIRE(opened);
  CHECK(opened.value()->conversations().at(0).members == std::vector<std::string>{"Zed", "ann", "bob", "cid"});
}

TEST_CASE("a post keeps its key when it is edited, and posts of one moment have their own") {
  const std::string text = R"({"type":"channel","channel":{"team":"t","name":"c"}}
{"type":"post","post":{"team":"t","channel":"c","user":"ann","message":"same","create_at":5,"replies":[)"
                           R"({"user":"bob","message":"to the first","create_at":6}]}}
{"type":"post","post":{"team":"t","channel":"c","user":"bob","message":"same","create_at":5}}
{"type":"post","post":{"team":"t","channel":"c","user":"ann","message":"same","create_at":5,"replies":[)"
                           R"({"user":"bob","message":"to the second","create_at":6}]}}
{"type":"post","post":{"team":"t","channel":"c","user":"ann","message":"root","create_at":9,"replies":[)"
                           R"({"user":"bob","message":"too early","create_at":8}]}}
)";
  TempFolder folder;
  Losses losses;
  auto posts_saying = [&](const std::string& message) {
    std::string content = text;
    for (std::size_t at; (at = content.find("same")) != std::string::npos;) content.replace(at, 4, message);
    return posts_of(*open_mattermost_export(folder.write("export.jsonl", content), losses).value(), 0, losses);
  };
  const auto posts = posts_saying("first");
  REQUIRE(posts.size() == 7);
  std::set<std::string> keys;
  for (const Post& post : posts) keys.insert(post.key);
  CHECK(keys.size() == 7);
  CHECK(posts[3].reply_to == posts[0].key);
  CHECK(posts[4].reply_to == posts[2].key);
  CHECK_FALSE(keys.contains(posts[5].reply_to));
  const auto edited = posts_saying("other");
  for (std::size_t i = 0; i < posts.size(); ++i) CHECK(edited.at(i).key == posts[i].key);
  CHECK(edited[2].text == "other");
}

TEST_CASE("bots and webhooks are bots, also in direct messages and reactions") {
  const std::string text = R"({"type":"direct_channel","direct_channel":{"members":["botty","ann"]}}
{"type":"channel","channel":{"team":"t","name":"c"}}
{"type":"user","user":{"username":"ann"}}
{"type":"bot","bot":{"username":"botty","owner":"ann","display_name":"The bot"}}
{"type":"post","post":{"team":"t","channel":"c","user":"botty","message":"a","create_at":1,"replies":[]}}
{"type":"post","post":{"team":"t","channel":"c","user":"ann","message":"b","create_at":2,)"
                           R"("props":{"from_webhook":"true","override_username":"CI"}}}
{"type":"post","post":{"team":"t","channel":"c","user":"ann","message":"c","create_at":3,)"
                           R"("props":{"from_webhook":"true"},"reactions":[{"user":"botty","emoji_name":"+1"}]}}
{"type":"direct_post","direct_post":{"channel_members":["ann","botty"],"user":"botty","message":"d","create_at":1}}
{"type":"direct_post","direct_post":{"channel_members":["ann","botty"],"user":"ann","message":"e","create_at":2,)"
                           R"("props":{"from_webhook":"true","override_username":"CI"}}}
)";
  TempFolder folder;
  Losses losses;
  auto opened = open_mattermost_export(folder.write("export.jsonl", text), losses);
  REQUIRE(opened);
  const Workspace& workspace = *opened.value();
  REQUIRE(workspace.people().size() == 2);
  CHECK(workspace.people()[1].id == "bot:botty");
  CHECK(workspace.people()[1].display_name == "The bot");
  CHECK(workspace.people()[1].metadata == R"({"mattermost":{"is_bot":true}})");
  CHECK(workspace.conversations()[0].members == std::vector<std::string>{"ann", "bot:botty"});
  auto said_in = [&](std::size_t number) {
    std::string said;
    for (const Post& post : posts_of(workspace, number, losses)) said += post.author + (post.is_bot ? "* " : " ");
    return said;
  };
  CHECK(said_in(1) == "bot:botty* bot:CI* bot:ann* ");
  CHECK(posts_of(workspace, 1, losses)[2].reactions.at(0).user == "bot:botty");
  CHECK(said_in(0) == "bot:botty* ann* ");
}

TEST_CASE("what stays behind is counted in words") {
  const std::string text = R"({"type":"channel","channel":{"team":"t","name":"c","deleted_at":5}}
{"type":"user","user":{"username":"ann","teams":[{"name":"t","channels":[)"
                           R"({"name":"c","roles":"channel_user channel_admin","favorite":true}]}]}}
{"type":"post","post":{"team":"t","channel":"c","user":"ann","message":"a","create_at":1,)"
                           R"("flagged_by":["ann","bob"],"is_pinned":true}}
{"type":"direct_channel","direct_channel":{"members":["bob","ann"],"header":"h","favorited_by":["ann"]}}
)";
  TempFolder folder;
  Losses losses;
  auto opened = open_mattermost_export(folder.write("export.jsonl", text), losses);
  REQUIRE(opened);
  CHECK(opened.value()->conversations()[0].admins == std::vector<std::string>{"ann"});
  CHECK(posts_of(*opened.value(), 0, losses).size() == 1);
  CHECK(losses.all() == std::map<std::string, std::uint64_t>{{"archived channels: open like the others", 1},
                                                             {"flags and favorites of users: not carried over", 4},
                                                             {"headers of direct and group messages: left out", 1},
                                                             {"pinned posts: not carried over", 1}});
}

TEST_CASE("what is no bulk export is a sentence that names the line") {
  TempFolder folder;
  Losses losses;
  auto error_of = [&](const std::string& text) {
    auto opened = open_mattermost_export(folder.write("export.jsonl", text), losses);
    return opened ? std::string() : opened.error().detail;
  };
  CHECK(error_of("").find("there are no channels") != std::string::npos);
  CHECK(error_of("PK\3\4\x14\n").find("unpack it and name the .jsonl") != std::string::npos);
  CHECK(error_of("{\"type\":\"version\",\"version\":2}").find("line 1") != std::string::npos);
  CHECK(error_of("{\"type\":\"version\",\"version\":1}\nnot json").find("line 2") != std::string::npos);
  CHECK(error_of(std::string(200'000, '[')).find("line 1") != std::string::npos);
  CHECK(error_of(std::string(kLineBytesMax + 10, 'x')).find("longer") != std::string::npos);
  CHECK_FALSE(open_mattermost_export(folder.path("nothing"), losses));
}

TEST_CASE("posts without an author or a time are counted and left out") {
  TempFolder folder;
  Losses losses;
  const std::string text = R"({"type":"channel","channel":{"team":"t","name":"c"}}
{"type":"post","post":{"team":"t","channel":"c","user":null,"message":"a","create_at":1}}
{"type":"post","post":{"team":"t","channel":"c","user":"u","message":"a","create_at":null}}
{"type":"post","post":{"team":"t","channel":"c","user":"u","message":"whole","create_at":5,)"
                           R"("replies":null,"reactions":null,"attachments":null}}
{"type":"post","post":{}}
)";
  auto opened = open_mattermost_export(folder.write("export.jsonl", text), losses);
  REQUIRE(opened);
  auto posts = posts_of(*opened.value(), 0, losses);
  REQUIRE(posts.size() == 1);
  CHECK(posts[0].text == "whole");
}

TEST_CASE("a text or a list of another type would be lost beside what is there, and ends the import with its line") {
  TempFolder folder;
  Losses losses;
  const std::string channel = R"({"type":"channel","channel":{"team":"t","name":"c"}})";
  const auto error_of = [&](const std::string& members) {
    const std::string post = R"({"team":"t","channel":"c","user":"u","create_at":5,)" + members + "}";
    const auto file = folder.write("export.jsonl", channel + "\n{\"type\":\"post\",\"post\":" + post + "}\n");
    const auto opened = open_mattermost_export(file, losses);
    return opened ? std::string() : opened.error().detail;
  };
  const std::string file = R"("attachments":[{"path":"data/plan.pdf"}])";
  CHECK(error_of(R"("message":"a",)" + file).empty());
  CHECK(error_of(R"("message":null,)" + file).empty());
  CHECK_THAT(error_of(R"("message":["a"],)" + file), Catch::EndsWith("line 2: of its `post`: `message` is not a text"));
  CHECK_THAT(error_of(R"("message":"a","replies":7)"), Catch::EndsWith(": `replies` is not a list"));
  CHECK_THAT(error_of(R"("message":"a","reactions":{"a":1})"), Catch::EndsWith("`reactions` is not a list"));
  CHECK_THAT(error_of(R"("message":"a","replies":[{"user":"u","create_at":6,"message":8,)" + file + "}]"),
             Catch::EndsWith(": in `replies` `message` is not a text"));
  for (const char* reaction : {R"([5])", R"([{"user":5,"emoji_name":"x"}])", R"([{"user":"u","emoji_name":7}])"}) {
    CHECK_THAT(error_of(std::string(R"("message":"a","reactions":)") + reaction), Catch::Contains("in `reactions` "));
  }
  CHECK_THAT(error_of(R"("message":"a","create_at":"7")"), Catch::EndsWith("`create_at` is not a number"));
  CHECK_THAT(error_of(R"("message":"a","props":5)"), Catch::EndsWith("`props` is not an object"));
}

TEST_CASE("a line that is none, and people and channels of other types, end the import with its line") {
  TempFolder folder;
  Losses losses;
  const auto error_of = [&](const std::string& line) {
    const auto opened =
        open_mattermost_export(folder.write("export.jsonl", "{\"type\":\"x\"}\n" + line + "\n"), losses);
    return opened ? std::string() : opened.error().detail;
  };
  for (const char* line : {"5", R"({"type":5})", R"({})"})
    CHECK_THAT(error_of(line), Catch::EndsWith("line 2: it is no object with a `type`"));
  CHECK_THAT(error_of(R"({"type":"channel"})"), Catch::EndsWith("line 2: of its `channel`: it is not an object"));
  const auto user = [](const std::string& teams) {
    return R"({"type":"user","user":{"username":"u","teams":)" + teams + "}}";
  };
  CHECK_THAT(error_of(user(R"("t")")), Catch::EndsWith("`teams` is not a list"));
  CHECK_THAT(error_of(user(R"([{"name":"t","channels":"c"}])")),
             Catch::EndsWith("in `teams` `channels` is not a list"));
  CHECK_THAT(error_of(user(R"([{"name":"t","channels":[{"name":5}]}])")),
             Catch::EndsWith("in `channels` `name` is not a text"));
  CHECK_THAT(error_of(R"({"type":"direct_channel","direct_channel":{"members":[5]}})"),
             Catch::EndsWith("in `members` stands what is not a text"));
}

}  // namespace
}  // namespace hansard::migrate
