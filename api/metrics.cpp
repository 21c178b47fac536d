#include "api/metrics.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace hansard::api {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

// By RateScope: how a problem names it.
constexpr std::array<std::string_view, 3> kRateScopes = {"this user", "this address",
                                                         "failed authentications from this address"};

void add(RequestSeries& sum, const RequestSeries& part) {
  for (std::size_t i = 0; i < sum.by_class.size(); ++i) sum.by_class[i] += part.by_class[i];
  for (std::size_t i = 0; i < sum.buckets.size(); ++i) sum.buckets[i] += part.buckets[i];
  sum.seconds += part.seconds;
}

std::size_t status_class(int status) {
  return status >= 100 && status < 600 ? static_cast<std::size_t>(status / 100) : 0;
}

std::size_t bucket_of(double seconds) {
  return static_cast<std::size_t>(std::lower_bound(kRequestSeconds.begin(), kRequestSeconds.end(), seconds) -
                                  kRequestSeconds.begin());
}

std::string_view known_method(std::string_view method) {
  return std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end() ? "other" : method;
}

}  // namespace

struct Metrics::Shard {
  alignas(64) std::mutex mutex;
  RequestCounts requests;
  RejectionCounts rejections;
  std::uint64_t frames_out = 0, frames_in = 0, acks = 0;
};

std::string_view name_of(RateScope scope) { return kRateScopes[static_cast<std::size_t>(scope)]; }

Metrics::Metrics() : shards_(std::make_unique<std::array<Shard, kShards>>()) {}
Metrics::~Metrics() = default;

Metrics::Shard& Metrics::own_shard() const {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t index = threads.fetch_add(1) % kShards;
  return (*shards_)[index];
}

void Metrics::count_request(std::string_view route, std::string_view method, int status, std::uint64_t ns) {
  const double seconds = static_cast<double>(ns) / 1e9;
  const RequestLess::View wanted(route.empty() ? "none" : route, known_method(method));
  Shard& shard = own_shard();
  std::lock_guard lock(shard.mutex);
  auto found = shard.requests.find(wanted);
  if (found == shard.requests.end()) {
    const bool full = shard.requests.size() >= kSeriesMax;
    found = shard.requests.try_emplace(full ? RequestKey("other", "other") : RequestKey(wanted)).first;
  }
  ++found->second.by_class[status_class(status)];
  ++found->second.buckets[bucket_of(seconds)];
  found->second.seconds += seconds;
}

void Metrics::rejected(std::string_view code) {
  Shard& shard = own_shard();
  std::lock_guard lock(shard.mutex);
  auto found = shard.rejections.find(code);
  if (found == shard.rejections.end()) {
    const bool full = shard.rejections.size() >= kSeriesMax;
    found = shard.rejections.try_emplace(std::string(full ? "other" : code)).first;
  }
  ++found->second;
}

void Metrics::rate_limited(RateScope scope) {
  rate_limited_[static_cast<std::size_t>(scope)].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::connection_opened() { connections_.fetch_add(1, std::memory_order_relaxed); }
void Metrics::connection_closed() { connections_.fetch_sub(1, std::memory_order_relaxed); }
void Metrics::session_opened() { sessions_.fetch_add(1, std::memory_order_relaxed); }
void Metrics::session_closed() { sessions_.fetch_sub(1, std::memory_order_relaxed); }
void Metrics::lagging(int delta) { lagging_.fetch_add(delta, std::memory_order_relaxed); }

void Metrics::frames_out(std::uint64_t n) {
  Shard& shard = own_shard();
  std::lock_guard lock(shard.mutex);
  shard.frames_out += n;
}

void Metrics::frames_in(std::uint64_t n) {
  Shard& shard = own_shard();
  std::lock_guard lock(shard.mutex);
  shard.frames_in += n;
}

void Metrics::acks(std::uint64_t n) {
  Shard& shard = own_shard();
  std::lock_guard lock(shard.mutex);
  shard.acks += n;
}

MetricsCounts Metrics::counts() const {
  MetricsCounts sum;
  for (Shard& shard : *shards_) {
    std::lock_guard lock(shard.mutex);
    for (const auto& [key, series] : shard.requests) add(sum.requests[key], series);
    for (const auto& [code, count] : shard.rejections) sum.rejections[code] += count;
    sum.frames_out += shard.frames_out;
    sum.frames_in += shard.frames_in;
    sum.acks += shard.acks;
  }
  for (std::size_t i = 0; i < rate_limited_.size(); ++i) sum.rate_limited[i] = rate_limited_[i].load();
  sum.connections = connections_.load();
  sum.sessions = sessions_.load();
  sum.sessions_lagging = lagging_.load();
  return sum;
}

}  // namespace hansard::api
