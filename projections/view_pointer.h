// views/<name>/CURRENT: which of a view's folders serves, and which one stood there before it and is kept for a
// rollback. It changes in one step (written beside, synced, renamed), so a crash leaves the old answer or the new one.
//
// A folder is named v<version of the rows>, or v<version>.<generation> from the first rebuild on. Without a CURRENT, or
// with one of another version, v<version> serves.
//
// Bytes: "current <folder>\n", then "previous <folder>\n" where there is one.
//
// Thread: one at a time per view.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::projections {

struct FolderName {
  unsigned version = 0;
  unsigned generation = 0;  // 0: none in the name
  std::string text() const;
  auto operator<=>(const FolderName&) const = default;
};
// Nothing: not the name of a view's folder.
std::optional<FolderName> parse_folder_name(std::string_view name);

struct ViewPointer {
  FolderName current;
  std::optional<FolderName> previous;
  bool operator==(const ViewPointer&) const = default;
};

// What serves where rows are of `version`. A file that says nothing useful counts as none: a view is folded again
// sooner than a start fails.
ViewPointer read_pointer(const std::string& folder, unsigned version);
// Durable on return.
base::Result<void> write_pointer(const std::string& folder, const ViewPointer& pointer);
// The first name of this version that nothing has.
FolderName next_folder(const std::string& folder, unsigned version);

}  // namespace hansard::projections
