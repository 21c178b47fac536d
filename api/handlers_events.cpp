#include <algorithm>
#include <string>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/audited_read.h"
#include "api/consumer_seat.h"
#include "api/event_request.h"
#include "api/event_stream.h"
#include "api/handlers_common.h"
#include "api/position_text.h"
#include "engine/event_json.h"

namespace hansard::api::handlers {

namespace {
using base::Position;
using engine::EventScan;

constexpr std::size_t kPageBytesMax = 4u << 20;

bool wants_stream(const Request& request) {
  const auto accept = request.header("accept");
  return accept && accept->find("text/event-stream") != std::string_view::npos;
}

struct Page {
  std::string body = "{\"items\":[";
  std::size_t items = 0;
  Position position;
  bool has_more = false;
};

// At most `limit` events and `limits.events_page_scan_max` looked at: what nothing matches in is a page with a cursor.
asio::awaitable<Answered<Page>> read_page(Context& context, EventScan scan, std::size_t limit) {
  Page page;
  const Position before = scan.scanned();
  const auto sink = [&](const engine::EventPtr& event) {
    if (page.items++ > 0) page.body += ',';
    page.body += *context.event_tail->text_of(event);
    return page.items < limit && page.body.size() < kPageBytesMax;
  };
  const EventScan::Sink give = sink;
  for (;;) {
    auto step = scan.step(give);
    if (!step) co_return problem_of(step.error());
    page.has_more = step.value() == EventScan::Step::more;
    const bool is_full = page.items >= limit || page.body.size() >= kPageBytesMax;
    const bool is_long = scan.scanned().value - before.value >= context.limits.events_page_scan_max;
    if (!page.has_more || is_full || is_long) break;
    co_await asio::post(context.io, asio::use_awaitable);  // others have their turn
  }
  page.position = scan.scanned();
  co_return page;
}

Response page_response(const Context& context, Page page, std::uint64_t lease) {
  const auto position = position_text(context.engine.epoch(), page.position);
  end_page(page.body, page.has_more ? position : "");
  page.body.back() = ',';
  page.body.append("\"position\":\"").append(position).append("\"");
  if (lease != 0) page.body.append(",\"lease\":").append(std::to_string(lease));
  page.body += '}';
  auto response = json_response(std::move(page.body));
  response.headers.emplace_back("Hansard-Position", position);
  return response;
}

// Whose place in the log is asked for: the caller's own words, or a consumer's.
struct Source {
  EventRequest asked;
  std::string consumer;  // "" for none
  std::uint64_t lease = 0;
};

// 0: none was given.
Answered<std::uint64_t> lease_of(const Call& call) {
  const auto text = call.params.get("lease");
  if (!text) return std::uint64_t{0};
  const std::uint64_t lease = parse_number(*text).value_or(0);
  if (lease == 0) return malformed("`lease` is not a lease");
  return lease;
}

// A poller: his lease is his as long as nobody else reads. HEAD reads nothing.
Answered<Source> source_of_consumer(Context& context, const Call& call, Source source) {
  if (context.consumers == nullptr) return not_found();
  auto& consumers = *context.consumers;
  TRY(auto lease, lease_of(call));
  auto status = consumers.status(source.consumer);
  if (!status) return not_found();
  if (lease != 0 && !consumers.holds(source.consumer, lease)) return consumer_taken();
  source.lease = lease;
  source.asked.filter = std::move(status->filter);
  source.asked.from = status->cursor;
  if (lease != 0 || call.request.is_head) return source;
  const auto place = consumers.take(source.consumer, nullptr);
  if (!place) return not_found();
  source.lease = place->lease;
  return source;
}

Answered<Source> source_of(Context& context, const Call& call) {
  Source source;
  TRY(source.asked, event_request_of(context, call));
  const auto consumer = call.params.get("consumer");
  if (!consumer) return source;
  for (const auto* other : {"from", "cursor", "types", "conversation_id", "actor"}) {
    if (call.params.has(other)) return malformed("`consumer` says where to begin and what to leave out");
  }
  source.consumer = *consumer;
  if (wants_stream(call.request) && !call.request.is_head) return source;
  return source_of_consumer(context, call, std::move(source));
}

std::optional<AuditedRead> read_of(const Call& call, const engine::EventFilter& filter) {
  if (!call.caller.audit) return std::nullopt;
  return audited(call, events_read(filter));
}

Answered<Response> stream_response(Context& context, const Call& call, Source source) {
  auto place = context.event_streams->take(call.caller.subject, context.limits.event_streams_per_user_max);
  if (!place) return Problem{429, "too_many_streams", "This user follows the log often enough.", 1, {}, {}};
  auto target = std::make_shared<std::weak_ptr<EventStream>>();
  std::unique_ptr<ConsumerSeat> seat;
  if (!source.consumer.empty() && !call.request.is_head) {
    auto look = [target] {
      if (auto stream = target->lock()) stream->look();
    };
    BOOST_OUTCOME_TRY(seat, ConsumerSeat::take(context, source.consumer, std::move(look)));
    source.asked.filter = seat->place().filter;
    source.asked.from = seat->place().cursor;
  }
  auto read = read_of(call, source.asked.filter);
  EventScan scan(context.engine, std::move(source.asked.filter), source.asked.from, source.asked.through);
  auto stream = std::make_shared<EventStream>(context, std::move(scan), call.token_expires, std::move(place));
  *target = stream;
  if (seat) stream->read_for(std::move(seat));
  Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.headers.emplace_back("X-Accel-Buffering", "no");  // for proxies that would hold it back
  response.stream = std::move(stream);
  response.audited = std::move(read);
  return response;
}
}  // namespace

asio::awaitable<Answered<Response>> events(Context& context, const Call& call) {
  if (auto allowed = may_read_events(call.caller); !allowed) co_return std::move(allowed).error();
  auto limit = page_limit(call.params, context.limits);
  if (!limit) co_return std::move(limit).error();
  auto source = source_of(context, call);
  if (!source) co_return std::move(source).error();
  auto& asked = source.value().asked;
  if (wants_stream(call.request)) co_return stream_response(context, call, std::move(source).value());
  auto read = read_of(call, asked.filter);
  EventScan scan(context.engine, std::move(asked.filter), asked.from, asked.through);
  auto page = co_await read_page(context, std::move(scan), limit.value());
  if (!page) co_return std::move(page).error();
  Response response = page_response(context, std::move(page).value(), source.value().lease);
  response.audited = std::move(read);
  co_return response;
}

}  // namespace hansard::api::handlers
