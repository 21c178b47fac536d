#include "api/presence_teller.h"

#include <utility>

#include "api/completions.h"
#include "api/presence_audience.h"
#include "api/render.h"

namespace hansard::api {

void PresenceTeller::tick(Context& context) {
  tell(context);
  note(context);
}

void PresenceTeller::tell(Context& context) {
  auto changes = board_.tick(kToldATick);
  if (changes.empty()) return;
  auto snapshot = context.views.snapshot();
  std::vector<PresencePush> pushes;
  for (const auto& change : changes) {
    auto where = presence_conversations(*snapshot, change.user, context.limits.presence_members_max);
    if (!where.empty()) pushes.push_back({change.user, std::move(where), make_frame(presence_frame(change))});
  }
  if (pushes.empty()) return;
  auto shared = std::make_shared<const std::vector<PresencePush>>(std::move(pushes));
  for (const auto& sink : sinks_) sink(shared);
}

// One that is refused (overloaded, disk full) is not tried again: the next one says more.
void PresenceTeller::note(Context& context) {
  for (auto& seen : board_.take_notes(kNotesInFlightMax - notes_in_flight_)) {
    ++notes_in_flight_;
    domain::Caller server;
    server.actor = std::move(seen.user);
    server.server = true;
    context.completions.submit(domain::NoteSeen{seen.at}, std::move(server), {},
                               [this, &context](const engine::Answer&) {
                                 --notes_in_flight_;
                                 note(context);
                               });
  }
}

}  // namespace hansard::api
