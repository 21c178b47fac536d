#include "tests/overload/follower.h"

#include <algorithm>

namespace hansard::overload {

void Follower::see(std::string_view frame) {
  if (frame.starts_with(R"({"type":"hello")") && cursor.empty()) {
    cursor = text_after(frame, R"("position":")");
    is_there = true;
  }
  if (frame.starts_with(R"({"type":"caught_up")")) {
    cursor = text_after(frame, R"("position":")");
    is_there = true;
  }
  if (!frame.starts_with(R"({"type":"message.new")")) return;
  cursor = text_after(frame, R"("cursor":")");
  auto seen = number_after(frame, R"("version":)");
  if (version != 0 && seen > version + 1) ++gaps;
  if (seen <= version) ++doubles;
  version = std::max(version, seen);
  ++messages;
}

}  // namespace hansard::overload
