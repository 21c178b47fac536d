#include "replay/play_sink.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/clock.h"
#include "projections/process/delivery_rules.h"
#include "projections/process/http_post.h"
#include "projections/process/webhook_request.h"
#include "replay/client_socket.h"
#include "replay/endpoint.h"
#include "replay/progress.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Result;

namespace {
constexpr std::uint32_t kFirstPauseMs = 200;
constexpr std::uint32_t kMostPauseMs = 30'000;

constexpr std::uint32_t kTellFromMs = 1'000;
constexpr int kLookMs = 100;

bool is_http(const std::string& url) { return url.starts_with("http://") || url.starts_with("https://"); }

base::Error interrupted() { return base::error(ErrorCode::io, "The replay was interrupted."); }

// Written in pieces that a pipe takes as a whole once it says that it takes any, so that no write waits for a reader
// who does not read.
class Lines final : public PlaySink {
 public:
  Result<void> put(std::span<const PlayedEvent> events) override {
    for (const auto& event : events) {
      if (cancelled_) return interrupted();
      TRY(write(event.json + "\n"));
    }
    return base::success();
  }
  void cancel() override { cancelled_ = true; }

 private:
  // A line that was begun is finished, if anybody reads.
  Result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd out{STDOUT_FILENO, POLLOUT, 0};
      const int ready = ::poll(&out, 1, kLookMs);
      if (ready == 0 && cancelled_) return interrupted();
      if (ready <= 0) continue;
      const auto size = ::write(STDOUT_FILENO, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
      if (size < 0 && errno != EINTR && errno != EAGAIN) return gone(errno);
      if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return base::success();
  }

  static base::Error gone(int why) {
    if (why == EPIPE) return base::error(ErrorCode::io, "Nobody reads standard output any more.");
    return base::error(ErrorCode::io, std::string("Standard output cannot be written: ") + std::strerror(why) + ".");
  }

  std::atomic<bool> cancelled_{false};
};

// A pause that a cancel ends.
class Pause {
 public:
  // False: cancelled.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return cancelled_; });
  }
  void cancel() {
    {
      std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

class Posts final : public PlaySink {
 public:
  explicit Posts(SinkOptions options) : options_(std::move(options)) {
    rules_.max_attempts = options_.attempts;
    rules_.retry_first_ms = kFirstPauseMs;
    rules_.retry_most_ms = kMostPauseMs;
  }

  Result<void> put(std::span<const PlayedEvent> batch) override {
    const auto body = body_of(batch);
    for (std::uint32_t attempts = 1;; ++attempts) {
      const auto reply = post_->send(request_of(batch, body));
      const auto verdict = process::judge(reply, attempts, rules_);
      if (verdict == process::Verdict::delivered) return base::success();
      if (verdict == process::Verdict::dead) return refused(batch, reply);
      ++repeats_;
      const auto pause = process::delay_after(attempts, reply, rules_, 0.5);
      if (!options_.quiet && pause.count() >= kTellFromMs) tell(attempts, reply);
      if (!pause_.wait(pause)) return refused(batch, reply);
    }
  }

  std::size_t at_once() const override { return options_.batch_max; }
  void cancel() override {
    post_->cancel();
    pause_.cancel();
  }
  std::uint64_t repeats() const override { return repeats_; }

 private:
  std::string body_of(std::span<const PlayedEvent> batch) const {
    if (options_.batch_max == 1) return batch.front().json;
    std::string body = "{\"events\":[";
    for (const auto& event : batch) body.append(body.back() == '[' ? "" : ",").append(event.json);
    return body + "]}";
  }

  process::HttpRequest request_of(std::span<const PlayedEvent> batch, const std::string& body) const {
    process::HttpRequest request;
    const auto& id = batch.back().position;
    const auto seconds = base::system_clock().now().ms / 1'000;
    request.url = options_.url;
    request.headers = {"Content-Type: application/json", "User-Agent: Hansard-Replay/1",
                       "Expect:", "Idempotency-Key: " + id};
    if (!options_.secret.empty()) {
      request.headers.push_back("Hansard-Webhook-Id: " + id);
      request.headers.push_back("Hansard-Webhook-Timestamp: " + std::to_string(seconds));
      request.headers.push_back("Hansard-Webhook-Signature: " +
                                process::webhook_signature(options_.secret, id, seconds, body));
    }
    request.body = body;
    request.ca_file = options_.ca_file;
    return request;
  }

  void tell(std::uint32_t attempts, const process::HttpReply& reply) const {
    tell_waiting(options_.url + " does not take events (" + reply.trouble + "); trying again, " +
                 std::to_string(attempts) + " of " + std::to_string(options_.attempts));
  }

  static base::Error refused(std::span<const PlayedEvent> batch, const process::HttpReply& reply) {
    const auto why = reply.status != 0 ? "it answered " + std::to_string(reply.status) : reply.trouble;
    return base::error(ErrorCode::refused,
                       "The receiver did not take the event at " + batch.front().position + ": " + why + ".");
  }

  const SinkOptions options_;
  process::Subscriber rules_;
  std::unique_ptr<process::HttpPost> post_ = process::HttpPost::make();
  Pause pause_;
  std::uint64_t repeats_ = 0;
};

class Frames final : public PlaySink {
 public:
  static Result<std::unique_ptr<PlaySink>> open(const SinkOptions& options) {
    auto frames = std::make_unique<Frames>();
    const auto stop = [&cancelled = frames->cancelled_, asked = options.stop] {
      return cancelled.load() || (asked && asked());
    };
    TRY(auto socket, ClientSocket::open(options.url, stop));
    frames->socket_.emplace(std::move(socket));
    return std::unique_ptr<PlaySink>(std::move(frames));
  }

  Result<void> put(std::span<const PlayedEvent> events) override {
    for (const auto& event : events) {
      if (cancelled_) return interrupted();
      TRY(socket_->send(event.json));
    }
    return base::success();
  }
  void cancel() override { cancelled_ = true; }
  bool confirms_at_the_end() const override { return true; }
  Result<void> finish() override {
    auto closed = socket_->close();
    if (closed) return closed;
    return base::error(ErrorCode::refused,
                       closed.error().detail + " Without its answer to our close, nothing that was sent counts.");
  }

 private:
  std::atomic<bool> cancelled_{false};  // outlives the socket, which asks it
  std::optional<ClientSocket> socket_;
};
}  // namespace

bool takes_lanes(const SinkOptions& options) { return is_http(options.url); }

Result<std::unique_ptr<PlaySink>> open_sink(const SinkOptions& options) {
  if (options.url == "stdout") return std::unique_ptr<PlaySink>(new Lines());
  auto receiver = parse_receiver(options.url);
  if (!receiver) {
    return base::error(ErrorCode::malformed, receiver.error().detail + " --to-url takes such a URL, or stdout.");
  }
  if (!receiver.value().is_socket) return std::unique_ptr<PlaySink>(new Posts(options));
  return Frames::open(options);
}

}  // namespace hansard::replay
