#include "projections/process/standing_holds.h"

namespace hansard::process {

namespace {
constexpr std::size_t kHoldsPage = 1'000;
}

StandingHolds standing_holds(const projections::Snapshot& snapshot) {
  StandingHolds standing;
  base::HoldId after{};
  for (bool more = true; more;) {
    const auto page = snapshot.holds(after, kHoldsPage);
    more = page.size() == kHoldsPage;
    if (more) after = page.back().id;
    for (const auto& hold : page) {
      if (hold.released_at) continue;
      if (const auto* user = std::get_if<base::UserId>(&hold.scope)) standing.users.insert(*user);
      if (const auto* id = std::get_if<base::ConversationId>(&hold.scope)) standing.conversations.insert(*id);
    }
  }
  return standing;
}

}  // namespace hansard::process
