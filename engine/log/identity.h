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
// In one synced batch; with a loss also `loss.<epoch>` = the position it was accepted after.
Result<void> write_identity(Database& database, const Identity& identity, std::optional<Position> loss_after);

}  // namespace hansard::log
