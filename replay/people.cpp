#include "replay/people.h"

namespace hansard::replay {

std::vector<MemberChange> People::apply(const ChatLine& line) {
  std::vector<MemberChange> changes;
  auto add_user = [&](const std::string& user) {
    if (members_.insert(user).second) changes.push_back({true, user});
  };
  auto remove_user = [&](const std::string& user) {
    if (members_.erase(user) > 0) changes.push_back({false, user});
  };
  switch (line.type) {
    case LineType::message:
    case LineType::join:
      add_user(line.from);
      break;
    case LineType::leave:
      remove_user(line.from);
      break;
    case LineType::rename:
      remove_user(line.from);
      add_user(line.to);
      break;
    case LineType::notice:
      break;
  }
  return changes;
}

std::string message_text(const ChatLine& line) {
  switch (line.type) {
    case LineType::join:
      return line.from + " joined";
    case LineType::leave:
      return line.from + " left";
    case LineType::rename:
      return line.from + " is now known as " + line.to;
    default:
      return line.text;
  }
}

}  // namespace hansard::replay
