#include "api/metrics.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace hansard::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::array<double, 15> kBucketSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                   0.05,   0.1,     0.25,   0.5,   1,      2.5,   5};
constexpr std::array<std::string_view, 6> kStatusClasses = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

// By RateScope: the label, and how a problem names it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRateScopes = {
    {{"user", "this user"},
     {"address", "this address"},
     {"authentication", "failed authentications from this address"}}};

// One route and method. The last bucket has no upper bound.
struct RequestSeries {
  std::array<std::uint64_t, kStatusClasses.size()> by_class{};
  std::array<std::uint64_t, kBucketSeconds.size() + 1> buckets{};
  double seconds = 0;
};

using RequestKey = std::pair<std::string, std::string>;
struct RequestLess {
  using is_transparent = void;
  using View = std::pair<std::string_view, std::string_view>;
  bool operator()(const auto& a, const auto& b) const { return View(a) < View(b); }
};
using Requests = std::map<RequestKey, RequestSeries, RequestLess>;
using Rejections = std::map<std::string, std::uint64_t, std::less<>>;

void add(RequestSeries& sum, const RequestSeries& part) {
  for (std::size_t i = 0; i < sum.by_class.size(); ++i) sum.by_class[i] += part.by_class[i];
  for (std::size_t i = 0; i < sum.buckets.size(); ++i) sum.buckets[i] += part.buckets[i];
  sum.seconds += part.seconds;
}

std::size_t status_class(int status) {
  return status >= 100 && status < 600 ? static_cast<std::size_t>(status / 100) : 0;
}

std::size_t bucket_of(double seconds) {
  return static_cast<std::size_t>(std::lower_bound(kBucketSeconds.begin(), kBucketSeconds.end(), seconds) -
                                  kBucketSeconds.begin());
}

std::string_view known_method(std::string_view method) {
  return std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end() ? "other" : method;
}

MetricFamily family(std::string name, std::string help, MetricType type) {
  return {std::move(name), std::move(help), type, {}};
}

ClientMetric counter(double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  return metric;
}

ClientMetric gauge(double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

ClientMetric histogram(const RequestSeries& series, Labels labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kBucketSeconds.size(); ++i) {
    below += series.buckets[i];
    metric.histogram.bucket.push_back({below, kBucketSeconds[i]});
  }
  metric.histogram.sample_count = below + series.buckets.back();
  metric.histogram.sample_sum = series.seconds;
  return metric;
}

// The page under construction.
struct Page {
  std::vector<MetricFamily> families;

  // Valid until the next family is added.
  MetricFamily& add(const char* name, const char* help, MetricType type) {
    families.push_back(family(name, help, type));
    return families.back();
  }
  void add_counter(const char* name, const char* help, std::uint64_t value) {
    add(name, help, MetricType::Counter).metric.push_back(counter(static_cast<double>(value)));
  }
  void add_gauge(const char* name, const char* help, double value) {
    add(name, help, MetricType::Gauge).metric.push_back(gauge(value));
  }
};

void add_requests(Page& page, const Requests& requests) {
  auto& totals = page.add("hansard_http_requests_total", "HTTP requests answered", MetricType::Counter);
  for (const auto& [key, series] : requests) {
    for (std::size_t i = 0; i < kStatusClasses.size(); ++i) {
      if (series.by_class[i] == 0) continue;
      totals.metric.push_back(
          counter(static_cast<double>(series.by_class[i]),
                  {{"route", key.first}, {"method", key.second}, {"status", std::string(kStatusClasses[i])}}));
    }
  }
  auto& latencies = page.add("hansard_http_request_seconds", "From the request's last byte to the answer's first",
                             MetricType::Histogram);
  for (const auto& [key, series] : requests) {
    latencies.metric.push_back(histogram(series, {{"route", key.first}, {"method", key.second}}));
  }
}

void add_rejections(Page& page, const Rejections& rejections) {
  auto& totals = page.add("hansard_rejected_total", "Problems answered, by code", MetricType::Counter);
  for (const auto& [code, count] : rejections) {
    totals.metric.push_back(counter(static_cast<double>(count), {{"code", code}}));
  }
}

template <class Counts>
void add_rate_limited(Page& page, const Counts& counts) {
  auto& totals =
      page.add("hansard_rate_limited_total", "Refused with rate_limited, by whose rate", MetricType::Counter);
  for (std::size_t i = 0; i < kRateScopes.size(); ++i) {
    totals.metric.push_back(
        counter(static_cast<double>(counts[i].load()), {{"scope", std::string(kRateScopes[i].first)}}));
  }
}

void add_engine(Page& page, const engine::Metrics& engine, base::Position durable) {
  page.add_counter("hansard_commits_total", "Group commits, each one synced write", engine.commits);
  page.add_counter("hansard_commands_total", "Commands decided", engine.commands);
  page.add_counter("hansard_events_total", "Events appended; by commits it is the batch size", engine.events);
  page.add_counter("hansard_command_rejections_total", "Commands a rule said no to", engine.rejections);
  page.add_counter("hansard_command_replays_total", "Commands answered from their command id", engine.replays);
  page.add("hansard_sync_seconds_total", "Time in synced writes; by commits it is the mean", MetricType::Counter)
      .metric.push_back(counter(static_cast<double>(engine.sync_ns_total) / 1e9));
  page.add_gauge("hansard_sync_seconds_max", "The longest synced write", static_cast<double>(engine.sync_ns_max) / 1e9);
  page.add_gauge("hansard_queue_commands", "Commands waiting for the sequencer",
                 static_cast<double>(engine.queue_depth));
  page.add_gauge("hansard_index_overlay_events", "Events the write index still holds in memory",
                 static_cast<double>(engine.index_overlay_events));
  page.add_counter("hansard_typing_dropped_total", "Typing transitions dropped", engine.typing_dropped);
  page.add_gauge("hansard_disk_reserve", "1 while there is enough free space to take commands",
                 engine.has_disk_reserve ? 1 : 0);
  page.add_gauge("hansard_durable_position", "The last durable position", static_cast<double>(durable.value));
}

void add_views(Page& page, const std::vector<projections::ViewStatus>& views, base::Position durable,
               const std::vector<double>& lag_s) {
  auto& events = page.add("hansard_view_lag_events", "Durable events the view has not applied", MetricType::Gauge);
  for (const auto& view : views) {
    const auto behind = durable.value - std::min(durable.value, view.applied.value);
    events.metric.push_back(gauge(static_cast<double>(behind), {{"view", view.name}}));
  }
  auto& seconds = page.add("hansard_view_lag_seconds", "Age of the first event not applied", MetricType::Gauge);
  for (std::size_t i = 0; i < std::min(views.size(), lag_s.size()); ++i) {
    seconds.metric.push_back(gauge(lag_s[i], {{"view", views[i].name}}));
  }
  auto& stopped = page.add("hansard_view_stopped", "1 when the view met an event it cannot apply", MetricType::Gauge);
  for (const auto& view : views) stopped.metric.push_back(gauge(view.stopped ? 1 : 0, {{"view", view.name}}));
  auto& unknown =
      page.add("hansard_view_unknown_events_total", "Events of a newer build, skipped", MetricType::Counter);
  for (const auto& view : views) {
    unknown.metric.push_back(counter(static_cast<double>(view.unknown_events), {{"view", view.name}}));
  }
}

void add_webhooks(Page& page, const std::vector<process::WebhookStatus>& webhooks) {
  struct Column {
    const char* name;
    const char* help;
    MetricType type;
    std::uint64_t (*value)(const process::WebhookStatus& webhook);
  };
  using Status = process::WebhookStatus;
  constexpr Column columns[] = {{"hansard_webhook_lag_events", "Durable events above the webhook's position",
                                 MetricType::Gauge, [](const Status& w) { return w.lag_events; }},
                                {"hansard_webhook_paused", "1 while the webhook is paused", MetricType::Gauge,
                                 [](const Status& w) { return std::uint64_t{w.paused}; }},
                                {"hansard_webhook_delivered_total", "Events the receiver took", MetricType::Counter,
                                 [](const Status& w) { return w.delivered; }},
                                {"hansard_webhook_failed_total", "Attempts that failed since the start",
                                 MetricType::Counter, [](const Status& w) { return w.failed; }},
                                {"hansard_webhook_dead_letters", "Dead letters kept", MetricType::Gauge,
                                 [](const Status& w) { return w.dead_letters; }},
                                {"hansard_webhook_dead_letters_dropped_total", "Dead letters that had to make room",
                                 MetricType::Counter, [](const Status& w) { return w.dead_letters_dropped; }}};
  for (const Column& column : columns) {
    auto& family = page.add(column.name, column.help, column.type);
    for (const Status& webhook : webhooks) {
      const auto value = static_cast<double>(column.value(webhook));
      const Labels labels = {{"webhook", webhook.name}};
      family.metric.push_back(column.type == MetricType::Counter ? counter(value, labels) : gauge(value, labels));
    }
  }
}

void add_proofs(Page& page, const proof::ProofStatus& proofs, base::Position durable, base::Timestamp now) {
  const auto behind = durable.value - std::min(durable.value, proofs.hashed);
  const auto age_ms = std::max<std::int64_t>(0, now.ms - proofs.signed_at.ms);
  page.add_gauge("hansard_proof_hashed_size", "Leaves in the tree", static_cast<double>(proofs.hashed));
  page.add_gauge("hansard_proof_signed_size", "Leaves under the last checkpoint",
                 static_cast<double>(proofs.signed_size));
  page.add_gauge("hansard_proof_lag_events", "Durable events not hashed yet", static_cast<double>(behind));
  page.add_gauge("hansard_proof_checkpoint_age_seconds",
                 "Since the last checkpoint was signed; it grows while the log "
                 "does not",
                 static_cast<double>(age_ms) / 1e3);
  page.add("hansard_proof_cpu_seconds_total", "Processor time spent hashing and signing", MetricType::Counter)
      .metric.push_back(counter(static_cast<double>(proofs.cpu_ns) / 1e9));
  page.add_gauge("hansard_proof_stopped", "1 when hashes or checkpoints cannot be stored", proofs.trouble ? 1 : 0);
}

void add_consumers(Page& page, const std::vector<ConsumerLag>& consumers) {
  auto& events =
      page.add("hansard_consumer_lag_events", "Durable events above the consumer's cursor", MetricType::Gauge);
  for (const auto& one : consumers) {
    events.metric.push_back(gauge(static_cast<double>(one.events), {{"consumer", one.name}}));
  }
  auto& seconds =
      page.add("hansard_consumer_lag_seconds", "Age of the first event above the cursor", MetricType::Gauge);
  for (const auto& one : consumers) seconds.metric.push_back(gauge(one.seconds, {{"consumer", one.name}}));
  auto& read = page.add("hansard_consumer_read", "1 while somebody follows the log for it", MetricType::Gauge);
  for (const auto& one : consumers) read.metric.push_back(gauge(one.is_read ? 1 : 0, {{"consumer", one.name}}));
}

// proc(5): pages of total and of resident memory.
double resident_bytes() {
  std::uint64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (!folder) return 0;
  double entries = -3;  // ".", ".." and the folder itself
  while (::readdir(folder)) ++entries;
  ::closedir(folder);
  return entries;
}

}  // namespace

struct Metrics::Shard {
  alignas(64) std::mutex mutex;
  Requests requests;
  Rejections rejections;
  std::uint64_t frames_out = 0, frames_in = 0, acks = 0;
};

std::string_view name_of(RateScope scope) { return kRateScopes[static_cast<std::size_t>(scope)].second; }

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

std::string Metrics::text(const engine::Metrics& engine, const std::vector<projections::ViewStatus>& views,
                          base::Position durable, const std::vector<double>& view_lag_s,
                          const std::vector<process::WebhookStatus>& webhooks, const proof::ProofStatus* proofs,
                          base::Timestamp now, const std::vector<ConsumerLag>& consumers) const {
  Requests requests;
  Rejections rejections;
  std::uint64_t out = 0, in = 0, answered = 0;
  for (Shard& shard : *shards_) {
    std::lock_guard lock(shard.mutex);
    for (const auto& [key, series] : shard.requests) add(requests[key], series);
    for (const auto& [code, count] : shard.rejections) rejections[code] += count;
    out += shard.frames_out;
    in += shard.frames_in;
    answered += shard.acks;
  }
  Page page;
  add_requests(page, requests);
  add_rejections(page, rejections);
  add_rate_limited(page, rate_limited_);
  page.add_gauge("hansard_connections", "Open TCP connections", static_cast<double>(connections_.load()));
  page.add_gauge("hansard_sessions", "Open WebSocket sessions", static_cast<double>(sessions_.load()));
  page.add_gauge("hansard_sessions_lagging", "Sessions served from the log", static_cast<double>(lagging_.load()));
  page.add_counter("hansard_frames_out_total", "WebSocket frames sent", out);
  page.add_counter("hansard_frames_in_total", "WebSocket frames received", in);
  page.add_counter("hansard_acks_total", "WebSocket commands answered", answered);
  add_engine(page, engine, durable);
  add_views(page, views, durable, view_lag_s);
  add_webhooks(page, webhooks);
  add_proofs(page, proofs != nullptr ? *proofs : proof::ProofStatus{}, durable, now);
  add_consumers(page, consumers);
  page.add_gauge("process_resident_memory_bytes", "Resident memory", resident_bytes());
  page.add_gauge("process_open_fds", "Open file descriptors", open_files());
  return prometheus::TextSerializer().Serialize(page.families);
}

double view_lag_seconds(const engine::Engine& engine, base::Position applied, base::Timestamp now) {
  if (applied >= engine.durable()) return 0;
  const auto next = engine.get(applied.next());
  if (!next) return 0;
  return static_cast<double>(std::max<std::int64_t>(0, now.ms - next.value()->time.ms)) / 1e3;
}

std::string metrics_page(const Metrics& metrics, const engine::Engine& engine,
                         const std::vector<projections::ViewStatus>& views, base::Timestamp now,
                         const std::vector<process::WebhookStatus>& webhooks, const proof::ProofStatus* proofs,
                         const std::vector<process::ConsumerStatus>& consumers) {
  std::vector<double> lag_s;
  for (const auto& view : views) lag_s.push_back(view_lag_seconds(engine, view.applied, now));
  std::vector<ConsumerLag> behind;
  for (const auto& one : consumers) {
    const auto events = engine.durable().value - one.cursor.value;
    behind.push_back({one.name, events, view_lag_seconds(engine, one.cursor, now), one.is_read});
  }
  return metrics.text(engine.metrics(), views, engine.durable(), lag_s, webhooks, proofs, now, behind);
}

}  // namespace hansard::api
