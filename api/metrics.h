// What the server counts about itself. Counting is a few nanoseconds on a shard of the calling thread; who reads merges
// the shards. metrics_page.h makes a page of it.
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
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hansard::api {

// Which bucket was empty.
enum class RateScope { user, address, authentication };
std::string_view name_of(RateScope scope);  // in a sentence: "this user", "this address" ...

inline constexpr std::array<double, 15> kRequestSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                           0.05,   0.1,     0.25,   0.5,   1,      2.5,   5};
inline constexpr std::size_t kStatusClasses = 6;  // other, 1xx to 5xx

// One route and method. The last bucket has no upper bound.
struct RequestSeries {
  std::array<std::uint64_t, kStatusClasses> by_class{};
  std::array<std::uint64_t, kRequestSeconds.size() + 1> buckets{};
  double seconds = 0;
};

using RequestKey = std::pair<std::string, std::string>;  // route, method
struct RequestLess {
  using is_transparent = void;
  using View = std::pair<std::string_view, std::string_view>;
  bool operator()(const auto& a, const auto& b) const { return View(a) < View(b); }
};
using RequestCounts = std::map<RequestKey, RequestSeries, RequestLess>;
using RejectionCounts = std::map<std::string, std::uint64_t, std::less<>>;

struct MetricsCounts {
  RequestCounts requests;
  RejectionCounts rejections;
  std::array<std::uint64_t, 3> rate_limited{};  // by RateScope
  std::int64_t connections = 0, sessions = 0, sessions_lagging = 0;
  std::uint64_t frames_out = 0, frames_in = 0, acks = 0;
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

  MetricsCounts counts() const;

 private:
  struct Shard;
  static constexpr std::size_t kShards = 16;
  Shard& own_shard() const;

  std::unique_ptr<std::array<Shard, kShards>> shards_;
  std::atomic<std::int64_t> connections_{0}, sessions_{0}, lagging_{0};
  std::array<std::atomic<std::uint64_t>, 3> rate_limited_{};  // by RateScope
};

}  // namespace hansard::api
