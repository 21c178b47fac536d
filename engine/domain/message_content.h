// The rules about what a message says, shared by send and edit. Private to the room.
#pragma once

#include <optional>

#include "engine/domain/deciding.h"

namespace hansard::domain {

// Length, emptiness and the ranges of mentions. `content` is what the message would say afterwards.
std::optional<Rejection> check_content(const Given& given, MessageType type, const MessageContent& content);

// Sets `counts` of each mention: a member now, not the author, and not in a system message, which counts for nobody.
void decide_counts(const Given& given, const MessageFacts& facts, MessageContent& content);
// The same of an edit: for whom the version before mentioned, it stays as it was.
void decide_counts(const Given& given, const MessageFacts& facts, const MessageContent& before,
                   MessageContent& content);

// Fills in name, type and size of each attachment, of which the caller names the file alone.
std::optional<Rejection> resolve_attachments(const Given& given, MessageContent& content);
std::vector<FileId> files_of(const MessageContent& content);
// None was collected since it was attached.
bool has_all_files(const Given& given, const MessageContent& content);

// Equal but for what the server decided about it: `counts`, and all of an attachment but its file.
bool says_the_same(const MessageContent& a, const MessageContent& b);

}  // namespace hansard::domain
