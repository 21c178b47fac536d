// The Prometheus page of GET /metrics (text format 0.0.4, rendered by prometheus-cpp).
//
// Thread: any; plain functions and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/metrics.h"
#include "engine/base/clock.h"
#include "engine/engine.h"
#include "engine/proof/proofs.h"
#include "projections/process/courier.h"
#include "projections/views.h"

namespace hansard::api {

// How far a named consumer is behind; consumers are few (ConsumerOptions::most).
struct ConsumerLag {
  std::string name;
  std::uint64_t events = 0;
  double seconds = 0;
  bool is_read = false;
};

// What others know, read at one moment.
struct PageParts {
  engine::Metrics engine;
  base::Position durable{};
  std::vector<projections::ViewStatus> views;
  std::vector<double> view_lag_s;  // parallel to views
  std::vector<process::WebhookStatus> webhooks;
  std::optional<proof::ProofStatus> proofs;  // nothing: there are none, which reads as 0
  std::vector<ConsumerLag> consumers;
  std::uint64_t backups_failed = 0;
  base::Timestamp backup_made{};          // the newest whole one; 0: none is known
  base::Timestamp certificate_expires{};  // 0: no TLS
  base::Timestamp now{};
};

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const MetricsCounts& counts, const PageParts& parts);

// The age of the first event that was not applied.
double view_lag_seconds(const engine::Engine& engine, base::Position applied, base::Timestamp now);

}  // namespace hansard::api
