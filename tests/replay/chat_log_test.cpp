#include "replay/chat_log.h"

#include <catch2/catch.hpp>
#include <zstd.h>

#include "replay/client.h"
#include "replay/expected.h"
#include "replay/import.h"
#include "replay/people.h"
#include "tests/support/temp_folder.h"

using namespace hansard::replay;

namespace {

std::string line(const std::string& id, const std::string& type, const std::string& from,
                 const std::string& more = "") {
  return R"({"id":")" + id + R"(","channel":"#c","ts":"2004-12-25T09:14:00.001Z","type":")" + type + R"(","from":")" +
         from + "\"" + more + "}\n";
}

std::string compressed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::vector<ChatLine> read_all(const std::string& path) {
  auto log = ChatLog::open(path);
  REQUIRE(log.has_value());
  std::vector<ChatLine> lines;
  for (;;) {
    auto next = log.value()->next();
    REQUIRE(next.has_value());
    if (!next.value()) return lines;
    lines.push_back(std::move(*next.value()));
  }
}

ChatLine said(LineType type, const std::string& from, const std::string& to = "") {
  ChatLine made;
  made.id = from + to;
  made.channel = "#c";
  made.type = type;
  made.from = from;
  made.to = to;
  return made;
}

}  // namespace

TEST_CASE("a plain and a zstd log read the same, also without a last newline") {
  hansard::support::TempFolder folder;
  std::string text = line("1", "join", "ann") + "\n" +
                     line("2", "message", "bob",
                          R"(,"text":"ann: hi","reply_to":"1","mentions":[{"user":"ann","offset":0,"length":3}])");
  text.pop_back();
  for (const auto& path : {folder.write("a.jsonl", text), folder.write("a.jsonl.zst", compressed(text))}) {
    auto lines = read_all(path);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].type == LineType::join);
    CHECK(lines[1].text == "ann: hi");
    CHECK(lines[1].reply_to == "1");
    CHECK(lines[1].mentions.at(0).length == 3);
    CHECK(lines[1].time.ms == 1103966040001);
  }
}

TEST_CASE("a log longer than every buffer comes out whole") {
  hansard::support::TempFolder folder;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += line(std::to_string(i), "message", "ann", R"(,"text":"a few words")");
  auto lines = read_all(folder.write("long.jsonl.zst", compressed(text)));
  REQUIRE(lines.size() == 20'000);
  CHECK(lines.back().id == "19999");
}

TEST_CASE("what is not a line of a chat log is refused with its number") {
  hansard::support::TempFolder folder;
  for (const std::string& bad :
       {std::string("{not json"), line("3", "sang", "ann"), line("", "join", "ann"), line("3", "rename", "ann"),
        std::string(R"({"id":"3","channel":"#c","ts":"yesterday","type":"join","from":"ann"})")}) {
    auto log = ChatLog::open(folder.write("bad.jsonl", line("1", "join", "ann") + bad + "\n"));
    REQUIRE(log.value()->next().has_value());
    auto second = log.value()->next();
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().detail.find("line 2") != std::string::npos);
  }
}

TEST_CASE("a member of another type than its own is refused with its name, and null is none") {
  hansard::support::TempFolder folder;
  const auto read = [&](const std::string& more) {
    return ChatLog::open(folder.write("typed.jsonl", line("1", "message", "ann", "," + more))).value()->next();
  };
  const std::pair<std::string, std::string> wrong[] = {
      {R"("text":5)", "`text` is not a text"},
      {R"("text":["a","b"])", "`text` is not a text"},
      {R"("text":{"body":"hi"})", "`text` is not a text"},
      {R"("reply_to":7)", "`reply_to` is not a text"},
      {R"("to":false)", "`to` is not a text"},
      {R"("mentions":{"user":"ann","offset":0,"length":3})", "`mentions` is not a list"},
      {R"("mentions":["ann"])", "`mentions` holds what is no object"},
      {R"("mentions":[{"user":7,"offset":0,"length":3}])", "`mentions.user` is not a text"},
      {R"("mentions":[{"user":"ann","offset":"0","length":3}])", "`mentions.offset` is not a number from 0 on"},
      {R"("mentions":[{"user":"ann","offset":0,"length":-3}])", "`mentions.length` is not a number from 0 on"},
      {R"("id":5)", "`id` is not a text"},
  };
  for (const auto& [more, said] : wrong) {
    CAPTURE(more);
    const auto got = read(more);
    REQUIRE(got.has_error());
    CHECK(got.error().detail.find("line 1: " + said) != std::string::npos);
  }
  CHECK(read(R"("text":null,"reply_to":null,"mentions":null,"to":null)").has_value());
}

TEST_CASE("a zstd file cut short anywhere is an error, not an end") {
  hansard::support::TempFolder folder;
  std::string text;
  for (int i = 0; i < 500; ++i) text += line(std::to_string(i), "message", "ann", R"(,"text":"some words")");
  auto bytes = compressed(text);
  for (std::size_t cut = 1; cut < bytes.size(); cut += bytes.size() / 7) {
    auto log = ChatLog::open(folder.write("cut.zst", bytes.substr(0, bytes.size() - cut)));
    bool failed = false;
    for (int i = 0; i <= 500 && !failed; ++i) {
      auto next = log.value()->next();
      failed = next.has_error();
      if (!failed && !next.value()) break;
    }
    CAPTURE(cut);
    CHECK(failed);
  }
}

TEST_CASE("membership follows who speaks, joins, leaves and renames") {
  People people;
  CHECK(people.apply(said(LineType::message, "ann")).size() == 1);
  CHECK(people.apply(said(LineType::join, "ann")).empty());
  CHECK(people.apply(said(LineType::leave, "stranger")).empty());
  CHECK(people.apply(said(LineType::notice, "server")).empty());
  auto renamed = people.apply(said(LineType::rename, "ann", "anna"));
  REQUIRE(renamed.size() == 2);
  CHECK((renamed[0].user == "ann" && !renamed[0].added));
  CHECK((renamed[1].user == "anna" && renamed[1].added));
  auto stranger = people.apply(said(LineType::rename, "x", "y"));
  REQUIRE(stranger.size() == 1);
  CHECK(stranger[0].user == "y");
  CHECK(people.members() == std::unordered_set<std::string>{"anna", "y"});
}

TEST_CASE("the fold expects unread from where each came in") {
  hansard::support::TempFolder folder;
  auto file = folder.write(
      "c.jsonl",
      line("1", "join", "bob") + line("2", "message", "ann", R"(,"text":"one")") +
          line("3", "message", "bob", R"(,"text":"ann: two","mentions":[{"user":"ann","offset":0,"length":3}])") +
          line("4", "join", "eve") + line("5", "message", "ann", R"(,"text":"three","reply_to":"1")") +
          line("6", "leave", "eve") + line("7", "join", "eve"));
  auto channels = fold_chat_log(file);
  REQUIRE(channels.has_value());
  const auto& channel = channels.value().at("#c");
  CHECK(channel.creator == "ann");
  CHECK(channel.messages.size() == 7);
  CHECK(channel.messages[4].reply_to == "1");
  auto unread = channel.unread();
  CHECK(unread.at("ann") == ExpectedUnread{1, 1});
  CHECK(unread.at("bob") == ExpectedUnread{2, 0});
  CHECK(unread.at("eve") == ExpectedUnread{0, 0});
}

TEST_CASE("whoever a growing log named first may have made its channel, and is in it from the start then") {
  hansard::support::TempFolder folder;
  auto file = folder.write("c.jsonl", line("1", "notice", "xavier") + line("2", "join", "yann") +
                                          line("3", "message", "zoe", R"(,"text":"one")"));
  auto channels = fold_chat_log(file);
  REQUIRE(channels.has_value());
  const auto& channel = channels.value().at("#c");
  CHECK(channel.creator == "zoe");
  CHECK(channel.earlier_creator == "yann");
  CHECK(channel.first_named == "xavier");
  CHECK_FALSE(channel.members.contains("xavier"));
  auto made = fold_channel(file, "#c", "xavier");
  REQUIRE(made.has_value());
  CHECK(made.value().messages.size() == 3);
  CHECK(made.value().unread() ==
        std::map<std::string, ExpectedUnread>{{"xavier", {1, 0}}, {"yann", {1, 0}}, {"zoe", {}}});
}

TEST_CASE("a line's message id is the same every time and a UUID of version 8") {
  auto id = message_id_of_line("2004-12-25.train-c:0");
  CHECK(id == message_id_of_line("2004-12-25.train-c:0"));
  CHECK(id != message_id_of_line("2004-12-25.train-c:1"));
  CHECK(id[14] == '8');
}

TEST_CASE("an endpoint is a scheme, a host and perhaps a port") {
  CHECK(parse_endpoint("http://127.0.0.1:8080").value().port == "8080");
  CHECK(parse_endpoint("http://localhost/").value().port == "80");
  CHECK(parse_endpoint("http://[::1]:99").value().host == "::1");
  for (const char* bad : {"", "127.0.0.1:8080", "ftp://x", "http://x/path"})
    CHECK_FALSE(parse_endpoint(bad).has_value());
}
