#include "replay/erasures_file.h"

#include <fstream>
#include <functional>
#include <optional>

#include "engine/base/json.h"

namespace hansard::replay {

using base::Result;
using process::OfflineErasure;
using process::OfflineHold;

namespace {
template <class Id>
std::optional<Id> id_in(const base::JsonValue& line, std::string_view name) {
  const auto text = line.member(name).string();
  return text ? base::parse_id<Id>(*text) : std::nullopt;
}

std::optional<base::UserId> user_in(const base::JsonValue& line) {
  const auto text = line.member("user_id").string();
  return text ? base::parse_user_id(*text) : std::nullopt;
}

std::string reason_in(const base::JsonValue& line) { return std::string(line.member("reason").string().value_or("")); }

// Of a user or a conversation.
template <class Scope>
std::optional<Scope> scope_in(const base::JsonValue& line) {
  if (auto user = user_in(line)) return Scope(*std::move(user));
  if (auto id = id_in<base::ConversationId>(line, "conversation_id")) return Scope(*id);
  return std::nullopt;
}

// Nothing, too, where `id` is there and none.
std::optional<OfflineErasure> erasure_in(const base::JsonValue& line) {
  const auto message = id_in<base::MessageId>(line, "message_id");
  auto scope = message ? std::optional(domain::ErasureScope(*message)) : scope_in<domain::ErasureScope>(line);
  if (!scope) return std::nullopt;
  OfflineErasure erasure{std::nullopt, *std::move(scope), reason_in(line)};
  erasure.is_complete = line.member("state").string() == "complete";
  erasure.is_kept = !erasure.is_complete && line.member("held").integer().value_or(0) > 0;
  if (line.member("id").kind() == base::JsonValue::Kind::missing) return erasure;
  erasure.id = id_in<base::ErasureId>(line, "id");
  return erasure.id ? std::optional(std::move(erasure)) : std::nullopt;
}

// False: the line is none.
using TakeLine = std::function<bool(const base::JsonValue& line)>;

Result<void> for_each_line(const std::string& file, const std::string& what, const TakeLine& take) {
  std::ifstream in(file);
  if (!in) return base::error(base::ErrorCode::io, "cannot read " + file);
  base::JsonParser parser;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (text.empty()) continue;
    auto line = parser.parse(text);
    if (line && take(line.value())) continue;
    return base::error(base::ErrorCode::malformed,
                       file + ", line " + std::to_string(number) + ": no object that names " + what);
  }
  return base::success();
}

base::Error lists_nothing(const std::string& file, const std::string& what) {
  return base::error(
      base::ErrorCode::malformed,
      file + " names no " + what + ": ask for the list again, or restore without --" + what + "s if it is empty");
}
}  // namespace

Result<std::vector<OfflineErasure>> read_erasures(const std::string& file) {
  std::vector<OfflineErasure> erasures;
  TRY(for_each_line(file, "a message, a user or a conversation by its id", [&](const base::JsonValue& line) {
    auto erasure = erasure_in(line);
    if (erasure) erasures.push_back(*std::move(erasure));
    return erasure.has_value();
  }));
  if (erasures.empty()) return lists_nothing(file, "erasure");
  return erasures;
}

Result<std::vector<OfflineHold>> read_holds(const std::string& file) {
  std::vector<OfflineHold> holds;
  TRY(for_each_line(file, "a hold by its id and the user or conversation it is on", [&](const base::JsonValue& line) {
    const auto id = id_in<base::HoldId>(line, "id");
    auto scope = scope_in<domain::HoldScope>(line);
    if (!id || !scope) return false;
    const bool is_released = line.member("released_at").string().has_value();
    holds.push_back({*id, *std::move(scope), reason_in(line), is_released});
    return true;
  }));
  if (holds.empty()) return lists_nothing(file, "hold");
  return holds;
}

}  // namespace hansard::replay
