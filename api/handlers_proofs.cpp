#include <string>

#include "api/audited_read.h"
#include "api/handlers_common.h"
#include "api/json.h"
#include "api/position_text.h"
#include "api/render_parts.h"
#include "api/trace.h"
#include "engine/event_subject.h"
#include "engine/proof/proofs.h"

namespace hansard::api::handlers {

namespace {
// What an auditor may ask.
Answered<const proof::Proofs*> proofs_of(const Context& context, const Call& call) {
  if (!call.caller.audit) return forbidden("Proofs need the scope `audit`.");
  if (context.proofs == nullptr) return Problem{503, "unavailable", "This server keeps no proofs.", 0};
  return context.proofs;
}

Problem problem_of_proof(const base::Error& error) {
  if (error.code == base::ErrorCode::not_found) {
    Problem problem = not_found();
    problem.detail = "Not under the last checkpoint, or not there: " + error.detail + ".";
    return problem;
  }
  trace(TraceLevel::error, "a proof cannot be made", {{"error", error.detail}});
  return problem_of(error);
}

// A position as the wire writes it, or the number of a leaf, which has no epoch.
Answered<base::Position> position_of(const Context& context, std::string_view text) {
  const auto position = parse_position(text);
  if (!position) return malformed("`position` is not a position");
  const bool is_ours = position->epoch == 0 || position->epoch == context.engine.epoch();
  if (!is_ours || !position->position) return not_found();
  return position->position;
}

Answered<std::uint64_t> size_param(const Call& call, std::string_view name, std::uint64_t most,
                                   std::string_view most_name = "the last checkpoint") {
  const auto text = call.params.get(name);
  const auto size = text ? parse_number(*text) : std::optional(most);
  if (!size) return malformed("`" + std::string(name) + "` is a number of leaves");
  if (*size > most) {
    return malformed("`" + std::string(name) + "` is beyond " + std::string(most_name) + ", " + std::to_string(most));
  }
  return *size;
}

// Of a proof that shows what was written, not only hashes.
Answered<Response> shown_event(Context& context, const Call& call, base::Position position, std::string body) {
  auto event = context.engine.get(position);
  if (!event) return problem_of(event.error());
  auto subject = engine::subject_of(*event.value());
  return on_record(json_response(std::move(body)), call, {"proof.read", subject.conversation, subject.message, {}, {}});
}

Response text_response(std::string text) {
  Response response = json_response(std::move(text));
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

}  // namespace

Answered<Response> proof_checkpoint(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  Response response = text_response(proofs->checkpoint()->note);
  return response;
}

Answered<Response> proof_key(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  return text_response(proofs->key().text() + "\n");
}

Answered<Response> proof_tile(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  const auto name = proof::parse_tile_name(call.path_values.at(0));
  if (!name) return not_found();
  auto bytes = proofs->prover().tile(*name, proofs->checkpoint()->checkpoint.size);
  if (!bytes) return problem_of_proof(bytes.error());
  Response response = json_response(std::move(bytes.value()));
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
  return response;
}

Answered<Response> proof_entry(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  TRY(auto position, position_of(context, call.path_values.at(0)));
  const std::uint64_t size = proofs->checkpoint()->checkpoint.size;
  if (position.value > size) return not_found();
  auto entry = proof::read_entry(*context.engine.log(), position);
  if (!entry) return problem_of_proof(entry.error());
  std::string body = "{\"position\":";
  append_quoted_position(body, context.engine.epoch(), position);
  body += ',';
  proof::append_entry(body, entry.value());
  return shown_event(context, call, position, body + "}");
}

Answered<Response> proof_event(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  TRY(auto position, position_of(context, call.path_values.at(0)));
  const auto last = proofs->checkpoint();
  auto made = proofs->prover().event(position, last->checkpoint, last->note);
  if (!made) return problem_of_proof(made.error());
  return shown_event(context, call, position, proof::proof_json(made.value()));
}

Answered<Response> proof_inclusion(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  TRY(auto position, position_of(context, call.params.get("position").value_or("")));
  TRY(auto size, size_param(call, "size", proofs->checkpoint()->checkpoint.size));
  if (position.value > size) return malformed("`position` is beyond `size`, " + std::to_string(size));
  auto path = proofs->prover().inclusion(position.value - 1, size);
  if (!path) return problem_of_proof(path.error());
  std::string body = "{\"position\":";
  append_quoted_position(body, context.engine.epoch(), position);
  body += ",\"index\":" + std::to_string(position.value - 1) + ",\"size\":" + std::to_string(size) + ",\"path\":";
  proof::append_path(body, path.value());
  return json_response(body + "}");
}

Answered<Response> proof_consistency(Context& context, const Call& call) {
  TRY(const auto* proofs, proofs_of(context, call));
  TRY(auto to, size_param(call, "to", proofs->checkpoint()->checkpoint.size));
  if (!call.params.has("from")) return malformed("`from` is missing");
  TRY(auto from, size_param(call, "from", to, "`to`"));
  auto made = proofs->prover().consistency(from, to);
  if (!made) return problem_of_proof(made.error());
  return json_response(proof::consistency_json(made.value()));
}

}  // namespace hansard::api::handlers
