// The words of the wire for the enumerations of the domain, both ways: one table each, so that what is read and what
// is written cannot differ.
#pragma once

#include <optional>
#include <string_view>

#include "engine/domain/values.h"

namespace hansard::domain {

std::string_view word_of(ConversationType type);
std::string_view word_of(MessageType type);
std::string_view word_of(Role role);
std::string_view word_of(WhoMayPost who);
std::string_view word_of(History history);

// Nothing for a word that is not in the table. E is one of the five above.
template <class E>
std::optional<E> value_of(std::string_view word);

}  // namespace hansard::domain
