// The facts a log keeps about itself in the `meta` family: format, cluster id and epoch.
//
// Thread: opening only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/log/database.h"

namespace hansard::log {

inline constexpr std::string_view kMetaFormat = "format";
inline constexpr std::string_view kMetaClusterId = "cluster_id";
inline constexpr std::string_view kMetaEpoch = "epoch";
inline constexpr std::uint32_t kFormatVersion = 1;

struct Identity {
  std::uint32_t format = kFormatVersion;
  std::array<std::uint8_t, 16> cluster{};
  std::uint32_t epoch = 1;
};

// A new cluster: random id, epoch 1.
Identity new_identity();
// `corrupt` when a fact is missing or not what it should be. Of a newer format only `format` is filled.
Result<Identity> read_identity(const Database& database);

// Where the epoch of an identity begins: what stood above `after` is gone, or was another history's.
struct Loss {
  Position after;
  // An acceptance that was broken off has used up an epoch that no log was ever in: such begin there, too.
  std::uint32_t first_epoch = 0;
  bool is_accepted = false;  // by an operator, of which there is to be an event; a restore only begins an epoch
};
// In one synced batch; with a loss also `loss.<epoch>` = `after` of each of its epochs, and where it was accepted
// `loss.accepted.<epoch>` of the last one.
Result<void> write_identity(Database& database, const Identity& identity, const std::optional<Loss>& loss);

// Where the loss was accepted that began this epoch, while nothing has been appended in it: the process that accepted
// it may have ended before there was an event of it. `end` is the last position.
Result<std::optional<Position>> unrecorded_loss(const Database& database, const Identity& identity, Position end);

}  // namespace hansard::log
