// A server without sockets: the real engine and views in a temporary folder behind handle_request, and verbs for what
// tests do with it. Tokens are the words "user scope scope ...". The clock is manual.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/http_types.h"
#include "api/json.h"
#include "api/limits.h"
#include "api/presence.h"
#include "tests/support/manual_clock.h"

namespace hansard::api {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A response with its body parsed where it is JSON.
struct Reply {
  explicit Reply(Response response);
  int status = 0;
  std::string text;
  JsonValue json;
  std::string header(std::string_view name) const;  // "" for none
  std::string code() const { return word("code"); }
  std::string word(std::string_view member) const;  // of a string member; "" for none
  std::int64_t number(std::string_view member) const;
  std::vector<std::string> contents() const;  // of a page of messages
  std::vector<JsonValue> items() const { return json.member("items").items(); }

 private:
  Headers headers_;
  std::unique_ptr<JsonParser> parser_;
};

class House {
 public:
  House();
  ~House();
  // `who` is the token; "" for none. `target` is the path with its query, below /api/v1 where it begins with neither
  // that nor a root route.
  Reply ask(const std::string& method, const std::string& target, const std::string& who, const std::string& body = "",
            Headers headers = {});
  Reply get(const std::string& target, const std::string& who) { return ask("GET", target, who); }
  Reply post(const std::string& target, const std::string& who, const std::string& body = "", Headers headers = {}) {
    return ask("POST", target, who, body, std::move(headers));
  }
  // A group of `owner` and the others; its id.
  std::string group(const std::string& owner, const std::vector<std::string>& others, const std::string& settings = "");
  // Sends; the message's id.
  std::string send(const std::string& conversation, const std::string& who, const std::string& content);

  // From here on; without it no rate is limited.
  void limit_rates(const RateLimits& rates);
  // The address requests come from, until the next call.
  void come_from(const std::string& peer);

  // In how many slices of the io thread the last request was answered.
  std::size_t slices() const;

  PresenceBoard& presence();
  Limits& limits();
  support::ManualClock& clock();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hansard::api
