#include <string>

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/json.h"
#include "api/render_parts.h"
#include "api/short_page.h"
#include "projections/process/webhooks.h"

namespace hansard::api::handlers {

namespace {
// What an administrator may ask; 404 for a webhook that is not configured.
Answered<process::Webhooks*> webhooks_of(Context& context, const Call& call) {
  if (!call.caller.admin) return forbidden("Webhooks need the scope `admin`.");
  if (context.webhooks == nullptr) return not_found();
  return context.webhooks;
}

void append_status(std::string& body, const process::WebhookStatus& status, std::uint32_t epoch) {
  body += "{\"name\":";
  append_json_string(body, status.name);
  body += ",\"types\":[";
  for (const auto type : status.types) {
    if (body.back() != '[') body += ',';
    append_json_string(body, domain::type_name(type));
  }
  body += "],\"paused\":";
  append_bool(body, status.paused);
  body += ",\"position\":";
  append_quoted_position(body, epoch, status.cursor);
  const std::pair<std::string_view, std::uint64_t> numbers[] = {
      {"lag_events", status.lag_events},     {"number", status.number},
      {"delivered", status.delivered},       {"failed", status.failed},
      {"dead_letters", status.dead_letters}, {"dead_letters_dropped", status.dead_letters_dropped},
      {"attempts", status.attempts}};
  for (const auto& [name, value] : numbers) {
    body.append(",\"").append(name).append("\":");
    append_json_number(body, value);
  }
  body += ",\"last_trouble\":";
  append_text_or_null(body, status.last_trouble);
  body += '}';
}

void append_letter(std::string& body, const process::DeadLetter& letter, std::uint32_t epoch) {
  body += "{\"number\":";
  append_json_number(body, letter.number);
  body += ",\"position\":";
  append_quoted_position(body, epoch, letter.position);
  body += ",\"at\":";
  append_json_time(body, letter.at);
  body += ",\"status\":";
  if (letter.status == 0) {
    body += "null";
  } else {
    append_json_number(body, letter.status);
  }
  body += ",\"attempts\":";
  append_json_number(body, letter.attempts);
  body += ",\"reason\":";
  append_json_string(body, letter.reason);
  body += '}';
}

// Each webhook's dead letters are a list of their own.
std::string letters_of(const std::string& webhook) { return "dead-letters/" + webhook; }

// The number that `cursor` goes on behind.
Answered<std::uint64_t> letter_after(const Call& call, const std::string& webhook) {
  const auto cursor = call.params.get("cursor");
  if (!cursor) return 0;
  const auto after = decode_name_cursor(*cursor, letters_of(webhook));
  const auto number = after ? parse_number(*after) : std::nullopt;
  if (!number) return malformed("`cursor` is not one of this list");
  return *number;
}

Answered<Response> status_response(const Context& context, const process::Webhooks& webhooks, const std::string& name) {
  const auto status = webhooks.status(name);
  if (!status) return not_found();
  std::string body;
  append_status(body, *status, context.engine.epoch());
  return json_response(std::move(body));
}

Answered<Response> set_paused(Context& context, const Call& call, bool on) {
  TRY(auto* webhooks, webhooks_of(context, call));
  if (!webhooks->pause(call.path_values.at(0), on)) return not_found();
  return status_response(context, *webhooks, call.path_values.at(0));
}
}  // namespace

Answered<Response> list_webhooks(Context& context, const Call& call) {
  TRY(auto* webhooks, webhooks_of(context, call));
  TRY(auto page, ShortPage::of(context, call, "webhooks"));
  return page.answer(webhooks->status(), &process::WebhookStatus::name, [&](std::string& body, const auto& status) {
    append_status(body, status, context.engine.epoch());
  });
}

Answered<Response> dead_letters(Context& context, const Call& call) {
  TRY(auto* webhooks, webhooks_of(context, call));
  TRY(auto limit, page_limit(call.params, context.limits));
  const std::string& name = call.path_values.at(0);
  TRY(auto after, letter_after(call, name));
  auto letters = webhooks->dead_letters(name, after, limit + 1);
  if (!letters) return not_found();
  const bool more = letters->size() > limit;
  if (more) letters->pop_back();
  std::string body = "{\"items\":[";
  for (const auto& letter : *letters) {
    if (body.back() != '[') body += ',';
    append_letter(body, letter, context.engine.epoch());
  }
  end_page(body, more ? encode_name_cursor(letters_of(name), std::to_string(letters->back().number)) : "");
  return json_response(std::move(body));
}

Answered<Response> retry_dead_letter(Context& context, const Call& call) {
  TRY(auto* webhooks, webhooks_of(context, call));
  const auto number = parse_number(call.path_values.at(1));
  if (!number || !webhooks->retry(call.path_values.at(0), *number)) return not_found();
  return status_response(context, *webhooks, call.path_values.at(0));
}

Answered<Response> pause_webhook(Context& context, const Call& call) { return set_paused(context, call, true); }
Answered<Response> resume_webhook(Context& context, const Call& call) { return set_paused(context, call, false); }

}  // namespace hansard::api::handlers
