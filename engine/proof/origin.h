// The name of the log on its checkpoints, and the key that signs them.
//
// The origin is configured, or made from the cluster's id at the first start: `hansard/<cluster id>`. An accepted loss
// begins a new epoch, and with it a new origin, `<origin>/epoch-<n>`: a log must never sign what contradicts what it
// signed before, and one that lost its end cannot keep that under its old name. The secret key stays; the key's name is
// the origin.
//
// Thread: opening only.
// Source: C2SP tlog-checkpoint; docs/adr/0026.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/log/event_log.h"
#include "engine/proof/note.h"

namespace hansard::proof {

std::string origin_of_epoch(std::string_view base, std::uint32_t epoch);
// Nothing: not an origin of this base.
std::optional<std::uint32_t> epoch_of_origin(std::string_view base, std::string_view origin);

// Reads `path`, or makes the key and the file (0600) when there is none. `origin`: as configured, "" for the default or
// what the file says. Errors: refused when the file is of another origin than configured, malformed, io.
Result<SigningKey> open_signing_key(const std::string& path, std::string_view origin, const log::EventLog& log);

}  // namespace hansard::proof
