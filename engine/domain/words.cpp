#include "engine/domain/words.h"

#include <array>
#include <utility>

#include "engine/base/check.h"

namespace hansard::domain {

namespace {
template <class E, std::size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

constexpr Words<ConversationType, 3> kConversationTypes{{
    {ConversationType::direct, "direct"},
    {ConversationType::group, "group"},
    {ConversationType::ride, "ride"},
}};
constexpr Words<MessageType, 8> kMessageTypes{{
    {MessageType::text, "text"},
    {MessageType::image, "image"},
    {MessageType::video, "video"},
    {MessageType::audio, "audio"},
    {MessageType::file, "file"},
    {MessageType::location, "location"},
    {MessageType::status, "status"},
    {MessageType::system, "system"},
}};
constexpr Words<Role, 4> kRoles{{
    {Role::owner, "owner"},
    {Role::admin, "admin"},
    {Role::member, "member"},
    {Role::read_only, "read_only"},
}};
constexpr Words<WhoMayPost, 2> kWhoMayPost{{{WhoMayPost::members, "members"}, {WhoMayPost::admins, "admins"}}};
constexpr Words<History, 2> kHistories{{{History::all, "all"}, {History::from_join, "from_join"}}};

template <class E, std::size_t N>
std::string_view find_word(const Words<E, N>& words, E value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  CHECK(false, static_cast<int>(value));
  return {};
}

template <class E, std::size_t N>
std::optional<E> find_value(const Words<E, N>& words, std::string_view wanted) {
  for (const auto& [value, word] : words) {
    if (word == wanted) return value;
  }
  return std::nullopt;
}
}  // namespace

std::string_view word_of(ConversationType type) { return find_word(kConversationTypes, type); }
std::string_view word_of(MessageType type) { return find_word(kMessageTypes, type); }
std::string_view word_of(Role role) { return find_word(kRoles, role); }
std::string_view word_of(WhoMayPost who) { return find_word(kWhoMayPost, who); }
std::string_view word_of(History history) { return find_word(kHistories, history); }

template <>
std::optional<ConversationType> value_of(std::string_view word) {
  return find_value(kConversationTypes, word);
}
template <>
std::optional<MessageType> value_of(std::string_view word) {
  return find_value(kMessageTypes, word);
}
template <>
std::optional<Role> value_of(std::string_view word) {
  return find_value(kRoles, word);
}
template <>
std::optional<WhoMayPost> value_of(std::string_view word) {
  return find_value(kWhoMayPost, word);
}
template <>
std::optional<History> value_of(std::string_view word) {
  return find_value(kHistories, word);
}

}  // namespace hansard::domain
