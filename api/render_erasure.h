// Erasures and legal holds as JSON. Administrators alone see them.
//
// Thread: any; plain functions.
#pragma once

#include <string>

#include "projections/process/erasure_watch.h"
#include "projections/queries.h"

namespace hansard::api {

// Objects without their closing brace, for what an answer appends. `reason` is null where it was erased itself.
void begin_erasure(std::string& out, const projections::ErasureView& erasure, const std::optional<std::string>& reason);
// The member `progress`.
void append_erasure_progress(std::string& out, std::uint32_t epoch, const process::ErasureProgress& progress);
void begin_hold(std::string& out, const projections::HoldView& hold, const std::optional<std::string>& reason);

}  // namespace hansard::api
