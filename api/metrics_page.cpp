#include "api/metrics_page.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace hansard::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::array<std::string_view, kStatusClasses> kClassNames = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr std::array<std::string_view, 3> kRateScopeNames = {"user", "address", "authentication"};  // by RateScope

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

// `counts` are of each range by itself, one more than there are bounds.
template <class Counts, class Bounds>
ClientMetric histogram(const Counts& counts, const Bounds& bounds, double sum, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += counts[i];
    metric.histogram.bucket.push_back({below, bounds[i]});
  }
  metric.histogram.sample_count = below + counts.back();
  metric.histogram.sample_sum = sum;
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

void add_requests(Page& page, const RequestCounts& requests) {
  auto& totals = page.add("hansard_http_requests_total", "HTTP requests answered", MetricType::Counter);
  for (const auto& [key, series] : requests) {
    for (std::size_t i = 0; i < kStatusClasses; ++i) {
      if (series.by_class[i] == 0) continue;
      totals.metric.push_back(
          counter(static_cast<double>(series.by_class[i]),
                  {{"route", key.first}, {"method", key.second}, {"status", std::string(kClassNames[i])}}));
    }
  }
  auto& latencies = page.add("hansard_http_request_seconds", "From the request's last byte to the answer's first",
                             MetricType::Histogram);
  for (const auto& [key, series] : requests) {
    latencies.metric.push_back(
        histogram(series.buckets, kRequestSeconds, series.seconds, {{"route", key.first}, {"method", key.second}}));
  }
}

void add_rejections(Page& page, const RejectionCounts& rejections) {
  auto& totals = page.add("hansard_rejected_total", "Problems answered, by code", MetricType::Counter);
  for (const auto& [code, count] : rejections) {
    totals.metric.push_back(counter(static_cast<double>(count), {{"code", code}}));
  }
}

void add_rate_limited(Page& page, const std::array<std::uint64_t, 3>& counts) {
  auto& totals =
      page.add("hansard_rate_limited_total", "Refused with rate_limited, by whose rate", MetricType::Counter);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    totals.metric.push_back(counter(static_cast<double>(counts[i]), {{"scope", std::string(kRateScopeNames[i])}}));
  }
}

void add_engine(Page& page, const engine::Metrics& engine, base::Position durable) {
  page.add_counter("hansard_commits_total", "Group commits, each one synced write", engine.commits);
  page.add_counter("hansard_commands_total", "Commands decided", engine.commands);
  page.add_counter("hansard_events_total", "Events appended", engine.events);
  page.add_counter("hansard_command_rejections_total", "Commands a rule said no to", engine.rejections);
  page.add_counter("hansard_command_replays_total", "Commands answered from their command id", engine.replays);
  page.add("hansard_commit_events", "Events of one group commit", MetricType::Histogram)
      .metric.push_back(histogram(engine.commit_events.counts, engine::kCommitEvents, engine.commit_events.sum));
  page.add("hansard_sync_seconds", "Time of one synced write", MetricType::Histogram)
      .metric.push_back(histogram(engine.sync_seconds.counts, engine::kSyncSeconds, engine.sync_seconds.sum));
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

void add_sockets(Page& page, const MetricsCounts& counts) {
  page.add_gauge("hansard_connections", "Open TCP connections", static_cast<double>(counts.connections));
  page.add_gauge("hansard_sessions", "Open WebSocket sessions", static_cast<double>(counts.sessions));
  page.add_gauge("hansard_sessions_lagging", "Sessions served from the log",
                 static_cast<double>(counts.sessions_lagging));
  page.add_counter("hansard_frames_out_total", "WebSocket frames sent", counts.frames_out);
  page.add_counter("hansard_frames_in_total", "WebSocket frames received", counts.frames_in);
  page.add_counter("hansard_acks_total", "WebSocket commands answered", counts.acks);
}

}  // namespace

std::string metrics_text(const MetricsCounts& counts, const PageParts& parts) {
  Page page;
  add_requests(page, counts.requests);
  add_rejections(page, counts.rejections);
  add_rate_limited(page, counts.rate_limited);
  add_sockets(page, counts);
  add_engine(page, parts.engine, parts.durable);
  add_views(page, parts.views, parts.durable, parts.view_lag_s);
  add_webhooks(page, parts.webhooks);
  add_proofs(page, parts.proofs.value_or(proof::ProofStatus{}), parts.durable, parts.now);
  add_consumers(page, parts.consumers);
  page.add_counter("hansard_backup_failed_total", "Backups that failed since the start", parts.backups_failed);
  page.add_gauge("hansard_backup_last_timestamp_seconds", "When the newest whole backup was made; 0: there is none",
                 static_cast<double>(parts.backup_made.ms) / 1e3);
  page.add_gauge("hansard_tls_certificate_expires_timestamp_seconds", "When the certificate expires; 0 without TLS",
                 static_cast<double>(parts.certificate_expires.ms) / 1e3);
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

}  // namespace hansard::api
