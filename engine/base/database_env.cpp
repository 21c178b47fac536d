#include "engine/base/database_env.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/perf_level.h>

#include "engine/base/clock.h"
#include "engine/base/this_thread.h"

namespace hansard::base {

namespace {
namespace fs = std::filesystem;

class NamesInOrder final : public rocksdb::FileSystemWrapper {
 public:
  NamesInOrder() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "NamesInOrder"; }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (fs::path(to).filename() == "CURRENT") {
      auto synced = sync_folder(fs::path(to).parent_path().string(), options, debug);
      if (!synced.ok()) return synced;
    }
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }

 private:
  rocksdb::IOStatus sync_folder(const std::string& path, const rocksdb::IOOptions& options,
                                rocksdb::IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> folder;
    auto opened = NewDirectory(path, options, &folder, debug);
    return opened.ok() ? folder->Fsync(options, debug) : opened;
  }
};

// RocksDB begins its threads itself, and names them.
void begin_once(const char* name) {
  thread_local bool has_begun = false;
  if (!std::exchange(has_begun, true)) begin_thread(name);
}

class MergesGoBehind final : public rocksdb::EventListener {
 public:
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { begin_once("rocksdb:low"); }
  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { begin_once("rocksdb:high"); }
};

// Of every file that was taken in from outside (a fold of many rows).
constexpr std::string_view kHarmless = "opened without unique ID";
constexpr std::size_t kLinesRemembered = 256;

class Ear final : public rocksdb::Logger {
 public:
  Ear() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list values) override {
    std::array<char, 1'024> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, values);
    std::string_view said(line.data(), std::min(static_cast<std::size_t>(std::max(length, 0)), line.size() - 1));
    while (said.ends_with('\n')) said.remove_suffix(1);
    if (said.find(kHarmless) != std::string_view::npos) return;
    std::lock_guard lock(mutex_);
    if (said_ && may_say(said)) said_(said);
  }
  void hear(std::function<void(std::string_view)> said) {
    std::lock_guard lock(mutex_);
    said_ = std::move(said);
  }

 private:
  bool may_say(std::string_view line) {
    const auto now = system_clock().monotonic();
    if (said_at_.size() > kLinesRemembered) said_at_.clear();
    auto [last, is_new] = said_at_.try_emplace(std::hash<std::string_view>()(line), now);
    if (!is_new && now - last->second < kDatabaseRepeat) return false;
    last->second = now;
    return true;
  }

  std::mutex mutex_;
  std::function<void(std::string_view)> said_;
  std::unordered_map<std::size_t, decltype(system_clock().monotonic())> said_at_;  // by the line's hash
};

const std::shared_ptr<Ear>& ear() {
  static const auto ear = std::make_shared<Ear>();
  return ear;
}
}  // namespace

void count_nothing_here() { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

std::shared_ptr<rocksdb::Logger> database_logger() { return ear(); }

void hear_databases(std::function<void(std::string_view said)> said) { ear()->hear(std::move(said)); }

std::shared_ptr<rocksdb::EventListener> merges_go_behind() {
  static const auto listener = std::make_shared<MergesGoBehind>();
  return listener;
}

rocksdb::Env* database_env() {
  static rocksdb::Env* const env = rocksdb::NewCompositeEnv(std::make_shared<NamesInOrder>()).release();
  return env;
}

}  // namespace hansard::base
