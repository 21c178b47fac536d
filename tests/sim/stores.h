// The seams of the product on a simulated disk: the event log, the write index's rows, the views' databases, the keys.
// One defect can be planted in each (bugs.h), to prove that the simulation would find it.
//
// Thread: one. The disk outlives every store on it.
#pragma once

#include <memory>

#include "engine/assemble.h"
#include "engine/log/event_log.h"
#include "projections/view_store.h"
#include "tests/sim/bugs.h"
#include "tests/sim/disk.h"

namespace hansard::sim {

std::unique_ptr<log::EventLog> open_log(LogFile& file, Bug bug);
std::unique_ptr<index::RowStore> open_row_store(VersionedRows& rows, Bug bug);
std::shared_ptr<projections::ViewStore> open_view_store(VersionedRows& rows, Bug bug);
std::unique_ptr<engine::KeyTable> open_key_table(std::map<std::string, std::string>& keys);

}  // namespace hansard::sim
