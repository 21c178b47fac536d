#include "projections/process/subscriber.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "engine/event_filter.h"
#include "projections/process/post_url.h"
#include "projections/process/progress_name.h"

namespace hansard::process {

using base::ErrorCode;
using base::Result;

namespace {

base::Error wrong(const SubscriberOptions& options, const std::string& what) {
  return base::error(ErrorCode::malformed, "webhook '" + options.name + "': " + what);
}

Result<bool> check_url(const SubscriberOptions& options) {
  const auto url = post_url_of(options.url);
  if (!url) return wrong(options, "the url is not https://HOST/PATH");
  if (!url->is_https && !url->is_loopback) return wrong(options, "the url must be https; http is for 127.0.0.1 only");
  return url->is_loopback;
}

Result<std::vector<domain::EventType>> types_of(const SubscriberOptions& options) {
  std::vector<domain::EventType> types;
  for (const auto& name : options.types) {
    const auto added = engine::add_event_types(name, types);
    if (!added) return wrong(options, added.error().detail);
  }
  if (types.empty()) return wrong(options, "types names no event type");
  return types;
}

Result<std::vector<domain::ConversationId>> conversations_of(const SubscriberOptions& options) {
  std::vector<domain::ConversationId> ids;
  for (const auto& text : options.conversations) {
    const auto id = base::parse_id<domain::ConversationId>(text);
    if (!id) return wrong(options, "'" + text + "' is not a conversation id");
    ids.push_back(*id);
  }
  return ids;
}
}  // namespace

std::optional<domain::ConversationId> conversation_of(const domain::EventBody& body) {
  return std::visit(
      [](const auto& event) -> std::optional<domain::ConversationId> {
        if constexpr (requires { event.facts.conversation; }) {
          return event.facts.conversation;
        } else if constexpr (requires { event.conversation; }) {
          return event.conversation;
        } else {
          return std::nullopt;
        }
      },
      body);
}

bool Subscriber::wants(domain::EventType type) const {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool Subscriber::wants(const domain::RecordedEvent& event) const {
  if (!event.body || !wants(domain::type_of(*event.body))) return false;
  if (conversations.empty()) return true;
  const auto about = conversation_of(*event.body);
  return about && std::find(conversations.begin(), conversations.end(), *about) != conversations.end();
}

Result<Subscriber> subscriber_of(const SubscriberOptions& options) {
  if (!is_progress_name(options.name)) return wrong(options, "the name is not 1 to 64 of a-z, 0-9, '-' and '_'");
  if (options.secret_file.empty()) return wrong(options, "secret_file is missing");
  if (options.from != "now" && options.from != "beginning")
    return wrong(options, "from is not \"now\" or \"beginning\"");
  if (options.retry_first_ms > options.retry_most_ms) return wrong(options, "retry_first_ms is above retry_most_ms");
  Subscriber subscriber;
  TRY(auto local, check_url(options));
  TRY(auto types, types_of(options));
  TRY(auto conversations, conversations_of(options));
  subscriber.name = options.name;
  subscriber.url = options.url;
  subscriber.types = std::move(types);
  subscriber.conversations = std::move(conversations);
  subscriber.from_beginning = options.from == "beginning";
  subscriber.is_loopback = local;
  subscriber.ca_file = options.ca_file;
  subscriber.timeout_ms = options.timeout_ms;
  subscriber.max_attempts = options.max_attempts;
  subscriber.retry_first_ms = options.retry_first_ms;
  subscriber.retry_most_ms = options.retry_most_ms;
  return subscriber;
}

Result<void> check_subscribers(const std::vector<SubscriberOptions>& all) {
  if (all.size() > kSubscribersMax) {
    return base::error(ErrorCode::malformed, "there are more than " + std::to_string(kSubscribersMax) + " webhooks");
  }
  std::set<std::string_view> names;
  for (const auto& options : all) {
    TRY(subscriber_of(options));
    if (!names.insert(options.name).second) return wrong(options, "the name is there twice");
  }
  return base::success();
}

}  // namespace hansard::process
