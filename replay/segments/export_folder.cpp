#include "replay/segments/export_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "engine/base/durable_file.h"
#include "engine/base/folder_place.h"
#include "engine/base/hex.h"
#include "engine/base/json.h"
#include "engine/base/whole_file.h"

namespace hansard::segments {

namespace {
namespace fs = std::filesystem;

constexpr std::string_view kJournalName = "export.journal";

// On stable storage on return.
Result<void> append_to_file(int file, const std::string& path, std::string_view bytes) {
  TRY(base::write_all(file, path, bytes));
  if (::fdatasync(file) != 0) return base::system_error("cannot sync", path);
  return base::success();
}

std::string journal_line(Position first, const std::optional<FileEntry>& entry) {
  return "{\"first\":" + std::to_string(first.value) + ",\"file\":" + (entry ? to_json(*entry) : "null") + "}\n";
}

// A newline inside a manifest's JSON stands between files only, and a plan has none.
std::string plan_line(Manifest plan) {
  plan.files.clear();
  return to_json(plan) + "\n";
}
}  // namespace

ExportFolder::ExportFolder(const std::string& out, log::FolderLock lock)
    : out_(out),
      partial_(out + ".partial"),
      journal_path_(partial_ + "/" + std::string(kJournalName)),
      lock_(std::move(lock)) {}

ExportFolder::~ExportFolder() {
  if (journal_ >= 0) ::close(journal_);
}

Result<std::unique_ptr<ExportFolder>> ExportFolder::open(const std::string& out, Manifest& plan, bool end_is_open) {
  TRY(base::check_place(out));
  std::error_code problem;
  if (fs::exists(out, problem) && !fs::is_empty(out, problem)) {
    return base::error(base::ErrorCode::refused, out + " is there already: name a folder that is not");
  }
  const std::string partial = out + ".partial";
  TRY(base::make_folder(partial));
  TRY(auto lock, log::FolderLock::take(partial));
  std::unique_ptr<ExportFolder> folder(new ExportFolder(out, std::move(lock)));
  auto journal = base::read_whole_file(folder->journal_path_, kManifestBytesMax);
  const bool has_begun = journal.has_value() && journal.value().find('\n') != std::string::npos;
  if (has_begun) {
    TRY(folder->resume(journal.value(), plan, end_is_open));
  } else {
    TRY(folder->begin(plan));
  }
  TRY(folder->remove_torn());
  folder->journal_ = ::open(folder->journal_path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (folder->journal_ < 0) return base::system_error("cannot open", folder->journal_path_);
  return folder;
}

Result<void> ExportFolder::begin(const Manifest& plan) {
  TRY(base::write_synced(journal_path_, plan_line(plan)));
  return base::sync_folder(partial_);
}

Result<void> ExportFolder::take_over(const Manifest& before, Manifest& plan, bool end_is_open) const {
  const auto refused = [&](const std::string& what) {
    return base::error(base::ErrorCode::refused,
                       partial_ + " holds an interrupted export " + what + ", or remove that folder");
  };
  if (end_is_open) plan.to = before.to;
  if (!plan.asks_the_same(before)) return refused("of something else: finish it with the same options");
  if (before.checkpoint.empty() && !plan.checkpoint.empty()) {
    return refused("that was begun without proofs: finish it with `--no-proofs`");
  }
  if (plan.checkpoint.empty() && !before.checkpoint.empty()) {
    return refused("that was begun with proofs: finish it with `--proofs`");
  }
  plan.checkpoint = before.checkpoint;
  plan.verifier_key = before.verifier_key;
  plan.at_rest = plan.at_rest && before.at_rest;
  return base::success();
}

// A line torn by the interruption is cut off; its stretch is read again.
Result<void> ExportFolder::resume(std::string_view journal, Manifest& plan, bool end_is_open) {
  const std::size_t whole = journal.rfind('\n') + 1;
  std::size_t at = journal.find('\n') + 1;
  TRY(auto before, parse_manifest(journal.substr(0, at)));
  TRY(take_over(before, plan, end_is_open));
  base::JsonParser parser;
  while (at < whole) {
    const std::size_t end = journal.find('\n', at) + 1;
    TRY(auto line, parser.parse(journal.substr(at, end - at)));
    at = end;
    std::optional<FileEntry> entry;
    if (line.member("file").kind() != base::JsonValue::Kind::null) {
      TRY(auto file, parse_entry(line.member("file")));
      entry = std::move(file);
    }
    kept_[static_cast<std::uint64_t>(line.member("first").integer().value_or(0))] = std::move(entry);
  }
  resumed_ = kept_.size();
  if (whole != journal.size() && ::truncate(journal_path_.c_str(), static_cast<off_t>(whole)) != 0) {
    return base::system_error("cannot cut", journal_path_);
  }
  return base::success();
}

Result<void> ExportFolder::remove_torn() const {
  std::set<std::string> whole{journal_path_};
  for (const auto& [first, entry] : kept_) {
    if (!entry) continue;
    std::error_code missing;
    if (fs::file_size(path(entry->name), missing) != entry->bytes || missing) {
      return base::error(base::ErrorCode::corrupt,
                         path(entry->name) + " is not as it was left: remove " + partial_ + " and begin again");
    }
    whole.insert(path(entry->name));
    if (entry->proofs) whole.insert(path(entry->proofs->name));
  }
  std::error_code problem;
  std::vector<fs::path> torn;
  for (const auto& found : fs::recursive_directory_iterator(partial_, problem)) {
    if (!found.is_directory() && !whole.contains(found.path().string())) torn.push_back(found.path());
  }
  for (const fs::path& file : torn) fs::remove(file, problem);
  if (problem) return base::io_error("cannot clear " + partial_, problem);
  return base::success();
}

bool ExportFolder::is_kept(Position first) const {
  std::lock_guard lock(mutex_);
  return kept_.contains(first.value);
}

Result<void> ExportFolder::keep(Position first, const std::optional<FileEntry>& entry) {
  if (entry) {
    TRY(base::sync_folder(fs::path(path(entry->name)).parent_path().string()));
  }
  if (entry && entry->proofs) {
    TRY(base::sync_folder(path("proofs")));
  }
  std::lock_guard lock(mutex_);
  TRY(append_to_file(journal_, journal_path_, journal_line(first, entry)));
  kept_[first.value] = entry;
  return base::success();
}

std::vector<FileEntry> ExportFolder::files() const {
  std::lock_guard lock(mutex_);
  std::vector<FileEntry> files;
  for (const auto& [first, entry] : kept_) {
    if (entry) files.push_back(*entry);
  }
  return files;
}

Result<void> ExportFolder::finish(const Manifest& manifest) {
  const std::string json = to_json(manifest);
  const std::string name(kManifestName);
  TRY(base::write_synced(path(std::string(kManifestSumName)),
                         base::hex(base::view_of(base::sha256(json))) + "  " + name + "\n"));
  TRY(base::write_synced(path(name), json));
  TRY(base::sync_folder(partial_));
  std::error_code problem;
  fs::rename(partial_, out_, problem);
  if (problem) return base::io_error("cannot rename " + partial_ + " to " + out_, problem);
  TRY(base::sync_folder(fs::absolute(out_, problem).parent_path().string()));
  // A crash before this line leaves a whole export with a journal beside its manifest, which nobody reads.
  fs::remove(out_ + "/" + std::string(kJournalName), problem);
  return base::success();
}

}  // namespace hansard::segments
