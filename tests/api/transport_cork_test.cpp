#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <catch2/catch.hpp>

#include "api/corked_stream.h"

using namespace hansard::api;
using boost::system::error_code;

namespace {

using Socket = asio::local::stream_protocol::socket;
using Stream = CorkedStream<Socket>;

struct Pair {
  asio::io_context io;
  Socket peer{io};
  std::vector<char> scratch = std::vector<char>(1'000);
  Stream stream;

  explicit Pair(std::string arrived = {})
      : stream(connect(io, peer), std::move(arrived), scratch.data(), scratch.size()) {
    peer.non_blocking(true);
  }
  static Socket connect(asio::io_context& io, Socket& peer) {
    Socket socket(io);
    asio::local::connect_pair(socket, peer);
    return socket;
  }
  void run() {
    io.restart();
    io.poll();
  }
  // What one read of the peer gets: "" when nothing has come.
  std::string peer_reads(std::size_t most = 1u << 20) {
    std::string bytes(most, '\0');
    error_code failed;
    bytes.resize(peer.read_some(asio::buffer(bytes), failed));
    return bytes;
  }
  void peer_writes(const std::string& bytes) { peer.write_some(asio::buffer(bytes)); }
};

// Starts a write and tells how it ended; -1 while it has not.
struct Writing {
  int written = -1;
  error_code failed;
  void start(Stream& stream, const std::string& bytes) {
    stream.async_write_some(asio::buffer(bytes), [this](error_code code, std::size_t size) {
      failed = code;
      written = static_cast<int>(size);
    });
  }
};

std::string read_once(Pair& pair, std::size_t most) {
  std::string bytes(most, '\0');
  bool is_done = false;
  std::size_t got = 0;
  pair.stream.async_read_some(asio::buffer(bytes), [&](error_code, std::size_t size) {
    is_done = true;
    got = size;
  });
  CHECK_FALSE(is_done);  // never inside the call
  pair.run();
  CHECK(is_done);
  bytes.resize(got);
  return bytes;
}

}  // namespace

TEST_CASE("what is written while corked leaves in one piece when uncorked") {
  Pair pair;
  std::vector<std::string> pieces = {"one ", "two ", "three"};
  std::vector<Writing> writings(pieces.size());
  pair.stream.cork();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    writings[i].start(pair.stream, pieces[i]);
    CHECK(writings[i].written == -1);
    pair.run();
    CHECK(writings[i].written == static_cast<int>(pieces[i].size()));
  }
  CHECK(pair.peer_reads().empty());
  pair.stream.uncork();
  pair.run();
  CHECK(pair.peer_reads() == "one two three");
  CHECK(pair.stream.bytes_sent() == 13);
  CHECK_FALSE(pair.stream.is_sending());
}

TEST_CASE("without a cork a write leaves by itself") {
  Pair pair;
  std::string bytes = "pong";
  Writing writing;
  writing.start(pair.stream, bytes);
  pair.run();
  CHECK(writing.written == 4);
  CHECK(pair.peer_reads() == "pong");
}

TEST_CASE("a full buffer holds the writer until the peer takes it, corked or not") {
  Pair pair;
  pair.stream.cork();
  std::string large(4u << 20, 'x');  // more than a socket pair keeps
  Writing writing;
  writing.start(pair.stream, large);
  pair.run();
  CHECK(writing.written == -1);
  CHECK(pair.stream.is_sending());
  std::size_t taken = 0;
  for (int turns = 0; taken < large.size() && turns < 100'000; ++turns) {
    taken += pair.peer_reads().size();
    pair.run();
  }
  CHECK(taken == large.size());
  CHECK(writing.written == static_cast<int>(large.size()));
}

TEST_CASE("behind what a peer does not take, little waits") {
  Pair pair;
  const std::string piece(10'000, 'x');
  std::size_t written = 0;
  for (bool is_stuck = false; !is_stuck; is_stuck = pair.stream.is_sending()) {
    Writing writing;
    writing.start(pair.stream, piece);
    pair.run();
    written += piece.size();
  }
  pair.stream.cork();
  Writing last;
  last.start(pair.stream, piece);
  pair.run();
  CHECK(last.written == -1);
  std::size_t taken = 0;
  for (int turns = 0; last.written < 0 && turns < 100'000; ++turns) {
    taken += pair.peer_reads().size();
    pair.run();
  }
  CHECK(last.written == static_cast<int>(piece.size()));
  pair.stream.uncork();
  pair.run();
  CHECK(taken + pair.peer_reads().size() == written + piece.size());
}

TEST_CASE("one read of the socket serves many small reads in order") {
  Pair pair;
  pair.peer_writes("abcdefgh");
  CHECK(read_once(pair, 3) == "abc");
  CHECK(read_once(pair, 3) == "def");
  CHECK(read_once(pair, 3) == "gh");
}

TEST_CASE("what had arrived before is read first") {
  Pair pair("early ");
  pair.peer_writes("late");
  CHECK(read_once(pair, 100) == "early ");
  CHECK(read_once(pair, 100) == "late");
}

TEST_CASE("a read waits for bytes and sees the end of the stream") {
  Pair pair;
  std::string bytes(10, '\0');
  int got = -1;
  error_code failed;
  auto on_read = [&](error_code code, std::size_t size) {
    failed = code;
    got = static_cast<int>(size);
  };
  pair.stream.async_read_some(asio::buffer(bytes), on_read);
  pair.run();
  CHECK(got == -1);
  pair.peer_writes("hi");
  pair.run();
  CHECK(got == 2);
  got = -1;
  pair.stream.async_read_some(asio::buffer(bytes), on_read);
  pair.peer.close();
  pair.run();
  CHECK(got == 0);
  CHECK(failed == asio::error::eof);
}

TEST_CASE("a failed send is told to the next write") {
  Pair pair;
  pair.peer.close();
  std::string bytes = "lost";
  Writing first, second;
  first.start(pair.stream, bytes);
  pair.run();
  second.start(pair.stream, bytes);
  pair.run();
  CHECK(second.failed);
}

TEST_CASE("a drain ends when the last byte has left") {
  Pair pair;
  pair.stream.cork();
  std::string bytes = "bye";
  Writing writing;
  writing.start(pair.stream, bytes);
  bool is_drained = false;
  pair.stream.async_drain([&](error_code) { is_drained = true; });
  CHECK_FALSE(is_drained);
  pair.run();
  CHECK(is_drained);
  CHECK(pair.peer_reads() == "bye");
}

TEST_CASE("appended frames leave in order with what was written, in one piece") {
  Pair pair;
  pair.stream.cork();
  CHECK_FALSE(pair.stream.append("head1 ", "body1 "));
  Writing pong;
  pong.start(pair.stream, "pong ");
  CHECK_FALSE(pair.stream.append("head2 ", "body2"));
  pair.run();
  CHECK(pair.peer_reads().empty());
  pair.stream.uncork();
  pair.run();
  CHECK(pair.peer_reads() == "head1 body1 pong head2 body2");
}

TEST_CASE("who appends waits for room until the peer takes it, and Beast may wait beside him") {
  Pair pair;
  pair.stream.cork();
  const std::string large(4u << 20, 'x');  // more than a socket pair keeps
  CHECK_FALSE(pair.stream.is_full());
  CHECK_FALSE(pair.stream.append("", large));
  CHECK(pair.stream.is_full());
  bool has_room = false;
  pair.stream.async_room([&](error_code failed) { has_room = !failed; });
  const std::string pong = "pong";
  Writing writing;
  writing.start(pair.stream, pong);
  pair.run();
  CHECK_FALSE(has_room);
  std::size_t taken = 0;
  for (int turns = 0; taken < large.size() && turns < 100'000; ++turns) {
    taken += pair.peer_reads().size();
    pair.run();
  }
  CHECK(taken >= large.size());
  CHECK(has_room);
  CHECK_FALSE(pair.stream.is_full());
  CHECK(writing.written == 4);
  pair.stream.uncork();
  pair.run();
  CHECK(taken + pair.peer_reads().size() == large.size() + pong.size());
}

TEST_CASE("nothing is appended to a stream whose peer is gone, and nobody waits for room in it") {
  Pair pair;
  pair.peer.close();
  pair.stream.cork();
  CHECK_FALSE(pair.stream.append("", std::string(Stream::kHighWaterBytes, 'x')));
  error_code seen;
  pair.stream.async_room([&](error_code failed) { seen = failed; });
  pair.run();
  CHECK(seen);
  CHECK(pair.stream.append("", "more"));
  error_code again;
  pair.stream.async_room([&](error_code failed) { again = failed; });
  pair.run();
  CHECK(again);
}

TEST_CASE("a stream gives back the memory of buffers that hold nothing") {
  const std::size_t none = 2 * std::string().capacity();
  Pair pair;
  Writing first;
  first.start(pair.stream, std::string(Stream::kKeptBytesMax / 2, 'x'));
  pair.run();
  CHECK(pair.stream.bytes_kept() > none);
  pair.stream.give_back();
  CHECK(pair.stream.bytes_kept() == none);
  CHECK(pair.peer_reads().size() == Stream::kKeptBytesMax / 2);
  pair.stream.cork();
  CHECK_FALSE(pair.stream.append("three", ""));
  pair.stream.give_back();
  pair.stream.uncork();
  CHECK(pair.peer_reads() == "three");
}

TEST_CASE("a stream keeps what is being sent, and what was large only until it has left") {
  constexpr std::size_t kBytes = 4u << 20;
  Pair pair;
  Writing large;
  large.start(pair.stream, std::string(kBytes, 'x'));
  pair.run();
  std::size_t read = 0;
  while (read < kBytes) {
    pair.stream.give_back();
    const std::size_t size = pair.peer_reads().size();
    if (size == 0) FAIL("nothing comes after " << read);
    read += size;
    pair.run();
  }
  CHECK(read == kBytes);
  CHECK(pair.stream.bytes_kept() <= 2 * Stream::kKeptBytesMax);
}

TEST_CASE("what has arrived and was large is given back once it is read") {
  ArrivedBytes arrived(std::string(10 * ArrivedBytes::kKeptBytesMax, 'x'));
  arrived.consume(arrived.readable().size());
  CHECK(arrived.is_empty());
  CHECK(arrived.bytes_kept() <= ArrivedBytes::kKeptBytesMax);
}

TEST_CASE("reading ahead waits for bytes, keeps them for whoever reads, and can be given up") {
  Pair pair;
  int filled = 0;
  error_code failed;
  asio::cancellation_signal give_up;
  auto fill = [&] {
    pair.stream.async_wait_readable(asio::bind_cancellation_slot(give_up.slot(), [&](error_code code) {
      ++filled;
      failed = code ? code : pair.stream.fill();
    }));
    pair.run();
  };
  fill();
  CHECK(filled == 0);
  pair.peer_writes("abc");
  pair.run();
  CHECK((filled == 1 && !failed));
  CHECK(pair.stream.arrived().readable() == "abc");
  CHECK(read_once(pair, 100) == "abc");
  fill();
  give_up.emit(asio::cancellation_type::terminal);
  pair.run();
  CHECK((filled == 2 && failed == asio::error::operation_aborted));
  pair.peer_writes("def");
  CHECK(read_once(pair, 100) == "def");
  pair.peer.close();
  fill();
  CHECK((filled == 3 && failed == asio::error::eof));
}
