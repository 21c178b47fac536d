#include "replay/erasures_file.h"

#include <fstream>
#include <optional>

#include "engine/base/json.h"

namespace hansard::replay {

using base::Result;
using process::OfflineErasure;

namespace {
template <class Id>
std::optional<domain::ErasureScope> id_in(const base::JsonValue& line, std::string_view name) {
  const auto text = line.member(name).string();
  const auto id = text ? base::parse_id<Id>(*text) : std::nullopt;
  return id ? std::optional<domain::ErasureScope>(*id) : std::nullopt;
}

std::optional<domain::ErasureScope> user_in(const base::JsonValue& line) {
  const auto text = line.member("user_id").string();
  const auto user = text ? base::parse_user_id(*text) : std::nullopt;
  return user ? std::optional<domain::ErasureScope>(*user) : std::nullopt;
}

// Nothing, too, where `id` is there and none.
std::optional<OfflineErasure> erasure_in(const base::JsonValue& line) {
  auto scope = id_in<base::MessageId>(line, "message_id");
  if (!scope) scope = user_in(line);
  if (!scope) scope = id_in<base::ConversationId>(line, "conversation_id");
  if (!scope) return std::nullopt;
  OfflineErasure erasure{std::nullopt, *std::move(scope), std::string(line.member("reason").string().value_or(""))};
  if (line.member("id").kind() == base::JsonValue::Kind::missing) return erasure;
  erasure.id = base::parse_id<base::ErasureId>(line.member("id").string().value_or(""));
  return erasure.id ? std::optional(std::move(erasure)) : std::nullopt;
}
}  // namespace

Result<std::vector<OfflineErasure>> read_erasures(const std::string& file) {
  std::ifstream in(file);
  if (!in) return base::error(base::ErrorCode::io, "cannot read " + file);
  std::vector<OfflineErasure> erasures;
  base::JsonParser parser;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (text.empty()) continue;
    auto line = parser.parse(text);
    auto erasure = line ? erasure_in(line.value()) : std::nullopt;
    if (!erasure) {
      return base::error(base::ErrorCode::malformed,
                         file + ", line " + std::to_string(number) +
                             ": no object that names a message, a user or a conversation by its id");
    }
    erasures.push_back(*std::move(erasure));
  }
  if (!erasures.empty()) return erasures;
  return base::error(base::ErrorCode::malformed,
                     file + " names no erasure: ask for the list again, or restore without --erasures if it is empty");
}

}  // namespace hansard::replay
