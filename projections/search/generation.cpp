#include "projections/search/generation.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <system_error>
#include <vector>

#include "engine/base/durable_file.h"

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

// SQLite's own files beside a database.
constexpr const char* kBeside[] = {"-wal", "-shm"};

// Descending.
std::vector<unsigned> generations_in(const std::string& folder) {
  std::error_code ignored;
  std::vector<unsigned> numbers;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (unsigned number = generation_of(entry.path().filename().string())) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  return numbers;
}

// The newest that is whole; 0 for none. What a process left that ended between two steps is removed: builds that did
// not finish, and older ones.
unsigned newest_generation(const std::string& folder) {
  unsigned newest = 0;
  for (unsigned number : generations_in(folder)) {
    std::string path = path_of(folder, number);
    if (newest == 0 && !IndexFile::is_build(path)) {
      newest = number;
    } else {
      remove_generation(path);
    }
  }
  return newest;
}

base::Result<void> set_aside(const std::string& folder, unsigned number) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".quarantined") fs::remove(entry.path(), failed);
  }
  std::string path = path_of(folder, number);
  for (const char* ending : kBeside) fs::remove(path + ending, failed);
  fs::rename(path, path + ".quarantined", failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot set " + path + " aside: " + failed.message());
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

bool is_useless(const base::Error& error) {
  return error.code == base::ErrorCode::corrupt || error.code == base::ErrorCode::unsupported;
}

base::Result<OpenedGeneration> start(const engine::Engine& engine, const std::string& folder, unsigned number,
                                     unsigned shelf_bits, std::optional<std::string> why) {
  std::string path = path_of(folder, number);
  TRY(auto file, IndexFile::open(path, engine.epoch(), shelf_bits));
  const base::Position reached = file->is_loaded() ? file->state().position : base::Position{};
  auto generation = std::make_shared<Generation>(path, file->catalog(), reached);
  return OpenedGeneration{std::move(file), std::move(generation), std::move(why)};
}
}  // namespace

// What is beside it first: alone it would be nobody's.
void remove_generation(const std::string& path) {
  std::error_code ignored;
  for (const char* ending : kBeside) fs::remove(path + ending, ignored);
  fs::remove(path, ignored);
}

base::Result<void> remove_other_files(const std::string& folder, const std::string& path) {
  std::error_code failed;
  std::vector<fs::path> others;
  const auto is_of = [&](const std::string& file) {
    return file == path || std::ranges::any_of(kBeside, [&](const char* ending) { return file == path + ending; });
  };
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const bool is_index = entry.path().filename().string().starts_with(kStem);
    if (is_index && !is_of(entry.path().string())) others.push_back(entry.path());
  }
  for (const auto& other : others) {
    if (!failed) fs::remove(other, failed);
  }
  if (failed) return base::error(base::ErrorCode::io, "cannot clear " + folder + ": " + failed.message());
  return base::sync_folder(folder);  // also for what others removed
}

std::string why_useless(const engine::Engine& engine, const std::string& folder, unsigned shelf_bits) {
  for (unsigned number : generations_in(folder)) {
    const std::string path = path_of(folder, number);
    if (IndexFile::is_build(path)) continue;
    auto file = IndexFile::open(path, engine.epoch(), shelf_bits);
    if (!file) return file.error().detail;
    auto loaded = file.value()->load_all();
    return loaded ? why_foreign(engine, file.value()->state()).value_or("") : loaded.error().detail;
  }
  return "";
}

base::Result<OpenedGeneration> open_generation(const engine::Engine& engine, const std::string& folder,
                                               unsigned shelf_bits) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot make " + folder + ": " + failed.message());
  unsigned newest = newest_generation(folder);
  if (newest == 0) return start(engine, folder, 1, shelf_bits, std::nullopt);
  auto opened = start(engine, folder, newest, shelf_bits, std::nullopt);
  if (!opened) {
    if (!is_useless(opened.error())) return opened;
    if (opened.error().code == base::ErrorCode::unsupported) {
      TRY(remove_other_files(folder, ""));
      return start(engine, folder, newest + 1, shelf_bits, opened.error().detail);
    }
    return replace_generation(engine, folder, shelf_bits, opened.error().detail);
  }
  auto why = why_foreign(engine, opened.value().file->state());
  if (!why && (opened.value().file->state().position || opened.value().file->state().epoch == engine.epoch())) {
    return opened;
  }
  opened.value().file.reset();
  return replace_generation(engine, folder, shelf_bits, why.value_or("it is empty and of another epoch"));
}

base::Result<OpenedGeneration> open_loaded_generation(const engine::Engine& engine, const std::string& folder,
                                                      unsigned shelf_bits) {
  TRY(auto opened, open_generation(engine, folder, shelf_bits));
  auto loaded = opened.file->load_all();
  if (loaded) return opened;
  if (!is_useless(loaded.error())) return loaded.error();
  opened.file.reset();
  return replace_generation(engine, folder, shelf_bits, loaded.error().detail);
}

base::Result<OpenedGeneration> replace_generation(const engine::Engine& engine, const std::string& folder,
                                                  unsigned shelf_bits, std::string why) {
  unsigned newest = newest_generation(folder);
  if (newest != 0) {
    TRY(set_aside(folder, newest));
  }
  return start(engine, folder, newest + 1, shelf_bits, std::move(why));
}

base::Result<OpenedGeneration> begin_build(const engine::Engine& engine, const std::string& folder,
                                           unsigned shelf_bits) {
  auto numbers = generations_in(folder);
  std::string path = path_of(folder, numbers.empty() ? 1 : numbers.front() + 1);
  TRY(auto file, IndexFile::begin_build(path, engine.epoch(), shelf_bits));
  auto generation = std::make_shared<Generation>(path, file->catalog(), file->state().position);
  return OpenedGeneration{std::move(file), std::move(generation), std::nullopt};
}

}  // namespace hansard::search
