// What the server counts about itself, as a Prometheus page (text format 0.0.4, rendered by prometheus-cpp). Counting
// is a few nanoseconds on a shard of the calling thread; rendering merges the shards.
//
// Invariants: labels come from closed sets (routes of the router, methods, codes of problem.h), never from a request's
// own text, so that the page stays bounded; beyond `kSeriesMax` routes and codes everything counts as "other".
// Thread: any.
// Limits: kSeriesMax series per shard of requests and of rejection codes.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/engine.h"
#include "engine/proof/proofs.h"
#include "projections/process/consumers.h"
#include "projections/process/courier.h"
#include "projections/views.h"

namespace hansard::api {

// Which bucket was empty.
enum class RateScope { user, address, authentication };
std::string_view name_of(RateScope scope);  // in a sentence: "this user", "this address" ...

// How far a named consumer is behind; consumers are few (ConsumerOptions::most).
struct ConsumerLag {
  std::string name;
  std::uint64_t events = 0;
  double seconds = 0;
  bool is_read = false;
};

class Metrics {
 public:
  static constexpr std::size_t kSeriesMax = 256;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `route` is the pattern of routes() ("/api/v1/messages/{id}"), "" for a path that is none; `ns` from the last byte
  // of the request to the first of the answer.
  void count_request(std::string_view route, std::string_view method, int status, std::uint64_t ns);
  // `code` is the stable word of a Problem, over HTTP or in an error frame.
  void rejected(std::string_view code);
  void rate_limited(RateScope scope);

  void connection_opened();
  void connection_closed();
  void session_opened();  // a WebSocket that said hello
  void session_closed();
  void lagging(int delta);  // +1 when a session falls behind, -1 when it has caught up or closed
  void frames_out(std::uint64_t n);
  void frames_in(std::uint64_t n);
  void acks(std::uint64_t n);  // answered command frames

  // The page. `proofs`: nothing where there are none, which reads as 0. `view_lag_s` is parallel to `views`; see
  // metrics_page, which fills it.
  std::string text(const engine::Metrics& engine, const std::vector<projections::ViewStatus>& views,
                   base::Position durable, const std::vector<double>& view_lag_s = {},
                   const std::vector<process::WebhookStatus>& webhooks = {}, const proof::ProofStatus* proofs = nullptr,
                   base::Timestamp now = {}, const std::vector<ConsumerLag>& consumers = {}) const;

 private:
  struct Shard;
  static constexpr std::size_t kShards = 16;
  Shard& own_shard() const;

  std::unique_ptr<std::array<Shard, kShards>> shards_;
  std::atomic<std::int64_t> connections_{0}, sessions_{0}, lagging_{0};
  std::array<std::atomic<std::uint64_t>, 3> rate_limited_{};  // by RateScope
};

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// What GET /metrics answers: everything of Metrics with the engine and the views read now. A view's lag in seconds is
// the age of the first event it has not applied.
std::string metrics_page(const Metrics& metrics, const engine::Engine& engine,
                         const std::vector<projections::ViewStatus>& views, base::Timestamp now,
                         const std::vector<process::WebhookStatus>& webhooks,
                         const proof::ProofStatus* proofs = nullptr,
                         const std::vector<process::ConsumerStatus>& consumers = {});
double view_lag_seconds(const engine::Engine& engine, base::Position applied, base::Timestamp now);

}  // namespace hansard::api
