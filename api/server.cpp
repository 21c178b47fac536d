#include "api/server.h"

#include <future>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>

#include "api/io_thread.h"
#include "api/listener.h"
#include "engine/base/check.h"

namespace hansard::api {

namespace {

class ServerOnThreads final : public Server {
 public:
  explicit ServerOnThreads(unsigned threads);
  ~ServerOnThreads() override { stop(); }

  base::Result<void> bind(const ServerOptions& options) { return listener_->bind(options.address, options.port); }
  std::uint16_t port() const override { return port_; }
  void keep_port() { port_ = listener_->port(); }
  base::Result<void> serve(const ServerParts& parts) override;
  void stop() override;

 private:
  void start_accepting();

  // Destroyed from the end: what is posted to an io_context, and holds parts of what is below, goes last.
  std::vector<std::unique_ptr<asio::io_context>> ios_;
  std::unique_ptr<Listener> listener_;
  std::optional<Shared> shared_;
  std::vector<std::unique_ptr<IoThread>> io_threads_;
  std::optional<TaskGroup> accepting_;
  std::vector<std::thread> threads_;
  std::uint16_t port_ = 0;
};

ServerOnThreads::ServerOnThreads(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) ios_.push_back(std::make_unique<asio::io_context>(1));
  listener_ = std::make_unique<Listener>(*ios_.front());
}

base::Result<void> ServerOnThreads::serve(const ServerParts& parts) {
  CHECK(threads_.empty() && listener_ != nullptr);
  shared_.emplace(parts);
  for (auto& io : ios_) io_threads_.push_back(std::make_unique<IoThread>(*io, parts, *shared_, io == ios_.front()));
  start_accepting();
  for (auto& io_thread : io_threads_) threads_.emplace_back([thread = io_thread.get()] { thread->run(); });
  return base::success();
}

void ServerOnThreads::start_accepting() {
  std::vector<IoThread*> threads;
  std::vector<asio::io_context*> ios;
  for (auto& io_thread : io_threads_) threads.push_back(io_thread.get());
  for (auto& io : ios_) ios.push_back(io.get());
  accepting_.emplace(*ios_.front());
  accepting_->spawn("accept", listener_->accept(std::move(threads), std::move(ios)));
}

void ServerOnThreads::stop() {
  if (!threads_.empty()) {
    std::promise<void> closed;
    asio::post(*ios_.front(), [this, &closed] {
      listener_->close();
      closed.set_value();
    });
    closed.get_future().wait();
    for (auto& io_thread : io_threads_) io_thread->ask_to_stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  listener_.reset();
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::bind(const ServerOptions& options) {
  if (options.threads < 1 || options.threads > 256)
    return base::error(base::ErrorCode::malformed, "a server has 1 to 256 io threads.");
  auto server = std::make_unique<ServerOnThreads>(options.threads);
  TRY(server->bind(options));
  server->keep_port();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace hansard::api
