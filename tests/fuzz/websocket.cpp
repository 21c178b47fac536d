// The bytes behind a WebSocket's handshake, as the corked stream takes whole texts of them and Beast reads the rest:
// they end in messages, in a close, or in an error, and a message is never larger than the limit.
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/corked_stream.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using Socket = asio::local::stream_protocol::socket;
using boost::system::error_code;

namespace {

constexpr std::size_t kMessageMax = 4'096;
constexpr std::size_t kScratchBytes = 512;
constexpr std::string_view kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class Peer {
 public:
  explicit Peer(std::string_view bytes) : stream_(connect(), std::string(kUpgrade), scratch_, sizeof scratch_) {
    stream_.read_message_max(kMessageMax);
    stream_.auto_fragment(false);
    error_code failed;
    asio::write(client_, asio::buffer(bytes), failed);
    client_.shutdown(Socket::shutdown_send, failed);
    drain();
    stream_.async_accept([this](error_code refused) {
      if (refused) return leave();
      stream_.next_layer().arrived().begin_frames();
      read();
    });
    io_.run();
  }

 private:
  Socket connect() {
    Socket server(io_);
    asio::local::connect_pair(client_, server);
    client_.non_blocking(true);
    return server;
  }
  // The peer takes what it is answered: else pongs would wait for room for ever.
  void drain() {
    client_.async_read_some(asio::buffer(answered_), [this](error_code failed, std::size_t) {
      if (!failed) drain();
    });
  }
  void leave() {
    error_code ignored;
    client_.close(ignored);
  }
  void read() {
    while (auto text = stream_.next_layer().arrived().take_text(kMessageMax)) {
      must(text->size() <= kMessageMax, "a text taken at once is within its limit");
    }
    stream_.async_read(in_, [this](error_code failed, std::size_t) {
      if (failed) return leave();
      must(in_.size() <= kMessageMax, "a message is within its limit");
      in_.consume(in_.size());
      read();
    });
  }

  asio::io_context io_;
  Socket client_{io_};
  char scratch_[kScratchBytes];
  char answered_[4'096];
  websocket::stream<api::CorkedStream<Socket>, false> stream_;
  boost::beast::flat_buffer in_{kMessageMax};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16'384) return 0;
  Peer peer(fuzz::text_of(data, size));
  return 0;
}
