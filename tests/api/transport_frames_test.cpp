#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "api/arrived_bytes.h"
#include "api/frame_head.h"

using namespace hansard::api;

namespace {

constexpr std::size_t kMost = 1u << 20;
const std::string kMask = "\x11\x22\x33\x44";

std::string masked(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ kMask[i % 4]);
  return text;
}

// A client's frame, its length in the shortest form.
std::string frame(const std::string& payload, char first = '\x81') {
  std::string head(ServerFrameHead(ServerFrameHead::Kind::text, payload.size()).view());
  head[0] = first;
  head[1] = static_cast<char>(head[1] | 0x80);
  return head + kMask + masked(payload);
}

ArrivedBytes arrived(const std::string& bytes) {
  ArrivedBytes in(bytes);
  in.begin_frames();
  return in;
}

std::string read_all(ArrivedBytes& in) {
  std::string bytes(in.readable());
  in.consume(bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("the head of a text frame is as RFC 6455 section 5.2 draws it") {
  auto head = [](std::uint64_t bytes) {
    return std::string(ServerFrameHead(ServerFrameHead::Kind::text, bytes).view());
  };
  CHECK(head(0) == std::string("\x81\x00", 2));
  CHECK(head(125) == "\x81\x7D");
  CHECK(head(126) == std::string("\x81\x7E\x00\x7E", 4));
  CHECK(head(0xFFFF) == "\x81\x7E\xFF\xFF");
  CHECK(head(0x10000) == std::string("\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST_CASE("a client's head is known once it is whole, and tells how long the frame is") {
  for (std::size_t size : {0u, 1u, 125u, 126u, 0xFFFFu, 0x10000u}) {
    const std::string bytes = frame(std::string(size, 'x'));
    const std::size_t head_bytes = bytes.size() - size;
    for (std::size_t cut = 0; cut < head_bytes; ++cut) CHECK_FALSE(client_frame_head(bytes.substr(0, cut)));
    const auto head = client_frame_head(bytes.substr(0, head_bytes));
    REQUIRE(head);
    CHECK(head->bytes == head_bytes);
    CHECK(head->payload_bytes == size);
    CHECK(head->is_plain);
  }
}

TEST_CASE("a plain frame is whole, text, masked and has its length in the shortest form") {
  const auto is_plain = [](const std::string& bytes) { return client_frame_head(bytes)->is_plain; };
  CHECK(is_plain(frame("hello")));
  for (char first : {'\x01', '\x80', '\x82', '\x88', '\x89', '\x8A', '\xC1', '\x91'}) {
    CHECK_FALSE(is_plain(frame("hello", first)));
  }
  CHECK_FALSE(is_plain("\x81\x05hello"));
  CHECK_FALSE(is_plain(std::string("\x81\xFE\x00\x05", 4) + kMask + masked("hello")));
  CHECK_FALSE(is_plain(std::string("\x81\xFF\x00\x00\x00\x00\x00\x00\x00\x05", 10) + kMask + masked("hello")));
}

TEST_CASE("texts that are whole are taken in order, the rest when it has come") {
  ArrivedBytes in = arrived(frame("one") + frame("") + frame("three").substr(0, 7));
  CHECK(in.take_text(kMost) == "one");
  CHECK(in.take_text(kMost) == "");
  CHECK_FALSE(in.take_text(kMost));
  in.add(frame("three").substr(7));
  CHECK(in.take_text(kMost) == "three");
  CHECK_FALSE(in.take_text(kMost));
  CHECK(in.is_empty());
}

TEST_CASE("what is no plain text is left as it came, and ends where its frame ends") {
  const std::string odd[] = {frame("ping", '\x89'),        frame("half", '\x01'),   frame("bytes", '\x82'),
                             frame(std::string(126, 'x')), frame("not \xFF utf-8"), "\x81\x05hello"};
  for (const std::string& bytes : odd) {
    ArrivedBytes in = arrived(bytes + frame("next"));
    CHECK_FALSE(in.take_text(125));
    CHECK(read_all(in) == bytes);
    CHECK(in.take_text(125) == "next");
  }
}

TEST_CASE("pings and pongs are taken with what they carry, a goodbye and what breaks the protocol is not") {
  ArrivedBytes in = arrived(frame("one") + frame("are you there", '\x89') + frame("", '\x8A') + frame("two"));
  CHECK_FALSE(in.take_signal());
  CHECK(in.take_text(kMost) == "one");
  CHECK_FALSE(in.take_text(kMost));
  const auto ping = in.take_signal();
  REQUIRE(ping);
  CHECK((ping->is_ping && ping->payload == "are you there"));
  const auto pong = in.take_signal();
  REQUIRE(pong);
  CHECK((!pong->is_ping && pong->payload.empty()));
  CHECK(in.take_text(kMost) == "two");
  const std::string others[] = {frame("\x03\xE8", '\x88'),
                                frame("more", '\x80'),
                                frame("reserved", '\x83'),
                                frame("reserved bit", '\xC9'),
                                frame("half a ping", '\x09'),
                                frame(std::string(126, 'x'), '\x89'),
                                "\x89\x05hello",
                                std::string("\x89\xFE\x00\x05", 4) + kMask + "hello",
                                frame("half", '\x01'),
                                frame("bytes", '\x82'),
                                frame("not \xFF utf-8"),
                                frame(std::string(200, 'x'))};
  for (const std::string& bytes : others) {
    CAPTURE(bytes);
    ArrivedBytes odd = arrived(bytes);
    CHECK_FALSE(odd.take_text(150));
    CHECK_FALSE(odd.take_signal());
    CHECK_FALSE(odd.is_coming(150));
    CHECK(read_all(odd) == bytes);
  }
}

TEST_CASE("a text, a ping and a pong are waited for until they are whole, and nothing else is") {
  for (const std::string& bytes : {frame("hello"), frame(std::string(70'000, 'x')), frame("ping", '\x89')}) {
    for (std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size() - 1}) {
      CHECK(arrived(bytes.substr(0, cut)).is_coming(kMost));
    }
    CHECK_FALSE(arrived(bytes).is_coming(kMost));
  }
  CHECK_FALSE(arrived(frame("half", '\x01').substr(0, 7)).is_coming(kMost));
  CHECK_FALSE(arrived(frame("long").substr(0, 7)).is_coming(3));
}

TEST_CASE("a frame that is read in pieces is not taken for the next one") {
  const std::string bytes = frame("first", '\x01') + frame("second");
  ArrivedBytes in = arrived(bytes);
  CHECK(in.readable() == frame("first", '\x01'));
  in.consume(3);
  CHECK_FALSE(in.take_text(kMost));
  CHECK(in.readable() == frame("first", '\x01').substr(3));
}

TEST_CASE("a length nobody has bytes for hands out what is there") {
  ArrivedBytes in = arrived(std::string("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10) + kMask + "abc");
  CHECK_FALSE(in.take_text(kMost));
  CHECK(read_all(in).size() == 17);
  in.add("more");
  CHECK(read_all(in) == "more");
}

TEST_CASE("before frames begin everything is handed out as it is") {
  ArrivedBytes in("GET /ws");
  CHECK(read_all(in) == "GET /ws");
  CHECK(in.is_empty());
}

TEST_CASE("however frames are cut on the way, the same texts come out") {
  rc::prop("taken whole or read in pieces, every frame comes once and in order",
           [](const std::vector<std::string>& texts) {
             std::string bytes;
             for (const auto& text : texts) bytes += frame(text);
             ArrivedBytes in = arrived("");
             std::vector<std::string> seen;
             std::string begun;  // of a frame that is read instead of taken
             const auto serve = [&] {
               while (!in.is_empty()) {
                 auto text = begun.empty() && *rc::gen::arbitrary<bool>() ? in.take_text(kMost) : std::nullopt;
                 if (text) {
                   seen.emplace_back(*text);
                   continue;
                 }
                 const std::string piece = read_all(in);
                 if (piece.empty()) return;  // a head has begun
                 begun += piece;
                 const auto head = client_frame_head(begun);
                 if (!head || begun.size() < head->bytes + head->payload_bytes) continue;
                 seen.push_back(masked(begun.substr(head->bytes)));
                 begun.clear();
               }
             };
             for (std::size_t at = 0; at < bytes.size();) {
               const auto size = *rc::gen::inRange<std::size_t>(1, 40);
               in.add(std::string_view(bytes).substr(at, size));
               at += size;
               serve();
             }
             RC_ASSERT(seen == texts);
             RC_ASSERT(in.is_empty());
           });
}
