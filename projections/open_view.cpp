#include "projections/open_view.h"

#include <filesystem>

namespace hansard::projections {

namespace {
std::optional<std::string> why_foreign(const engine::Engine& engine, const Checkpoint& checkpoint) {
  if (!checkpoint.position) return std::nullopt;
  if (checkpoint.epoch != engine.epoch()) {
    return "its checkpoint is of epoch " + std::to_string(checkpoint.epoch) + ", the log of epoch " +
           std::to_string(engine.epoch());
  }
  if (checkpoint.position <= engine.durable()) return std::nullopt;
  return "its checkpoint " + std::to_string(checkpoint.position.value) + " is above the durable position " +
         std::to_string(engine.durable().value);
}

base::Result<void> set_aside(const std::string& folder) {
  std::error_code failed;
  std::filesystem::remove_all(folder + ".quarantined", failed);
  if (!failed) std::filesystem::rename(folder, folder + ".quarantined", failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot set " + folder + " aside: " + failed.message());
  return base::success();
}
}  // namespace

base::Result<OpenedView> open_view(const engine::Engine& engine, const std::string& folder,
                                   const StoreOptions& options) {
  std::string why;
  {
    auto store = ViewStore::open(folder, options);
    if (store) {
      auto foreign = why_foreign(engine, store.value()->checkpoint());
      if (!foreign) return OpenedView{std::move(store.value()), std::nullopt};
      why = *foreign;
    } else if (store.error().code == base::ErrorCode::corrupt) {
      why = store.error().detail;
    } else {
      return store.error();
    }
  }
  TRY(set_aside(folder));
  auto fresh = ViewStore::open(folder, options);
  if (!fresh) return fresh.error();
  return OpenedView{std::move(fresh.value()), std::move(why)};
}

}  // namespace hansard::projections
