#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

constexpr const char* kFoxSha = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592";
const std::string kFox = "The quick brown fox jumps over the lazy dog";

Reply upload(House& house, const std::string& who, const std::string& bytes, Headers headers = {}) {
  headers.emplace_back("content-length", std::to_string(bytes.size()));
  return house.post("/files", who, bytes, std::move(headers));
}

std::string uploaded(House& house, const std::string& who, const std::string& bytes) {
  auto reply = upload(house, who, bytes, {{"content-type", "text/plain"}});
  REQUIRE(reply.status == 201);
  return reply.word("id");
}

Reply download(House& house, const std::string& who, const std::string& id, Headers headers = {}) {
  return house.ask("GET", "/files/" + id, who, "", std::move(headers));
}

std::string with_file(const std::string& file) { return "{\"attachments\":[{\"file_id\":\"" + file + "\"}]}"; }

}  // namespace

TEST_CASE("an upload answers the file it made") {
  House house;
  auto reply = upload(house, "ann", kFox,
                      {{"content-type", "Image/PNG"}, {"content-disposition", "attachment; filename=\"../fox.png\""}});
  CHECK(reply.status == 201);
  CHECK(reply.word("id").size() == 36);
  CHECK(reply.word("sha256") == kFoxSha);
  CHECK(reply.number("size") == 43);
  CHECK(reply.word("media_type") == "image/png");
  CHECK(reply.word("name") == "fox.png");
  CHECK_FALSE(reply.word("position").empty());
}

TEST_CASE("an upload in many pieces is one file") {
  House house;
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += std::to_string(i) + " ";
  auto reply = upload(house, "ann", bytes);
  REQUIRE(reply.status == 201);
  CHECK(reply.number("size") == static_cast<std::int64_t>(bytes.size()));
  CHECK(download(house, "ann", reply.word("id")).text == bytes);
}

TEST_CASE("an upload without a length, of a type that is not taken, or of no type is refused") {
  House house;
  CHECK(house.post("/files", "ann", kFox).status == 411);
  house.limits().file_types = {"image/*"};
  CHECK(upload(house, "ann", kFox, {{"content-type", "text/html"}}).status == 415);
  CHECK(upload(house, "ann", kFox).status == 415);
  CHECK(upload(house, "ann", kFox, {{"content-type", "image/gif; x=y"}}).status == 201);
  CHECK(upload(house, "ann", kFox, {{"content-type", "nonsense"}}).status == 415);
  auto unnamed = upload(house, "ann", kFox, {{"content-type", "image/gif"}, {"content-disposition", "filename=a"}});
  CHECK(unnamed.status == 400);
  CHECK(upload(house, "", kFox).status == 401);
}

TEST_CASE("an upload repeated under its key is the same file, under none another with the same bytes") {
  House house;
  Headers key = {{"idempotency-key", "k1"}};
  auto first = upload(house, "ann", kFox, key);
  auto again = upload(house, "ann", kFox, key);
  CHECK(again.status == 201);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(again.word("id") == first.word("id"));
  auto other = upload(house, "ann", kFox);
  CHECK(other.word("id") != first.word("id"));
  CHECK(other.word("sha256") == first.word("sha256"));
  CHECK(upload(house, "ann", kFox + "!", key).code() == "idempotency_key_reused");
}

TEST_CASE("a download is never shown as a page of the house") {
  House house;
  auto made = upload(house, "ann", "<script>alert(1)</script>",
                     {{"content-type", "text/html"}, {"content-disposition", "inline; filename=\"é.html\""}});
  auto reply = download(house, "ann", made.word("id"));
  CHECK(reply.status == 200);
  CHECK(reply.text == "<script>alert(1)</script>");
  CHECK(reply.header("Content-Disposition") == "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A9.html");
  CHECK(reply.header("X-Content-Type-Options") == "nosniff");
  CHECK(reply.header("Content-Security-Policy") == "sandbox; default-src 'none'");
  CHECK(reply.header("Accept-Ranges") == "bytes");
  CHECK(reply.header("ETag") == "\"" + made.word("sha256") + "\"");
}

TEST_CASE("a part of a file is answered as a part") {
  House house;
  auto id = uploaded(house, "ann", kFox);
  auto part = download(house, "ann", id, {{"range", "bytes=4-8"}});
  CHECK(part.status == 206);
  CHECK(part.text == "quick");
  CHECK(part.header("Content-Range") == "bytes 4-8/43");
  CHECK(download(house, "ann", id, {{"range", "bytes=-3"}}).text == "dog");
  CHECK(download(house, "ann", id, {{"range", "bytes=40-"}}).text == "dog");
  auto beyond = download(house, "ann", id, {{"range", "bytes=43-"}});
  CHECK(beyond.status == 416);
  CHECK(beyond.code() == "range_not_satisfiable");
  CHECK(beyond.header("Content-Range") == "bytes */43");
  std::string etag = "\"" + std::string(kFoxSha) + "\"";
  CHECK(download(house, "ann", id, {{"range", "bytes=4-8"}, {"if-range", etag}}).status == 206);
  CHECK(download(house, "ann", id, {{"range", "bytes=4-8"}, {"if-range", "\"other\""}}).text == kFox);
}

TEST_CASE("an empty file can be had, no part of it") {
  House house;
  auto id = uploaded(house, "ann", "");
  auto whole = download(house, "ann", id);
  CHECK(whole.status == 200);
  CHECK(whole.text.empty());
  CHECK(download(house, "ann", id, {{"range", "bytes=0-"}}).status == 416);
}

TEST_CASE("a file is for who uploaded it, for members it was sent to, and for auditors") {
  House house;
  auto conversation = house.group("ann", {"ben"});
  auto id = uploaded(house, "ann", kFox);
  CHECK(download(house, "ben", id).status == 404);
  auto sent = house.post("/conversations/" + conversation + "/messages", "ann", with_file(id));
  REQUIRE(sent.status == 201);
  CHECK(download(house, "ben", id).text == kFox);
  CHECK(download(house, "eve audit", id).text == kFox);
  auto stranger = download(house, "eve", id);
  auto absent = download(house, "eve", "0190a6e4-0000-7000-8000-000000000000");
  CHECK(stranger.status == 404);
  CHECK(stranger.text.size() == absent.text.size());
  CHECK(download(house, "eve", "no-id").status == 404);
}

TEST_CASE("who leaves, and who sees a message deleted, loses its files") {
  House house;
  auto conversation = house.group("ann", {"ben", "cid"});
  auto id = uploaded(house, "ann", kFox);
  auto sent = house.post("/conversations/" + conversation + "/messages", "ann", with_file(id));
  REQUIRE(house.ask("DELETE", "/conversations/" + conversation + "/members/ben", "ben").status == 200);
  CHECK(download(house, "ben", id).status == 404);
  CHECK(download(house, "cid", id).status == 200);
  REQUIRE(house.ask("DELETE", "/messages/" + sent.word("id"), "ann").status == 200);
  CHECK(download(house, "cid", id).status == 404);
  CHECK(download(house, "ann", id).status == 200);
}

TEST_CASE("a message names its files by id; what they are the upload has said") {
  House house;
  auto conversation = house.group("ann", {"ben"});
  auto id = uploaded(house, "ann", kFox);
  std::string body = "{\"attachments\":[{\"file_id\":\"" + id + "\",\"name\":\"lie.exe\",\"size\":1}]}";
  auto sent = house.post("/conversations/" + conversation + "/messages", "ann", body);
  REQUIRE(sent.status == 201);
  auto attachments = sent.json.member("attachments").items();
  REQUIRE(attachments.size() == 1);
  CHECK(attachments[0].member("id").string() == id);
  CHECK(attachments[0].member("name").string() == "file");
  CHECK(attachments[0].member("media_type").string() == "text/plain");
  CHECK(attachments[0].member("size").integer() == 43);
  auto& there = conversation;
  CHECK(house.post("/conversations/" + there + "/messages", "ben", with_file(id)).code() == "invalid");
  CHECK(house.post("/conversations/" + there + "/messages", "ann", with_file("x")).status == 400);
  CHECK(house.post("/conversations/" + there + "/messages", "ann", "{\"attachments\":[{}]}").status == 400);
  CHECK(house.post("/conversations/" + there + "/messages", "ann", "{\"attachments\":[\"" + id + "\"]}").status == 400);
  CHECK(house.post("/conversations/" + there + "/messages", "ann", "{\"attachments\":{}}").status == 400);
}

TEST_CASE("a user's transfers have a limit of their own") {
  House house;
  house.limits().file_transfers_per_user_max = 0;
  auto reply = upload(house, "ann", kFox);
  CHECK(reply.status == 429);
  CHECK(reply.code() == "too_many_transfers");
}

}  // namespace hansard::api
