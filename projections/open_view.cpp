#include "projections/open_view.h"

#include <algorithm>
#include <charconv>
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

// The number in "v7" or "v7.quarantined"; 0 for any other name.
unsigned version_of(const std::string& name) {
  unsigned version = 0;
  if (name.empty() || name.front() != 'v') return 0;
  auto [end, failed] = std::from_chars(name.data() + 1, name.data() + name.size(), version);
  std::string_view rest(end, name.data() + name.size());
  return failed == std::errc() && (rest.empty() || rest == kQuarantined) ? version : 0;
}

// What older versions of the rows left; answers the newest of them, 0 for none.
base::Result<unsigned> remove_older(const ViewPlace& place) {
  unsigned newest = 0;
  std::vector<std::filesystem::path> older;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(place.folder, failed)) {
    unsigned version = version_of(entry.path().filename().string());
    if (version == 0 || version >= place.version) continue;
    newest = std::max(newest, version);
    older.push_back(entry.path());
  }
  for (const auto& path : older) {
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
  TRY(auto opened, open_present(engine, place.folder + "/v" + std::to_string(place.version), options));
  TRY(unsigned older, remove_older(place));
  if (older != 0 && !opened.set_aside && !opened.store->checkpoint().position) {
    opened.set_aside = "its rows were of version " + std::to_string(older);
  }
  return opened;
}

}  // namespace hansard::projections
