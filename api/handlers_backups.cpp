#include <string>

#include "api/handlers_common.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/render_parts.h"
#include "api/short_page.h"
#include "engine/backup/backups.h"

namespace hansard::api::handlers {

namespace {
constexpr std::string_view kStates[] = {"running", "done", "failed"};

// What an administrator may ask; 404 where nothing keeps backups.
Answered<backup::Backups*> backups_of(Context& context, const Call& call) {
  if (!call.caller.admin) return forbidden("Backups need the scope `admin`.");
  if (context.backups == nullptr) return not_found();
  return context.backups;
}

void append_status(std::string& body, const backup::BackupStatus& status) {
  const backup::BackupManifest& manifest = status.manifest;
  const bool is_done = status.state == backup::BackupState::done;
  body += "{\"name\":";
  append_json_string(body, manifest.name);
  body.append(",\"state\":\"").append(kStates[static_cast<std::size_t>(status.state)]).append("\",\"position\":");
  if (is_done) {
    append_quoted_position(body, manifest.epoch, manifest.position);
  } else {
    body += "null";
  }
  body += ",\"events\":";
  append_json_number(body, manifest.position.value);
  body += ",\"attachments\":";
  append_json_number(body, manifest.attachments);
  body += ",\"bytes\":";
  append_json_number(body, manifest.bytes);
  body += ",\"created_at\":";
  append_text_or_null(body, manifest.created_at);
  body += ",\"problem\":";
  append_text_or_null(body, status.problem);
  body += '}';
}

Problem problem_of_start(const base::Error& error) {
  if (error.code == base::ErrorCode::malformed) return malformed(error.detail);
  if (error.code == base::ErrorCode::in_use) return {409, "conflict", error.detail};
  if (error.code == base::ErrorCode::refused) return {422, "not_supported", error.detail};
  return problem_of(error);
}

Answered<std::string> name_of_body(const Context& context, const Call& call) {
  if (call.request.body.empty()) return std::string();
  TRY(auto body, json_body(context, call));
  Fields fields(body);
  const auto name = fields.text("name");
  if (fields.problem()) return *fields.problem();
  return name.value_or("");
}
}  // namespace

Answered<Response> create_backup(Context& context, const Call& call) {
  TRY(auto* backups, backups_of(context, call));
  TRY(auto name, name_of_body(context, call));
  auto started = backups->start(name);
  if (!started) return problem_of_start(started.error());
  std::string body;
  append_status(body, started.value());
  Response response = json_response(std::move(body));
  response.status = 202;
  return response;
}

Answered<Response> list_backups(Context& context, const Call& call) {
  TRY(auto* backups, backups_of(context, call));
  TRY(auto page, ShortPage::of(context, call, "backups"));
  const auto name_of = [](const backup::BackupStatus& status) { return status.manifest.name; };
  return page.answer(backups->list(), name_of,
                     [&](std::string& body, const auto& status) { append_status(body, status); });
}

Answered<Response> get_backup(Context& context, const Call& call) {
  TRY(auto* backups, backups_of(context, call));
  const auto status = backups->find(call.path_values.at(0));
  if (!status) return not_found();
  std::string body;
  append_status(body, *status);
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
