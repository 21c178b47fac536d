#include "tests/api/handlers_fixture.h"

#include <exception>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "api/acknowledged.h"
#include "api/body_stream.h"
#include "api/completions.h"
#include "api/context.h"
#include "api/metrics.h"
#include "api/rate_limiter.h"
#include "api/router.h"
#include "api/typing.h"
#include "api/user_counts.h"
#include "engine/files/blob_store.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_folder.h"

namespace hansard::api {

namespace {
class WordTokens final : public Authenticator {
 public:
  Result<Identity> authenticate(std::string_view token, base::Timestamp) const override {
    std::istringstream words{std::string(token)};
    std::string word;
    words >> word;
    auto user = base::parse_user_id(word);
    if (!user || word == "forged") return base::error(base::ErrorCode::refused, "The signature is wrong.");
    Identity identity;
    identity.user = *user;
    while (words >> word) {
      identity.service = identity.service || word == "service";
      identity.audit = identity.audit || word == "audit";
      identity.admin = identity.admin || word == "admin";
    }
    return identity;
  }
};

// A body that has arrived, in pieces as a session gives them.
class ArrivedBody final : public BodyReader {
 public:
  explicit ArrivedBody(std::string_view body) : left_(body) {}
  asio::awaitable<Result<std::string_view>> next() override {
    auto piece = left_.substr(0, kBodyPieceBytes);
    left_.remove_prefix(piece.size());
    co_return piece;
  }

 private:
  std::string_view left_;
};

asio::awaitable<Response> handle_whole(Context& context, Request request) {
  Response response = co_await handle_request(context, std::move(request));
  std::uint64_t size = response.body_size();
  while (response.stream && response.body.size() < size) {
    auto piece = co_await response.stream->next();
    response.body += piece.value();
  }
  response.stream.reset();
  co_return response;
}

search::SearchOptions search_options(const std::string& folder) {
  search::SearchOptions options;
  options.data_folder = folder;
  options.batch_interval_ms = 1;
  return options;
}

bool is_whole_path(const std::string& target) {
  for (const char* root : {"/api", "/%", "/health", "/ready", "/metrics", "/openapi", "/asyncapi", "/ws"}) {
    if (target.starts_with(root)) return true;
  }
  return false;
}
}  // namespace

struct House::Parts {
  support::TempFolder folder;
  support::ManualClock clock;
  std::unique_ptr<engine::Engine> engine = engine::Engine::open(support::small_engine(folder.path()), clock).value();
  std::unique_ptr<projections::Views> views =
      projections::Views::open(*engine, support::small_views(folder.path())).value();
  std::unique_ptr<search::SearchView> search = search::SearchView::open(*engine, search_options(folder.path())).value();
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  WordTokens tokens;
  Limits limits;
  Metrics metrics;
  Acknowledged acknowledged;
  base::UuidSource uuids{clock};
  Completions completions{io, *engine};
  TypingBoard typing{*engine, clock, limits.typing_expiry_s};
  PresenceBoard presence{clock, std::chrono::milliseconds(limits.presence_debounce_ms)};
  std::optional<RateLimiter> rate_limiter;
  std::unique_ptr<files::BlobStore> files =
      files::BlobStore::open({folder / "files", files::IoChoice::posix, 16, 0}).value();
  UserCounts file_transfers, bodies;
  std::string peer = "192.0.2.1";
  std::size_t slices = 0;
  Context context{io, *engine, *views, tokens, limits, metrics, acknowledged, clock, uuids, completions, &typing};

  Parts() {
    context.search = search.get();
    context.files = files.get();
    context.file_transfers = &file_transfers;
    context.bodies = &bodies;
  }
  ~Parts() {
    search->stop();
    views->stop();
    engine->stop();
  }

  // The views have applied what is durable: what one user wrote another one reads.
  void settle() {
    if (!views->applied_gate().wait_for(engine->durable(), std::chrono::seconds(20))) {
      throw std::runtime_error("the views do not catch up");
    }
    if (!search->applied_gate()->wait_for(engine->durable(), std::chrono::seconds(20))) {
      throw std::runtime_error("the index does not catch up");
    }
  }

  Response answer(Request request) {
    std::optional<Response> response;
    asio::co_spawn(io, handle_whole(context, std::move(request)), [&](std::exception_ptr error, Response got) {
      if (error) std::rethrow_exception(error);
      response = std::move(got);
    });
    for (slices = 0; !response;) slices += io.run_one();
    return *std::move(response);
  }
};

House::House() : parts_(std::make_unique<Parts>()) { parts_->context.presence = &parts_->presence; }
House::~House() = default;

Reply House::ask(const std::string& method, const std::string& target, const std::string& who, const std::string& body,
                 Headers headers) {
  Request request;
  request.method = method;
  std::string whole = is_whole_path(target) ? target : "/api/v1" + target;
  auto question = whole.find('?');
  request.path = whole.substr(0, question);
  if (question != std::string::npos) request.query = whole.substr(question + 1);
  request.headers = std::move(headers);
  if (!who.empty()) request.headers.emplace_back("authorization", "Bearer " + who);
  ArrivedBody arrived(body);
  if (streams_body(method, request.path)) {
    request.stream = &arrived;
  } else {
    request.body = body;
  }
  request.peer = parts_->peer;
  parts_->settle();
  return Reply(parts_->answer(std::move(request)));
}

std::string House::group(const std::string& owner, const std::vector<std::string>& others,
                         const std::string& settings) {
  std::string body = "{\"type\":\"group\",\"members\":[";
  for (const auto& other : others) body.append(body.back() == '[' ? "\"" : ",\"").append(other).append("\"");
  body += "]" + (settings.empty() ? "" : ",\"settings\":" + settings) + "}";
  return post("/conversations", owner, body).word("id");
}

std::string House::send(const std::string& conversation, const std::string& who, const std::string& content) {
  return post("/conversations/" + conversation + "/messages", who, "{\"content\":\"" + content + "\"}").word("id");
}

void House::limit_rates(const RateLimits& rates) {
  parts_->context.rate_limiter = &parts_->rate_limiter.emplace(rates);
}

void House::come_from(const std::string& peer) { parts_->peer = peer; }

std::size_t House::slices() const { return parts_->slices; }
PresenceBoard& House::presence() { return parts_->presence; }
Limits& House::limits() { return parts_->limits; }
support::ManualClock& House::clock() { return parts_->clock; }

Reply::Reply(Response response)
    : status(response.status),
      text(std::move(response.body)),
      headers_(std::move(response.headers)),
      parser_(std::make_unique<JsonParser>()) {
  if (response.quota) {
    headers_.emplace_back("RateLimit-Limit", std::to_string(response.quota->limit));
    headers_.emplace_back("RateLimit-Remaining", std::to_string(response.quota->remaining));
    headers_.emplace_back("RateLimit-Reset", std::to_string(response.quota->reset_s));
  }
  auto parsed = parser_->parse(text);
  if (parsed) json = parsed.value();
}

std::string Reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers_) {
    if (key == name) return value;
  }
  return "";
}

std::string Reply::word(std::string_view member) const {
  return std::string(json.member(member).string().value_or(""));
}

std::int64_t Reply::number(std::string_view member) const { return json.member(member).integer().value_or(-1); }

std::vector<std::string> Reply::contents() const {
  std::vector<std::string> contents;
  for (JsonValue item : items()) contents.emplace_back(item.member("content").string().value_or("(none)"));
  return contents;
}

}  // namespace hansard::api
