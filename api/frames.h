// Client frames of API.md section 5: parsing their envelope and their data into commands, and answering them. HTTP
// handlers build their commands from the same functions (command_json.h), so both doors mean the same.
//
// Thread: the parser's, an io thread; what takes no parser, any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/json.h"
#include "api/limits.h"
#include "api/problem.h"
#include "engine/base/clock.h"
#include "engine/domain/commands.h"

namespace hansard::api {

struct ClientFrame {
  std::string type;
  std::string id_json;  // the frame's id as JSON text, to echo; "" for none. A string of 1-64 bytes or an integer
  std::string key;      // idempotency key; "" for none
  std::optional<domain::UserId> act_as;
  JsonValue data;  // lives until the parser's next parse
};

// 1 to limits.idempotency_key_bytes_max visible ASCII characters: of `key` and of Idempotency-Key.
bool is_idempotency_key(std::string_view key, const Limits& limits);

// Error: malformed, with the frame's id still echoed when it could be read (`id_json`).
Answered<ClientFrame> parse_frame(JsonParser& parser, std::string_view text, const Limits& limits,
                                  std::string& id_json);

// message.send, message.edit, message.delete, message.read, message.delivered ...: frames that are commands.
bool is_command(std::string_view frame_type);
// Nothing for a type that is not a command. A type nobody knows is a malformed problem of the session's.
std::optional<Answered<domain::Command>> command_of_frame(const ClientFrame& frame, const domain::Caller& caller,
                                                          const Limits& limits, base::UuidSource& uuids);

// {"type":"ack","re":id,"data":{...}}: `data` is the HTTP answer's body. Without an id `re` is null.
std::string ack_frame(std::string_view id_json, std::string_view data);
std::string error_frame(std::string_view id_json, const Problem& problem, std::string_view request_id);

}  // namespace hansard::api
