#include "replay/play_source.h"

#include <algorithm>
#include <utility>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "engine/base/clock.h"
#include "engine/base/given_position.h"
#include "engine/base/json.h"
#include "engine/base/position_text.h"
#include "engine/event_json.h"
#include "engine/event_scan.h"
#include "engine/event_subject.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Position;
using base::Result;

namespace {
base::Error malformed(std::string sentence) { return base::error(ErrorCode::malformed, std::move(sentence)); }

Result<Position> position_of(const std::string& text, std::uint32_t epoch, Position otherwise) {
  if (text.empty()) return otherwise;
  const auto given = base::parse_given_position(text);
  if (!given) return malformed("'" + text + "' is not a position: give a number, or the 16 digits of the API.");
  if (!given->position) return Position{};
  return base::position_in(*given, epoch);
}

// Of a log that ends at `end`.
struct Stretch {
  Position from, through;
};
Result<Stretch> stretch_of(const PlayRange& range, std::uint32_t epoch, Position end) {
  TRY(auto from, position_of(range.from, epoch, {}));
  if (from > end) {
    return malformed("--from, or the place that the cursor keeps, is above the end of the log, " +
                     std::to_string(end.value) + ": this is another log, or an older state of it.");
  }
  TRY(auto through, position_of(range.to, epoch, end));
  if (!range.to.empty() && from > through) {
    return malformed("--to is before --from, or before the place that the cursor keeps: there is nothing between.");
  }
  return Stretch{from, std::max(from, std::min(through, end))};
}

class FolderSource final : public PlaySource {
 public:
  FolderSource(std::unique_ptr<engine::Engine> engine, engine::EventFilter filter, Position from, Position through)
      : engine_(std::move(engine)), from_(from), through_(through), scan_(*engine_, std::move(filter), from, through) {}

  Result<Batch> next() override {
    Batch batch;
    const auto sink = [&](const engine::EventPtr& event) {
      const auto about = engine::subject_of(*event).conversation;
      PlayedEvent played{base::position_text(engine_->epoch(), event->position),
                         base::to_text(about ? base::stream_of(*about) : event->stream),
                         event->time,
                         {}};
      engine::append_event_json(played.json, *event, engine_->epoch());
      batch.events.push_back(std::move(played));
      return true;
    };
    TRY(auto step, scan_.step(sink));
    batch.has_ended = step != engine::EventScan::Step::more;
    batch.position = base::position_text(engine_->epoch(), scan_.scanned());
    const auto way = static_cast<double>(through_.value - from_.value);
    batch.share = way <= 0 ? 1 : static_cast<double>(scan_.scanned().value - from_.value) / way;
    return batch;
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
  const Position from_, through_;
  engine::EventScan scan_;
};

std::string percent_encoded(std::string_view text) {
  return boost::urls::encode(boost::core::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

std::string text_of(const base::JsonValue& value) { return std::string(value.string().value_or("")); }

class ServerSource final : public PlaySource {
 public:
  ServerSource(Server server, const PlayRange& range, ClientOptions client)
      : client_(std::move(server.endpoint), std::move(server.token), std::move(client)) {
    if (!range.types.empty()) query_ += "&types=" + range.types;
    if (range.filter.conversation) query_ += "&conversation_id=" + base::to_text(*range.filter.conversation);
    if (range.filter.actor) query_ += "&actor=" + percent_encoded(range.filter.actor->value);
  }

  // A plain position is one of the epoch that the server is in, which is asked for where positions are given.
  Result<void> open(const PlayRange& range) {
    if (range.from.empty() && range.to.empty()) return base::success();
    TRY(auto page, get("from=now&limit=1"));
    const auto now = base::parse_position(text_of(page.member("position")));
    if (!now) return base::error(ErrorCode::corrupt, "The server does not say where its log ends.");
    TRY(const auto stretch, stretch_of(range, now->epoch, now->position));
    if (!range.from.empty() && stretch.from) cursor_ = base::position_text(now->epoch, stretch.from);
    if (!range.to.empty()) query_ += "&to=" + base::position_text(now->epoch, stretch.through);
    return base::success();
  }

  Result<Batch> next() override {
    TRY(auto page, get("limit=200" + query_ + (cursor_.empty() ? "" : "&from=" + cursor_)));
    Batch batch;
    for (const auto& item : page.member("items").items()) batch.events.push_back(played_of(item));
    batch.position = cursor_ = text_of(page.member("position"));
    batch.has_ended = !page.member("next").string();
    batch.share = batch.has_ended ? 1 : 0;
    return batch;
  }

 private:
  // Valid until the next one.
  Result<base::JsonValue> get(const std::string& query) {
    ApiRequest request;
    request.target = "/api/v1/events?" + query;
    TRY(auto response, client_.send(request));
    auto page = parser_.parse(response.body);
    if (response.status != 200 || !page) return refusal(response);
    return page.value();
  }

  base::Error refusal(const ApiResponse& response) {
    const auto problem = parser_.parse(response.body);
    const auto detail = problem ? text_of(problem.value().member("detail")) : std::string();
    return base::error(ErrorCode::refused, "The server answered " + std::to_string(response.status) + ": " + detail);
  }

  static PlayedEvent played_of(const base::JsonValue& item) {
    const auto about = text_of(item.member("facts").member("conversation_id"));
    const auto time = base::parse_time(text_of(item.member("time")));
    return {text_of(item.member("position")), about.empty() ? text_of(item.member("stream")) : about,
            time.value_or(base::Timestamp{}), item.minified()};
  }

  Client client_;
  base::JsonParser parser_;
  std::string cursor_, query_;
};
}  // namespace

Result<std::unique_ptr<PlaySource>> play_from_folder(const std::string& data_folder, const PlayRange& range) {
  TRY(auto engine, engine::Engine::open_read_only(data_folder));
  TRY(const auto stretch, stretch_of(range, engine->epoch(), engine->durable()));
  return std::unique_ptr<PlaySource>(new FolderSource(std::move(engine), range.filter, stretch.from, stretch.through));
}

Result<std::unique_ptr<PlaySource>> play_from_server(const ServerOptions& options, const PlayRange& range,
                                                     ClientOptions client) {
  TRY(auto server, server_of(options, client.stop));
  auto source = std::make_unique<ServerSource>(std::move(server), range, std::move(client));
  TRY(source->open(range));
  return std::unique_ptr<PlaySource>(std::move(source));
}

}  // namespace hansard::replay
