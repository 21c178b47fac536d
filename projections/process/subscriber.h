// Who gets webhooks: one [[webhooks]] section of the configuration, checked.
//
// Thread: any; plain values.
// Limits: kSubscribersMax; each has a thread and one request under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/events.h"

namespace hansard::process {

inline constexpr std::size_t kSubscribersMax = 32;
inline constexpr std::size_t kSecretBytesMin = 32;

// As it stands in the file.
struct SubscriberOptions {
  std::string name;                        // 1 to 64 of a-z, 0-9, '-' and '_': names its progress, for ever
  std::string url;                         // https; http only to the own machine
  std::string secret_file;                 // the key of its signatures
  std::vector<std::string> types;          // "message.sent", "member.*" ... (engine/event_filter.h)
  std::vector<std::string> conversations;  // ids; empty: all
  std::string from = "now";                // or "beginning": where a new subscriber's cursor begins
  std::string ca_file;                     // certificates to trust instead of the system's; "" for the system's
  std::uint32_t timeout_ms = 10'000;       // of one attempt
  std::uint32_t max_attempts = 15;
  std::uint32_t retry_first_ms = 1'000;  // doubled by every further failure
  std::uint32_t retry_most_ms = 300'000;
};

struct Subscriber {
  std::string name;
  std::string url;
  std::string secret;
  std::vector<domain::EventType> types;
  std::vector<domain::ConversationId> conversations;
  bool from_beginning = false;
  bool is_loopback = false;  // the URL's host is this machine
  std::string ca_file;
  std::uint32_t timeout_ms = 10'000;
  std::uint32_t max_attempts = 15;
  std::uint32_t retry_first_ms = 1'000;
  std::uint32_t retry_most_ms = 300'000;

  bool wants(domain::EventType type) const;
  bool wants(const domain::RecordedEvent& event) const;
};

// The conversation an event is about; nothing for those of a user or the system alone.
std::optional<domain::ConversationId> conversation_of(const domain::EventBody& body);

// Everything but the secret, which the caller reads. `malformed` with a sentence that names the webhook.
base::Result<Subscriber> subscriber_of(const SubscriberOptions& options);
// Each one, and that they are not too many and their names differ.
base::Result<void> check_subscribers(const std::vector<SubscriberOptions>& all);

}  // namespace hansard::process
