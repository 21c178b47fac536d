#include "projections/open_view.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace hansard::projections {

namespace {
constexpr char kQuarantined[] = ".quarantined";

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

// The folder that a name in a view's place belongs to, quarantined or not; nothing for any other name.
std::optional<FolderName> folder_of(std::string name) {
  if (name.ends_with(kQuarantined)) name.resize(name.size() - std::string_view(kQuarantined).size());
  return parse_folder_name(name);
}

// Of older rows, or left by a rebuild.
bool is_leftover(const FolderName& name, unsigned version, const ViewPointer& pointer) {
  if (name.version != version) return name.version < version;
  return name != pointer.current && name != pointer.previous;
}

// Answers the newest older version of the rows that was there, 0 for none.
base::Result<unsigned> remove_leftovers(const ViewPlace& place, const ViewPointer& pointer) {
  unsigned newest = 0;
  std::vector<std::filesystem::path> leftovers;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(place.folder, failed)) {
    auto name = folder_of(entry.path().filename().string());
    if (!name || !is_leftover(*name, place.version, pointer)) continue;
    if (name->version < place.version) newest = std::max(newest, name->version);
    leftovers.push_back(entry.path());
  }
  for (const auto& path : leftovers) {
    if (!failed) std::filesystem::remove_all(path, failed);
  }
  if (failed) return base::error(base::ErrorCode::io, "cannot clear " + place.folder + ": " + failed.message());
  return newest;
}

base::Result<void> set_aside(const std::string& folder) {
  std::error_code failed;
  std::filesystem::remove_all(folder + kQuarantined, failed);
  if (!failed) std::filesystem::rename(folder, folder + kQuarantined, failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot set " + folder + " aside: " + failed.message());
  return base::success();
}

base::Result<OpenedView> open_present(const engine::Engine& engine, const std::string& folder,
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
}  // namespace

base::Result<OpenedView> open_view(const engine::Engine& engine, const ViewPlace& place, const StoreOptions& options) {
  ViewPointer pointer = read_pointer(place.folder, place.version);
  TRY(auto opened, open_present(engine, place.folder + "/" + pointer.current.text(), options));
  TRY(unsigned older, remove_leftovers(place, pointer));
  if (older != 0 && !opened.set_aside && !opened.store->checkpoint().position) {
    opened.set_aside = "its rows were of version " + std::to_string(older);
  }
  return opened;
}

base::Result<void> remove_all_but(const std::string& folder, const FolderName& live) {
  std::vector<std::filesystem::path> others;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (folder_of(name) && name != live.text()) others.push_back(entry.path());
  }
  for (const auto& path : others) {
    if (!failed) std::filesystem::remove_all(path, failed);
  }
  if (failed) return base::error(base::ErrorCode::io, "cannot clear " + folder + ": " + failed.message());
  return base::success();
}

}  // namespace hansard::projections
