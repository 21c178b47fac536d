#include <string>

#include "api/contract.h"
#include "api/handlers_common.h"
#include "api/json.h"
#include "api/metrics.h"
#include "api/position_text.h"
#include "api/render_parts.h"
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

Response contract(std::string_view json) { return json_response(std::string(json)); }
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
  std::vector<process::WebhookStatus> webhooks;
  if (context.webhooks != nullptr) webhooks = context.webhooks->status();
  std::optional<proof::ProofStatus> proofs;
  if (context.proofs != nullptr) proofs = context.proofs->status();
  std::vector<process::ConsumerStatus> consumers;
  if (context.consumers != nullptr) consumers = context.consumers->status();
  Response response =
      json_response(metrics_page(context.metrics, context.engine, context.view_status(), context.clock.now(), webhooks,
                                 proofs ? &*proofs : nullptr, consumers));
  response.content_type = std::string(kMetricsContentType);
  return response;
}

Response openapi(Context&, const Request&) { return contract(openapi_json()); }
Response asyncapi(Context&, const Request&) { return contract(asyncapi_json()); }

}  // namespace hansard::api::handlers
