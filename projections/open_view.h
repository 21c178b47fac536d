// Opening a view's database beside a log: a view that cannot belong to this log is set aside and built again.
//
// | the database | then |
// |---|---|
// | cannot be read, or is marked damaged | set aside, start empty |
// | checkpoint above the log's durable position | set aside, start empty |
// | checkpoint of another epoch | set aside, start empty |
// | held by another process, or the disk is full | an error, nothing changed |
// | not there, but one of an older version of the rows is | start empty, the older one is removed |
// | anything else | goes on from its checkpoint |
//
// At most one folder is kept aside, as `<folder>.quarantined`. Whatever an older version left is removed on every open,
// once the present one is held: a view is folded again from the log sooner than it is converted. So is what a rebuild
// left that did not come to its end: a folder of this version that the pointer (view_pointer.h) does not name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/view_pointer.h"
#include "projections/view_store.h"

namespace hansard::projections {

struct OpenedView {
  std::shared_ptr<ViewStore> store;
  std::optional<std::string> set_aside;  // why the view starts empty, when an old one was there
};

// The database lies in the folder below `folder` that its pointer names.
struct ViewPlace {
  std::string folder;
  unsigned version = 1;
};

base::Result<OpenedView> open_view(const engine::Engine& engine, const ViewPlace& place, const StoreOptions& options);

// Removes every database below `folder` but `live`: of other generations and versions, set aside or not. Nobody has
// them open.
base::Result<void> remove_all_but(const std::string& folder, const FolderName& live);

}  // namespace hansard::projections
