// Views for administrators: how each stands, and building one again beside the live one.
#include <algorithm>
#include <cmath>
#include <string>

#include "api/handlers_common.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/render_parts.h"
#include "api/short_page.h"
#include "projections/rebuilder.h"

namespace hansard::api::handlers {

namespace {
using projections::RebuildableView;
using projections::Rebuilder;
using projections::RebuildRequest;
using projections::RebuildState;
using projections::RebuildStatus;
using projections::ViewComparison;
using projections::ViewStatus;

// A name for all of them. Search folds its own index, of which no earlier one is kept.
constexpr std::string_view kAll = "all", kSearch = "search";
constexpr char kNoEarlier[] = "no earlier index of search is kept: rebuild it instead";

Answered<Rebuilder*> rebuilder_of(Context& context, const Call& call) {
  if (!call.caller.admin) return forbidden("Views need the scope `admin`.");
  if (context.views.rebuilder() == nullptr) return not_found();
  return context.views.rebuilder();
}

Problem problem_of_order(const base::Error& error) {
  if (error.code == base::ErrorCode::not_found) return not_found();
  if (error.code == base::ErrorCode::refused) return {409, "conflict", error.detail, 0, {}};
  return problem_of(error);
}

void append_member(std::string& body, std::string_view name, std::string_view text) {
  body.append(",\"").append(name).append("\":");
  append_json_string(body, text);
}
void append_member(std::string& body, std::string_view name, std::uint64_t number) {
  body.append(",\"").append(name).append("\":");
  append_json_number(body, number);
}

void append_comparison(std::string& body, const ViewComparison& comparison, std::uint32_t epoch) {
  body += "{\"position\":";
  append_quoted_position(body, epoch, comparison.at);
  body += ",\"equal\":";
  append_bool(body, comparison.is_equal());
  append_member(body, "rows", comparison.rows);
  append_member(body, "differing", comparison.differing);
  append_member(body, "live_digest", comparison.live_digest);
  append_member(body, "rebuilt_digest", comparison.rebuilt_digest);
  body += ",\"first_difference\":";
  if (const auto& first = comparison.first) {
    body += "{\"table\":";
    append_json_string(body, first->table);
    append_member(body, "key", first->key);
    append_member(body, "live", first->live);
    append_member(body, "rebuilt", first->rebuilt);
    body += "}}";
  } else {
    body += "null}";
  }
}

void append_rebuild(std::string& body, const RebuildStatus& rebuild, std::uint32_t epoch) {
  body += "{\"state\":";
  append_json_string(body, state_name(rebuild.state));
  body += ",\"compare_only\":";
  append_bool(body, rebuild.compare_only);
  body += ",\"position\":";
  append_quoted_position(body, epoch, rebuild.position);
  body += ",\"of\":";
  append_quoted_position(body, epoch, rebuild.of);
  append_member(body, "events", rebuild.position.value);
  append_member(body, "events_of", rebuild.of.value);
  append_member(body, "rate", static_cast<std::uint64_t>(rebuild.events_per_s));
  body += ",\"remaining_s\":";
  if (rebuild.remaining_s) {
    append_json_number(body, static_cast<std::uint64_t>(std::ceil(*rebuild.remaining_s)));
  } else {
    body += "null";
  }
  body += ",\"why\":";
  append_text_or_null(body, rebuild.why);
  body += ",\"comparison\":";
  if (rebuild.comparison) {
    append_comparison(body, *rebuild.comparison, epoch);
  } else {
    body += "null";
  }
  body += '}';
}

void append_view(std::string& body, const ViewStatus& status, const RebuildableView* rebuildable,
                 const std::optional<RebuildStatus>& rebuild, std::uint32_t epoch) {
  body += "{\"name\":";
  append_json_string(body, status.name);
  body += ",\"applied\":";
  append_quoted_position(body, epoch, status.applied);
  append_member(body, "digest", status.digest);
  append_member(body, "unknown_events", status.unknown_events);
  body += ",\"stopped\":";
  append_text_or_null(body, status.stopped.value_or(""));
  body += ",\"rebuilding\":";
  append_text_or_null(body, status.rebuilding.value_or(""));
  body += ",\"folder\":";
  append_text_or_null(body, rebuildable ? rebuildable->folders.current.text() : "");
  body += ",\"previous\":";
  bool has_previous = rebuildable && rebuildable->folders.previous;
  append_text_or_null(body, has_previous ? rebuildable->folders.previous->text() : "");
  body += ",\"rebuild\":";
  if (rebuild) {
    append_rebuild(body, *rebuild, epoch);
  } else {
    body += "null";
  }
  body += '}';
}

// Those named, or all.
std::string items_of(const Context& context, const Rebuilder& rebuilder, std::string_view name) {
  std::string body;
  auto rebuildable = rebuilder.views();
  for (const ViewStatus& status : context.view_status()) {
    if (name != kAll && name != status.name) continue;
    auto known = std::find_if(rebuildable.begin(), rebuildable.end(),
                              [&](const RebuildableView& view) { return view.name == status.name; });
    if (!body.empty()) body += ',';
    bool is_ours = known != rebuildable.end();
    auto rebuild = is_ours ? known->rebuild : context.search->rebuild_status();
    append_view(body, status, is_ours ? &*known : nullptr, rebuild, context.engine.epoch());
  }
  return body;
}

Answered<Response> page_of(const Context& context, const Rebuilder& rebuilder) {
  std::string body = "{\"items\":[" + items_of(context, rebuilder, kAll);
  end_page(body, "");
  return json_response(std::move(body));
}

Answered<Response> view_of(const Context& context, const Rebuilder& rebuilder, std::string_view name) {
  if (name == kAll) return page_of(context, rebuilder);
  std::string body = items_of(context, rebuilder, name);
  if (body.empty()) return not_found();
  return json_response(std::move(body));
}

Answered<RebuildRequest> request_of(const Context& context, const Call& call, const Rebuilder& rebuilder) {
  RebuildRequest request;
  if (!call.request.body.empty()) {
    TRY(auto body, json_body(context, call));
    Fields fields(body);
    request.compare_only = fields.flag("compare_only").value_or(false);
    std::string swap = fields.text("swap").value_or("auto");
    if (swap != "auto" && swap != "manual") fields.wrong("swap", "`auto` or `manual`");
    if (fields.problem()) return *fields.problem();
    request.swap = swap == "auto";
  }
  const std::string& name = call.path_values.at(0);
  for (const RebuildableView& view : rebuilder.views()) {
    if (name == kAll || name == view.name) request.views.push_back(view.name);
  }
  if (request.views.empty() && (name != kSearch || context.search == nullptr)) return not_found();
  return request;
}

Answered<bool> is_forced(const Context& context, const Call& call) {
  if (call.request.body.empty()) return false;
  TRY(auto body, json_body(context, call));
  Fields fields(body);
  bool force = fields.flag("force").value_or(false);
  if (fields.problem()) return *fields.problem();
  return force;
}

using Given = base::Result<void>;

// The order goes to who folds the view of that name.
template <class ToViews, class ToSearch>
Answered<Response> order(Context& context, const Call& call, const ToViews& to_views, const ToSearch& to_search) {
  TRY(auto* rebuilder, rebuilder_of(context, call));
  const std::string& name = call.path_values.at(0);
  bool is_search = name == kSearch && context.search != nullptr;
  Given given = is_search ? to_search(*context.search) : to_views(*rebuilder, name);
  if (!given) return problem_of_order(given.error());
  return view_of(context, *rebuilder, name);
}

Given no_earlier(search::SearchView&) { return base::error(base::ErrorCode::refused, kNoEarlier); }
}  // namespace

Answered<Response> list_views(Context& context, const Call& call) {
  TRY(auto* rebuilder, rebuilder_of(context, call));
  TRY(auto page, ShortPage::of(context, call, "views"));
  return page.answer(context.view_status(), &ViewStatus::name, [&](std::string& body, const ViewStatus& status) {
    body += items_of(context, *rebuilder, status.name);
  });
}

Answered<Response> get_view(Context& context, const Call& call) {
  TRY(auto* rebuilder, rebuilder_of(context, call));
  return view_of(context, *rebuilder, call.path_values.at(0));
}

Answered<Response> rebuild_view(Context& context, const Call& call) {
  TRY(auto* rebuilder, rebuilder_of(context, call));
  TRY(auto request, request_of(context, call, *rebuilder));
  bool has_search = context.search != nullptr && (call.path_values.at(0) == kAll || call.path_values.at(0) == kSearch);
  // All or none, and one that is refused changes nothing.
  auto started = has_search ? context.search->may_rebuild() : base::success();
  if (started && !request.views.empty()) started = rebuilder->start(request);
  if (started && has_search) {
    started = context.search->rebuild(request);
    // Another order came in between.
    for (const auto& view : request.views) {
      if (!started) (void)rebuilder->cancel(view);
    }
  }
  if (!started) return problem_of_order(started.error());
  return view_of(context, *rebuilder, call.path_values.at(0));
}

Answered<Response> swap_view(Context& context, const Call& call) {
  TRY(rebuilder_of(context, call));
  TRY(bool force, is_forced(context, call));
  return order(
      context, call, [force](Rebuilder& rebuilder, const std::string& name) { return rebuilder.swap(name, force); },
      [force](search::SearchView& search) { return search.swap(force); });
}

Answered<Response> roll_view_back(Context& context, const Call& call) {
  return order(
      context, call, [](Rebuilder& rebuilder, const std::string& name) { return rebuilder.roll_back(name); },
      no_earlier);
}

Answered<Response> cancel_rebuild(Context& context, const Call& call) {
  return order(
      context, call, [](Rebuilder& rebuilder, const std::string& name) { return rebuilder.cancel(name); },
      [](search::SearchView& search) { return search.cancel(); });
}

Answered<Response> drop_view(Context& context, const Call& call) {
  return order(
      context, call, [](Rebuilder& rebuilder, const std::string& name) { return rebuilder.drop(name); }, no_earlier);
}

}  // namespace hansard::api::handlers
