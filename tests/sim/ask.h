// What a simulated client asks of the server, as a frame or as a request, and what may come back.
//
// Thread: any; plain functions and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/http_types.h"
#include "engine/base/json.h"
#include "tests/sim/chance.h"
#include "tests/sim/model.h"

namespace hansard::sim {

enum class AskKind : std::uint8_t {
  create,
  send,
  edit,
  erase_for_all,  // message.delete
  read,
  deliver,
  react,
  unreact,
  add_member,
  remove_member,
  mark_unread,
  archive,
  unarchive
};

struct Ask {
  AskKind kind{};
  std::string user;  // who asks
  std::string key;   // of idempotency; never used for anything else
  std::string conversation, message;
  std::string other;                  // whom it is about
  std::string text, emoji;            // text is unlike any other
  std::vector<std::string> mentions;  // of members, strangers, the author; some repeated
  std::uint64_t ordinal = 0;
  std::int64_t send_at_ms = 0;       // 0: at once
  std::vector<std::string> members;  // of a creation
  bool hides_history = false;        // of a creation
  std::uint32_t retention_s = 0;     // of a creation
};

// Something that makes sense, or nearly, given what has happened; `number` is unlike that of any other.
Ask draw_ask(Chance& chance, const Model& model, const std::string& user, const std::vector<std::string>& users,
             std::uint64_t number);
std::string describe(const Ask& ask);

// Nothing: this has no frame, only a request.
std::optional<std::string> frame_of(const Ask& ask, std::uint64_t id);
api::Request request_of(const Ask& ask);
api::Request make_request(const std::string& user, std::string method, std::string path, std::string query = "",
                          std::string body = "");
std::string draw_uuid(Chance& chance);

struct Reply {
  bool is_accepted = false;
  std::string code;  // of a refusal
  Place position = 0;
  bool has_changed = true;
  std::string message;  // its id; "" where it is not said
  std::uint64_t ordinal = 0;
  // The same may be asked again, and will be.
  bool is_for_later() const;
};
Reply reply_of(bool is_accepted, base::JsonValue body);

// Throws a Violation where the model knows better. `asked_at` is how long the log was when it was asked first.
void check_reply(const Model& model, const Ask& ask, const Reply& reply, Place asked_at);
// Repeats of it share one outcome with others of their kind (receipts within a second).
bool is_receipt(AskKind kind);

}  // namespace hansard::sim
