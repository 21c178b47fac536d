#include "projections/search/tags.h"

#include <algorithm>

namespace hansard::search {

std::string author_tag(const base::UserId& user) { return "u" + user.value; }
std::string mention_tag(const base::UserId& user) { return "m" + user.value; }
std::string type_tag(domain::MessageType type) { return "t" + std::to_string(static_cast<unsigned>(type)); }
std::string file_tag() { return "f"; }
std::string conversation_tag(std::uint32_t number) { return "c" + std::to_string(number); }

std::vector<std::string> tags_of(const domain::MessageFacts& facts, const domain::MessageContent& content) {
  std::vector<std::string> tags = {author_tag(facts.author), type_tag(facts.type)};
  for (const auto& mention : content.mentions) tags.push_back(mention_tag(mention.user));
  if (!content.attachments.empty()) tags.push_back(file_tag());
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

}  // namespace hansard::search
