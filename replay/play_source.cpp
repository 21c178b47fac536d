#include "replay/play_source.h"

#include <algorithm>
#include <utility>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "engine/base/clock.h"
#include "engine/base/json.h"
#include "engine/base/position_text.h"
#include "engine/event_json.h"
#include "engine/event_scan.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Position;
using base::Result;

namespace {
constexpr std::chrono::seconds kPatience{120};

Result<Position> position_of(const std::string& text, std::uint32_t epoch, Position otherwise) {
  if (text.empty()) return otherwise;
  const auto position = base::parse_position(text);
  if (!position) return base::error(ErrorCode::malformed, "'" + text + "' is not a position.");
  if (position->position && position->epoch != epoch) {
    return base::error(ErrorCode::malformed, "Position " + text + " is of another epoch than the log.");
  }
  return position->position;
}

class FolderSource final : public PlaySource {
 public:
  FolderSource(std::unique_ptr<engine::Engine> engine, engine::EventFilter filter, Position from, Position through)
      : engine_(std::move(engine)), from_(from), through_(through), scan_(*engine_, std::move(filter), from, through) {}

  Result<Batch> next() override {
    Batch batch;
    const auto sink = [&](const engine::EventPtr& event) {
      const auto about = engine::conversation_of_event(*event);
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
  ServerSource(Server server, const PlayRange& range)
      : client_(std::move(server.endpoint), std::move(server.token), kPatience), cursor_(range.from) {
    if (!range.types.empty()) query_ += "&types=" + range.types;
    if (range.filter.conversation) query_ += "&conversation_id=" + base::to_text(*range.filter.conversation);
    if (range.filter.actor) query_ += "&actor=" + percent_encoded(range.filter.actor->value);
    if (!range.to.empty()) query_ += "&to=" + range.to;
  }

  Result<Batch> next() override {
    ApiRequest request;
    request.target = "/api/v1/events?limit=200" + query_ + (cursor_.empty() ? "" : "&from=" + cursor_);
    TRY(auto response, client_.send(request));
    auto page = parser_.parse(response.body);
    if (response.status != 200 || !page) return refusal(response);
    Batch batch;
    for (const auto& item : page.value().member("items").items()) batch.events.push_back(played_of(item));
    batch.position = cursor_ = text_of(page.value().member("position"));
    batch.has_ended = !page.value().member("next").string();
    batch.share = batch.has_ended ? 1 : 0;
    return batch;
  }

 private:
  Result<Batch> refusal(const ApiResponse& response) {
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
  const auto durable = engine->durable();
  TRY(auto from, position_of(range.from, engine->epoch(), {}));
  TRY(auto through, position_of(range.to, engine->epoch(), durable));
  through = std::max(from, std::min(through, durable));
  return std::unique_ptr<PlaySource>(new FolderSource(std::move(engine), range.filter, from, through));
}

Result<std::unique_ptr<PlaySource>> play_from_server(const ServerOptions& options, const PlayRange& range) {
  TRY(auto server, server_of(options));
  return std::unique_ptr<PlaySource>(new ServerSource(std::move(server), range));
}

}  // namespace hansard::replay
