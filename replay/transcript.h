// A conversation as it stood, for people and for machines.
//
// Thread: main. Other people's text is made harmless (quoting.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/queries.h"

namespace hansard::replay {

// What one call shows: everything of the conversation but messages, and a page of those.
struct Scene {
  base::Position position;
  std::optional<base::Timestamp> time;  // of the event there
  projections::ConversationView conversation;
  std::vector<projections::MemberView> members;    // the first kMembersShownMax
  std::vector<projections::MessageView> messages;  // oldest first
  bool has_older = false;
};

inline constexpr std::size_t kMembersShownMax = 200;

// Nothing: it did not exist. `before` 0: the newest messages.
std::optional<Scene> scene_of(const projections::Snapshot& then, const base::ConversationId& id, base::Ordinal before,
                              std::size_t limit);
std::string text_of(const Scene& scene);
// One object: {as_of, conversation, members, messages, older}.
std::string json_of(const Scene& scene, std::uint32_t epoch);

}  // namespace hansard::replay
