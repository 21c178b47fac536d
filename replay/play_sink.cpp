#include "replay/play_sink.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <utility>

#include "engine/base/clock.h"
#include "projections/process/delivery_rules.h"
#include "projections/process/http_post.h"
#include "projections/process/webhook_request.h"
#include "replay/client_socket.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Result;

namespace {
constexpr std::uint32_t kFirstPauseMs = 200;
constexpr std::uint32_t kMostPauseMs = 30'000;

bool is_http(const std::string& url) { return url.starts_with("http://") || url.starts_with("https://"); }

class Lines final : public PlaySink {
 public:
  Result<void> put(std::span<const PlayedEvent> events) override {
    for (const auto& event : events) {
      const auto line = event.json + "\n";
      if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return gone();
    }
    if (std::fflush(stdout) != 0) return gone();
    return base::success();
  }

 private:
  static base::Error gone() { return base::error(ErrorCode::io, "Nobody reads standard output any more."); }
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

  Result<void> put(std::span<const PlayedEvent> events) override {
    while (!events.empty()) {
      const auto batch = events.first(std::min(events.size(), options_.batch_max));
      TRY(post(batch));
      events = events.subspan(batch.size());
    }
    return base::success();
  }
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

  Result<void> post(std::span<const PlayedEvent> batch) {
    const auto body = body_of(batch);
    for (std::uint32_t attempts = 1;; ++attempts) {
      const auto reply = post_->send(request_of(batch, body));
      const auto verdict = process::judge(reply, attempts, rules_);
      if (verdict == process::Verdict::delivered) return base::success();
      if (verdict == process::Verdict::dead) return refused(batch, reply);
      ++repeats_;
      if (!pause_.wait(process::delay_after(attempts, reply, rules_, 0.5))) return refused(batch, reply);
    }
  }

  static base::Error refused(std::span<const PlayedEvent> batch, const process::HttpReply& reply) {
    const auto why = reply.status != 0 ? "answered " + std::to_string(reply.status) : reply.trouble;
    return base::error(ErrorCode::refused,
                       "The receiver did not take the event at " + batch.front().position + ": " + why);
  }

  const SinkOptions options_;
  process::Subscriber rules_;
  std::unique_ptr<process::HttpPost> post_ = process::HttpPost::make();
  Pause pause_;
  std::uint64_t repeats_ = 0;
};

class Frames final : public PlaySink {
 public:
  explicit Frames(ClientSocket socket) : socket_(std::move(socket)) {}
  Result<void> put(std::span<const PlayedEvent> events) override {
    for (const auto& event : events) {
      TRY(socket_.send(event.json));
    }
    return base::success();
  }

 private:
  ClientSocket socket_;
};
}  // namespace

bool takes_lanes(const SinkOptions& options) { return is_http(options.url); }

Result<std::unique_ptr<PlaySink>> open_sink(const SinkOptions& options) {
  if (options.url == "stdout") return std::unique_ptr<PlaySink>(new Lines());
  if (is_http(options.url)) return std::unique_ptr<PlaySink>(new Posts(options));
  if (!options.url.starts_with("ws://") && !options.url.starts_with("wss://")) {
    return base::error(ErrorCode::malformed, "--to-url is http://…, https://…, ws://…, wss://… or stdout.");
  }
  TRY(auto socket, ClientSocket::open(options.url));
  return std::unique_ptr<PlaySink>(new Frames(std::move(socket)));
}

}  // namespace hansard::replay
