// What a message is besides its words, as tokens of the index's second column: author, conversation, type, mentioned,
// attachments. Every message has a type, so the types together are "every message".
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <vector>

#include "engine/domain/values.h"

namespace hansard::search {

std::string author_tag(const base::UserId& user);
std::string mention_tag(const base::UserId& user);
std::string type_tag(domain::MessageType type);
std::string file_tag();
// `number` is the index's own, dense from 1.
std::string conversation_tag(std::uint32_t number);

inline constexpr std::uint8_t kMessageTypesMax = 8;

// All but the conversation's, sorted, without doubles.
std::vector<std::string> tags_of(const domain::MessageFacts& facts, const domain::MessageContent& content);

}  // namespace hansard::search
