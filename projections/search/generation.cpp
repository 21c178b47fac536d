#include "projections/search/generation.h"

#include <charconv>
#include <filesystem>
#include <system_error>

namespace hansard::search {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kStem = "search.", kEnding = ".db";

// Of "search.<n>.db"; 0 for another name.
unsigned generation_of(std::string_view name) {
  if (!name.starts_with(kStem) || !name.ends_with(kEnding)) return 0;
  std::string_view digits = name.substr(kStem.size(), name.size() - kStem.size() - kEnding.size());
  unsigned number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

std::string path_of(const std::string& folder, unsigned number) {
  return folder + "/" + std::string(kStem) + std::to_string(number) + std::string(kEnding);
}

// The newest; 0 for none. Older ones, left by a process that ended between two steps, are removed.
unsigned newest_generation(const std::string& folder) {
  std::error_code ignored;
  unsigned newest = 0;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    newest = std::max(newest, generation_of(entry.path().filename().string()));
  }
  for (unsigned number = newest; number-- > 1;) {
    if (!fs::remove(path_of(folder, number), ignored)) break;
  }
  return newest;
}

base::Result<void> set_aside(const std::string& folder, unsigned number) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".quarantined") fs::remove(entry.path(), failed);
  }
  std::string path = path_of(folder, number);
  fs::rename(path, path + ".quarantined", failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot set " + path + " aside: " + failed.message());
  for (const char* ending : {"-wal", "-shm"}) fs::remove(path + ending, failed);
  return base::success();
}

std::optional<std::string> why_foreign(const engine::Engine& engine, const IndexState& state) {
  if (!state.position) return std::nullopt;
  if (state.epoch != engine.epoch()) {
    return "its checkpoint is of epoch " + std::to_string(state.epoch) + ", the log of epoch " +
           std::to_string(engine.epoch());
  }
  if (state.position <= engine.durable()) return std::nullopt;
  return "its checkpoint " + std::to_string(state.position.value) + " is above the durable position " +
         std::to_string(engine.durable().value);
}

base::Result<OpenedGeneration> start(const engine::Engine& engine, const std::string& folder, unsigned number,
                                     unsigned shelf_bits, std::optional<std::string> why) {
  std::string path = path_of(folder, number);
  TRY(auto file, IndexFile::open(path, engine.epoch(), shelf_bits));
  auto generation = std::make_shared<Generation>(path, file->catalog(), file->state().position);
  return OpenedGeneration{std::move(file), std::move(generation), std::move(why)};
}
}  // namespace

base::Result<OpenedGeneration> open_generation(const engine::Engine& engine, const std::string& folder,
                                               unsigned shelf_bits) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot make " + folder + ": " + failed.message());
  unsigned newest = newest_generation(folder);
  if (newest == 0) return start(engine, folder, 1, shelf_bits, std::nullopt);
  auto opened = start(engine, folder, newest, shelf_bits, std::nullopt);
  if (!opened) {
    bool is_useless =
        opened.error().code == base::ErrorCode::corrupt || opened.error().code == base::ErrorCode::unsupported;
    if (!is_useless) return opened;
    return replace_generation(engine, folder, shelf_bits, opened.error().detail);
  }
  auto why = why_foreign(engine, opened.value().file->state());
  if (!why && (opened.value().file->state().position || opened.value().file->state().epoch == engine.epoch())) {
    return opened;
  }
  opened.value().file.reset();
  return replace_generation(engine, folder, shelf_bits, why.value_or("it is empty and of another epoch"));
}

base::Result<OpenedGeneration> replace_generation(const engine::Engine& engine, const std::string& folder,
                                                  unsigned shelf_bits, std::string why) {
  unsigned newest = newest_generation(folder);
  if (newest != 0) {
    TRY(set_aside(folder, newest));
  }
  return start(engine, folder, newest + 1, shelf_bits, std::move(why));
}

}  // namespace hansard::search
