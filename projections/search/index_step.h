// Events into a file of the index: what the live writer and a build share.
//
// Thread: the one that writes the file.
#pragma once

#include <cstddef>

#include "engine/base/result.h"
#include "engine/base/step_back.h"
#include "engine/engine.h"
#include "projections/search/index_file.h"

namespace hansard::search {

// Up to `events_max` more events, none after `last`, in one transaction. What comes before an event that cannot be read
// or indexed is committed; then the error is `refused`: that is no damage of the file, building it again would end at
// the same event. Where there is a `back`, everybody goes first but while the log is read.
base::Result<void> index_some(const engine::Engine& engine, IndexFile& file, std::size_t events_max,
                              base::Position last, base::StepBack* back = nullptr);

}  // namespace hansard::search
