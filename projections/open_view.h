// Opening a view's database beside a log: a view that cannot belong to this log is set aside and built again.
//
// | the database | then |
// |---|---|
// | cannot be read, or is marked damaged | set aside, start empty |
// | checkpoint above the log's durable position | set aside, start empty |
// | checkpoint of another epoch | set aside, start empty |
// | held by another process, or the disk is full | an error, nothing changed |
// | anything else | goes on from its checkpoint |
//
// At most one folder is kept aside, as `<folder>.quarantined`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/view_store.h"

namespace hansard::projections {

struct OpenedView {
  std::shared_ptr<ViewStore> store;
  std::optional<std::string> set_aside;  // why, when the old one was
};

base::Result<OpenedView> open_view(const engine::Engine& engine, const std::string& folder,
                                   const StoreOptions& options);

}  // namespace hansard::projections
