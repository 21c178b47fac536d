// Erasures applied to the data folder of a stopped server, before it serves again: what a restore does with the
// erasures that came after its backup was made. The same steps as online (eraser.h), until nothing is left; the search
// index is removed, a start builds it again.
//
// An erasure that the log has an order for is not given again, since it is of what was said before it: whoever was
// erased may have said more until the copy was made. One that was under way then is finished.
//
// Legal holds that came after the backup are placed when the erasures that were complete are done, since they were not
// in the way of those; the others are asked for before and go on after, so that they end when the holds are released.
// One that the log has stays as it is, but for those that were released since: they are released first, since they were
// in the way of what was complete.
//
// Thread: the caller's; it takes as long as it takes. Owns the folder while it runs (`in_use` while a server does).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/commands.h"

namespace hansard::process {

struct OfflineErasure {
  std::optional<base::ErasureId> id;  // nothing: it is of no store's list, and is given an id of its own
  domain::ErasureScope scope;
  std::string reason;
  bool is_complete = false;  // it was, where the list comes from
  bool is_kept = false;      // it was not, and a legal hold kept something
};

struct OfflineHold {
  base::HoldId id;
  domain::HoldScope scope;
  std::string reason;
  bool is_released = false;  // where the list comes from
};

struct OfflineErasures {
  std::uint64_t complete = 0;  // erased now
  std::uint64_t already = 0;   // complete in the log before
  std::uint64_t nothing = 0;   // there was nothing to erase: unknown there, or gone already
  std::uint64_t held = 0;      // a legal hold keeps all or some of it; that is recorded, and goes on after the release
  std::uint64_t messages = 0, records = 0;
  std::uint64_t holds_placed = 0, holds_released = 0;
};

// `progress` gets how many are done, from time to time. Interrupted, it goes on with the next start of a server or of
// this. `refused`: a hold that the list has not as released keeps what a complete erasure took.
base::Result<OfflineErasures> erase_offline(const std::string& data_folder, std::vector<OfflineErasure> erasures,
                                            const std::vector<OfflineHold>& holds,
                                            const std::function<void(std::uint64_t done)>& progress);

}  // namespace hansard::process
