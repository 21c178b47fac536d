// Bodies that never are in memory as a whole, piece by piece, each way. The session pulls from the one and is pulled
// from by the other, so whoever is slower sets the pace: that is the back pressure.
//
// Thread: the io thread of the connection. One call at a time; an awaited call is not abandoned.
// Limits: a piece has at most kBodyPieceBytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "api/problem.h"
#include "engine/base/result.h"

namespace hansard::api {

namespace asio = boost::asio;

inline constexpr std::size_t kBodyPieceBytes = 128u << 10;

// Of a request: lives until its response has been written. What nobody has read when the response is there is not
// read any more, and the connection closes behind it.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next piece, valid until the next call; only the last is smaller than kBodyPieceBytes; "" is the end. An error
  // when the peer has gone, or took longer than limits.body_timeout_s for one piece.
  virtual asio::awaitable<base::Result<std::string_view>> next() = 0;
};

// Of a response.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::uint64_t size() const = 0;  // bytes, exactly; of an endless one 0
  // Goes on until next() gives "".
  virtual bool is_endless() const { return false; }
  // The server stops, or the connection is cut: a next() that waits is to come back soon. Of an endless one.
  virtual void finish() {}
  // Before anything is written: a problem is answered in place of the response.
  virtual asio::awaitable<Answered<void>> open() = 0;
  // The next piece, valid until the next call, not empty. Asked for while less than size() has come, or until an
  // endless one has ended. An error cuts the connection, which is all that can be said once the head has left.
  virtual asio::awaitable<base::Result<std::string_view>> next() = 0;
};

}  // namespace hansard::api
