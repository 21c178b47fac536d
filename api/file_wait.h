// Calls of the blob store, awaited: its callback, on a thread of its own, becomes one post to this io thread.
//
// Thread: the io thread of `io`.
#pragma once

#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/files/blob_store.h"

namespace hansard::api {

namespace asio = boost::asio;

template <class T, class Start>
struct FileCall {
  asio::io_context& io;
  Start start;

  template <class Handler>
  void operator()(Handler handler) {
    // std::function wants a copyable callback, a coroutine's handler is not.
    auto shared = std::make_shared<Handler>(std::move(handler));
    start([&at = io, shared](base::Result<T> result) {
      asio::post(at, [shared, told = std::move(result)]() mutable { std::move (*shared)(std::move(told)); });
    });
  }
};

// `start(done)` begins the call. It may refuse inside start: the result is posted all the same.
template <class T, class Start>
asio::awaitable<base::Result<T>> file_call(asio::io_context& io, Start start) {
  FileCall<T, Start> call{io, std::move(start)};
  auto result = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(base::Result<T>)>(
      std::move(call), asio::use_awaitable);
  co_return result;
}

}  // namespace hansard::api
