#include <memory>
#include <string>

#include "api/body_stream.h"
#include "api/contract.h"
#include "api/handlers_common.h"
#include "api/json.h"
#include "api/metrics_page.h"
#include "api/position_text.h"
#include "api/render_parts.h"
#include "api/tls.h"
#include "engine/backup/backups.h"
#include "engine/proof/proofs.h"

namespace hansard::api::handlers {

namespace {
// Nothing: the view has applied everything younger than the bound.
std::optional<Problem> trouble_of(Context& context, const projections::ViewStatus& view) {
  if (view.stopped) {
    return Problem{503, "view_stopped", "The view " + view.name + " has stopped: " + *view.stopped, 0, {}};
  }
  double lag_s = view_lag_seconds(context.engine, view.applied, context.clock.now());
  if (lag_s * 1'000 <= context.limits.ready_lag_bound_ms) return std::nullopt;
  Problem problem = view_behind(position_text(context.engine.epoch(), view.applied));
  problem.detail = "The view " + view.name + " is behind.";
  return problem;
}

std::vector<ConsumerLag> consumers_behind(Context& context, base::Timestamp now) {
  std::vector<ConsumerLag> behind;
  if (context.consumers == nullptr) return behind;
  for (const auto& one : context.consumers->status()) {
    const auto events = context.engine.durable().value - one.cursor.value;
    behind.push_back({one.name, events, view_lag_seconds(context.engine, one.cursor, now), one.is_read});
  }
  return behind;
}

PageParts page_parts(Context& context) {
  PageParts parts;
  parts.now = context.clock.now();
  parts.engine = context.engine.metrics();
  parts.views = context.view_status();
  parts.durable = context.engine.durable();
  for (const auto& view : parts.views)
    parts.view_lag_s.push_back(view_lag_seconds(context.engine, view.applied, parts.now));
  if (context.webhooks != nullptr) parts.webhooks = context.webhooks->status();
  if (context.proofs != nullptr) parts.proofs = context.proofs->status();
  if (context.tls != nullptr) parts.certificate_expires = context.tls->expires();
  if (context.backups != nullptr) {
    const backup::BackupCounts counts = context.backups->counts();
    parts.backups_failed = counts.failed;
    parts.backup_made = counts.last_made;
  }
  parts.consumers = consumers_behind(context, parts.now);
  return parts;
}

// Text that lives as long as the process: not copied for each who asks, and takes no room.
class ContractBody final : public BodySource {
 public:
  explicit ContractBody(std::string_view text) : size_(text.size()), left_(text) {}
  std::uint64_t size() const override { return size_; }
  asio::awaitable<Answered<void>> open() override { co_return base::success(); }
  asio::awaitable<base::Result<std::string_view>> next() override {
    const auto piece = left_.substr(0, kBodyPieceBytes);
    left_.remove_prefix(piece.size());
    co_return piece;
  }

 private:
  const std::uint64_t size_;
  std::string_view left_;
};

Response contract(std::string_view json) {
  Response response = json_response("");
  response.stream = std::make_shared<ContractBody>(json);
  return response;
}
}  // namespace

Response health(Context&, const Request&) { return json_response("{\"status\":\"ok\"}"); }

Response ready(Context& context, const Request& request) {
  std::string body = "{\"status\":\"ready\",\"views\":[";
  for (const auto& view : context.view_status()) {
    if (auto trouble = trouble_of(context, view)) return problem_response(*trouble, request.request_id);
    if (body.back() != '[') body += ',';
    body += "{\"name\":";
    append_json_string(body, view.name);
    body += ",\"applied\":";
    append_quoted_position(body, context.engine.epoch(), view.applied);
    body += '}';
  }
  if (context.proofs != nullptr && context.proofs->status().trouble) {
    return problem_response({503, "proofs_stopped", "The log can no longer be hashed and signed.", 0},
                            request.request_id);
  }
  return json_response(body + "]}");
}

Response metrics(Context& context, const Request&) {
  Response response = json_response(metrics_text(context.metrics.counts(), page_parts(context)));
  response.content_type = std::string(kMetricsContentType);
  return response;
}

Response openapi(Context&, const Request&) { return contract(openapi_json()); }
Response asyncapi(Context&, const Request&) { return contract(asyncapi_json()); }

}  // namespace hansard::api::handlers
