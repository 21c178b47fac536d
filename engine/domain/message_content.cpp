#include "engine/domain/message_content.h"

#include <algorithm>
#include <map>

#include "engine/base/utf8.h"

namespace hansard::domain {
namespace {

bool may_be_empty(const Given& given, MessageType type, const MessageContent& content) {
  const bool has_metadata = !content.metadata.empty() && content.metadata != "{}";
  return !content.attachments.empty() || has_metadata || type == MessageType::system || given.caller.service;
}

bool lies_within(const Mention& mention, std::size_t code_points) {
  return mention.length >= 1 && std::uint64_t{mention.offset} + mention.length <= code_points;
}

bool is_same_mention(const Mention& a, const Mention& b) {
  return a.user == b.user && a.offset == b.offset && a.length == b.length;
}

bool resolve(const Given& given, Attachment& attachment) {
  const auto file = given.state.file(attachment.file);
  if (!file || file->collected) return false;
  if (file->owner != given.caller.actor && !given.caller.service) return false;
  const auto content = given.state.file_content(file->uploaded);
  if (!content) return false;
  attachment.name = content->name;
  attachment.media_type = content->media_type;
  attachment.size = file->size;
  return true;
}

}  // namespace

std::optional<Rejection> check_content(const Given& given, MessageType type, const MessageContent& content) {
  const std::size_t code_points = base::count_code_points(content.text);
  if (code_points > given.rules.content_code_points_max) {
    return reject(RejectionCode::invalid, "The content is too long.");
  }
  if (content.text.empty() && !may_be_empty(given, type, content)) {
    return reject(RejectionCode::invalid, "A message without content has attachments or metadata.");
  }
  if (content.mentions.size() > given.rules.mentions_max) {
    return reject(RejectionCode::invalid, "The message has too many mentions.");
  }
  for (const auto& mention : content.mentions) {
    if (!lies_within(mention, code_points)) {
      return reject(RejectionCode::invalid, "A mention lies outside the content.");
    }
  }
  return std::nullopt;
}

void decide_counts(const Given& given, const MessageFacts& facts, MessageContent& content) {
  for (auto& mention : content.mentions) {
    mention.counts = facts.type != MessageType::system && mention.user != facts.author &&
                     given.state.member(facts.conversation, mention.user).has_value();
  }
}

void decide_counts(const Given& given, const MessageFacts& facts, const MessageContent& before,
                   MessageContent& content) {
  decide_counts(given, facts, content);
  std::map<UserId, bool> known;
  for (const auto& mention : before.mentions) known.emplace(mention.user, mention.counts);
  for (auto& mention : content.mentions) {
    if (const auto at = known.find(mention.user); at != known.end()) mention.counts = at->second;
  }
}

std::optional<Rejection> resolve_attachments(const Given& given, MessageContent& content) {
  if (content.attachments.size() > given.rules.attachments_max) {
    return reject(RejectionCode::invalid, "The message has too many attachments.");
  }
  for (auto& attachment : content.attachments) {
    if (!resolve(given, attachment)) {
      return reject(RejectionCode::invalid, "An attachment names no file that you have uploaded.");
    }
  }
  return std::nullopt;
}

std::vector<FileId> files_of(const MessageContent& content) {
  std::vector<FileId> files;
  for (const auto& attachment : content.attachments) files.push_back(attachment.file);
  return files;
}

bool has_all_files(const Given& given, const MessageContent& content) {
  return std::ranges::all_of(content.attachments, [&given](const Attachment& attachment) {
    const auto file = given.state.file(attachment.file);
    return file && !file->collected;
  });
}

bool says_the_same(const MessageContent& a, const MessageContent& b) {
  return a.text == b.text && a.metadata == b.metadata && std::ranges::equal(files_of(a), files_of(b)) &&
         std::equal(a.mentions.begin(), a.mentions.end(), b.mentions.begin(), b.mentions.end(), is_same_mention);
}

}  // namespace hansard::domain
