#include "api/route_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/handlers_past.h"

namespace hansard::api {

namespace {
using namespace handlers;

const std::array kRoutes = {
    Route{{"GET", "/health"}, OpenHandler(health)},
    Route{{"GET", "/ready"}, OpenHandler(ready)},
    Route{{"GET", "/metrics"}, OpenHandler(metrics)},
    Route{{"GET", "/openapi.json"}, OpenHandler(openapi)},
    Route{{"GET", "/asyncapi.json"}, OpenHandler(asyncapi)},

    Route{{"POST", "/api/v1/conversations"}, CommandHandler(create_conversation)},
    Route{{"GET", "/api/v1/conversations", "archived type external_id limit cursor"}, ReadHandler(list_conversations)},
    Route{{"GET", "/api/v1/conversations/{id}", "as_of user_id"}, TimedRead{get_conversation, past_conversation}},
    Route{{"PATCH", "/api/v1/conversations/{id}"}, CommandHandler(update_conversation)},
    Route{{"PUT", "/api/v1/conversations/{id}"}, CommandHandler(update_conversation)},
    Route{{"DELETE", "/api/v1/conversations/{id}"}, CommandHandler(close_conversation)},
    Route{{"GET", "/api/v1/conversations/{id}/members", "limit cursor as_of"}, TimedRead{list_members, past_members}},
    Route{{"POST", "/api/v1/conversations/{id}/members"}, CommandHandler(add_members)},
    Route{{"PATCH", "/api/v1/conversations/{id}/members/{user_id}"}, CommandHandler(change_role)},
    Route{{"DELETE", "/api/v1/conversations/{id}/members/{user_id}", "quiet"}, CommandHandler(remove_member)},
    Route{{"POST", "/api/v1/conversations/{id}/archive"}, CommandHandler(archive)},
    Route{{"POST", "/api/v1/conversations/{id}/unarchive"}, CommandHandler(unarchive)},
    Route{{"POST", "/api/v1/conversations/{id}/mute"}, CommandHandler(mute)},
    Route{{"POST", "/api/v1/conversations/{id}/unmute"}, CommandHandler(unmute)},
    Route{{"POST", "/api/v1/conversations/{id}/pin"}, CommandHandler(pin)},
    Route{{"POST", "/api/v1/conversations/{id}/unpin"}, CommandHandler(unpin)},

    Route{{"POST", "/api/v1/conversations/{id}/messages"}, CommandHandler(send_message)},
    Route{{"GET", "/api/v1/conversations/{id}/messages", "before after around thread limit cursor as_of"},
          TimedRead{history, past_history}},
    Route{{"POST", "/api/v1/messages"}, CommandHandler(send_message_anywhere)},
    Route{{"GET", "/api/v1/messages/scheduled", "limit cursor"}, ReadHandler(list_scheduled)},
    Route{{"GET", "/api/v1/messages/{id}", "as_of"}, TimedRead{get_message, past_message}},
    Route{{"PUT", "/api/v1/messages/{id}"}, CommandHandler(edit_message)},
    Route{{"PATCH", "/api/v1/messages/{id}"}, CommandHandler(edit_message)},
    Route{{"DELETE", "/api/v1/messages/{id}"}, CommandHandler(delete_message)},
    Route{{"GET", "/api/v1/messages/{id}/history", "limit cursor"}, ReadHandler(message_versions)},
    Route{{"GET", "/api/v1/messages/{id}/receipts", "limit cursor as_of"}, TimedRead{receipts, past_receipts}},
    Route{{"POST", "/api/v1/messages/{id}/reactions"}, CommandHandler(add_reaction)},
    Route{{"DELETE", "/api/v1/messages/{id}/reactions/{emoji}"}, CommandHandler(remove_reaction)},
    Route{{"POST", "/api/v1/messages/{id}/forward"}, CommandHandler(forward_message)},

    Route{{"POST", "/api/v1/files"}, UploadHandler(upload_file)},
    Route{{"GET", "/api/v1/files/{id}"}, ReadHandler(download_file)},

    Route{{"POST", "/api/v1/messages/{id}/read"}, CommandHandler(read_message)},
    Route{{"POST", "/api/v1/conversations/{id}/read"}, CommandHandler(read_conversation)},
    Route{{"POST", "/api/v1/conversations/{id}/delivered"}, CommandHandler(delivered)},
    Route{{"POST", "/api/v1/conversations/{id}/unread"}, CommandHandler(mark_unread)},
    Route{{"POST", "/api/v1/conversations/{id}/typing"}, ReadHandler(typing)},
    Route{{"GET", "/api/v1/unread", "as_of user_id"}, TimedRead{unread, past_unread}},
    Route{{"GET", "/api/v1/messages/unread/count", "as_of user_id"}, TimedRead{unread, past_unread}},
    Route{{"GET", "/api/v1/conversations/{id}/unread/explain", "as_of user_id"},
          TimedRead{explain_unread, past_explain}},

    Route{{"GET", "/api/v1/search/messages", "q sort limit cursor"}, WaitingHandler(search_messages)},

    Route{{"GET", "/api/v1/events", "from to types conversation_id actor consumer lease limit cursor"},
          WaitingHandler(events)},
    Route{{"GET", "/api/v1/consumers", "limit cursor"}, PlainHandler(list_consumers)},
    Route{{"GET", "/api/v1/consumers/{name}"}, PlainHandler(get_consumer)},
    Route{{"PUT", "/api/v1/consumers/{name}"}, PlainHandler(put_consumer)},
    Route{{"DELETE", "/api/v1/consumers/{name}"}, PlainHandler(remove_consumer)},
    Route{{"POST", "/api/v1/consumers/{name}/ack"}, PlainHandler(ack_consumer)},
    Route{{"POST", "/api/v1/admin/erasures"}, CommandHandler(request_erasure)},
    Route{{"GET", "/api/v1/admin/erasures", "limit cursor"}, ReadHandler(list_erasures)},
    Route{{"GET", "/api/v1/admin/erasures/{id}"}, ReadHandler(get_erasure)},
    Route{{"POST", "/api/v1/admin/holds"}, CommandHandler(place_hold)},
    Route{{"GET", "/api/v1/admin/holds", "limit cursor"}, ReadHandler(list_holds)},
    Route{{"DELETE", "/api/v1/admin/holds/{id}"}, CommandHandler(release_hold)},

    Route{{"GET", "/api/v1/admin/webhooks", "limit cursor"}, PlainHandler(list_webhooks)},
    Route{{"POST", "/api/v1/admin/webhooks/{name}/pause"}, PlainHandler(pause_webhook)},
    Route{{"POST", "/api/v1/admin/webhooks/{name}/resume"}, PlainHandler(resume_webhook)},
    Route{{"GET", "/api/v1/admin/webhooks/{name}/dead-letters", "limit cursor"}, PlainHandler(dead_letters)},
    Route{{"POST", "/api/v1/admin/webhooks/{name}/dead-letters/{number}/retry"}, PlainHandler(retry_dead_letter)},
    Route{{"POST", "/api/v1/admin/backups"}, PlainHandler(create_backup)},
    Route{{"GET", "/api/v1/admin/backups", "limit cursor"}, PlainHandler(list_backups)},
    Route{{"GET", "/api/v1/admin/backups/{name}"}, PlainHandler(get_backup)},

    Route{{"GET", "/api/v1/audit", "actor conversation_id message_id type from_time to_time from to limit cursor"},
          WaitingHandler(audit)},
    Route{{"GET", "/api/v1/messages/{id}/trace", "limit cursor"}, WaitingHandler(trace_message)},

    Route{{"GET", "/api/v1/admin/views", "limit cursor"}, PlainHandler(list_views)},
    Route{{"GET", "/api/v1/admin/views/{name}"}, PlainHandler(get_view)},
    Route{{"POST", "/api/v1/admin/views/{name}/rebuild"}, PlainHandler(rebuild_view)},
    Route{{"POST", "/api/v1/admin/views/{name}/swap"}, PlainHandler(swap_view)},
    Route{{"POST", "/api/v1/admin/views/{name}/rollback"}, PlainHandler(roll_view_back)},
    Route{{"POST", "/api/v1/admin/views/{name}/cancel"}, PlainHandler(cancel_rebuild)},
    Route{{"POST", "/api/v1/admin/views/{name}/drop"}, PlainHandler(drop_view)},
    Route{{"GET", "/api/v1/proofs/checkpoint"}, PlainHandler(proof_checkpoint)},
    Route{{"GET", "/api/v1/proofs/key"}, PlainHandler(proof_key)},
    Route{{"GET", "/api/v1/proofs/tile/{tile...}"}, PlainHandler(proof_tile)},
    Route{{"GET", "/api/v1/proofs/entry/{position}"}, PlainHandler(proof_entry)},
    Route{{"GET", "/api/v1/proofs/event/{position}"}, PlainHandler(proof_event)},
    Route{{"GET", "/api/v1/proofs/inclusion", "position size"}, PlainHandler(proof_inclusion)},
    Route{{"GET", "/api/v1/proofs/consistency", "from to"}, PlainHandler(proof_consistency)},

    Route{{"GET", "/api/v1/users/online", "limit cursor"}, ReadHandler(users_online)},
    Route{{"GET", "/api/v1/users/{id}"}, ReadHandler(get_profile)},
    Route{{"PUT", "/api/v1/users/{id}"}, CommandHandler(put_profile)},
    Route{{"PUT", "/api/v1/users/{id}/block"}, CommandHandler(block)},
    Route{{"DELETE", "/api/v1/users/{id}/block"}, CommandHandler(unblock)},
    Route{{"GET", "/api/v1/users/{id}/presence"}, ReadHandler(presence)},
};

using Template = std::vector<std::string>;

bool is_placeholder(std::string_view part) { return part.starts_with('{'); }
// "{name...}", the last of its template: everything that is left of the path, with its slashes.
bool is_rest(std::string_view part) { return part.ends_with("...}"); }

// All templates in pieces, parallel to kRoutes.
const std::vector<Template>& templates() {
  static const std::vector<Template> split = [] {
    std::vector<Template> parts;
    for (const Route& route : kRoutes) parts.push_back(*path_segments(route.info.path));
    return parts;
  }();
  return split;
}

// How many placeholders it took; nothing for no match.
std::optional<std::size_t> match(const Template& wanted, const std::vector<std::string>& segments) {
  const bool has_rest = is_rest(wanted.back()) && segments.size() > wanted.size();
  if (wanted.size() != segments.size() && !has_rest) return std::nullopt;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_placeholder(wanted[i]) && !segments[i].empty()) {
      ++taken;
    } else if (wanted[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return taken;
}

// The template with the fewest placeholders; nothing: no such path.
const Template* best_template(const std::vector<std::string>& segments) {
  const Template* best = nullptr;
  std::size_t fewest = 0;
  for (const Template& wanted : templates()) {
    auto taken = match(wanted, segments);
    if (!taken || (best != nullptr && *taken >= fewest)) continue;
    best = &wanted;
    fewest = *taken;
  }
  return best;
}

void note_allowed(std::string& allow, std::string_view method) {
  allow.append(method).append(method == "GET" ? ", HEAD, " : ", ");
}
}  // namespace

std::optional<RouteMatch> find_route(std::string_view method, std::vector<std::string> segments) {
  const Template* wanted = best_template(segments);
  if (wanted == nullptr) return std::nullopt;
  RouteMatch found;
  std::string_view sought = method == "HEAD" ? "GET" : method;
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    if (templates()[i] != *wanted) continue;
    note_allowed(found.allow, kRoutes[i].info.method);
    if (kRoutes[i].info.method == sought) found.route = &kRoutes[i];
  }
  found.allow += "OPTIONS";
  while (segments.size() > wanted->size()) {
    std::string last = std::move(segments.back());
    segments.pop_back();
    segments.back() += '/' + last;
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (is_placeholder((*wanted)[i])) found.path_values.push_back(std::move(segments[i]));
  }
  return found;
}

bool streams_body(std::string_view method, std::string_view path) {
  auto takes_it = [&](const Route& route) {
    if (!std::holds_alternative<UploadHandler>(route.handler) || route.info.method != method) return false;
    bool is_encoded = path.find('%') != std::string_view::npos;
    return path == route.info.path || (is_encoded && path_segments(path) == path_segments(route.info.path));
  };
  return std::any_of(kRoutes.begin(), kRoutes.end(), takes_it);
}

std::span<const RouteInfo> routes() {
  static const std::vector<RouteInfo> infos = [] {
    std::vector<RouteInfo> all;
    for (const Route& route : kRoutes) all.push_back(route.info);
    return all;
  }();
  return infos;
}

}  // namespace hansard::api
