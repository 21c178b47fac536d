#include "replay/verify/view_check.h"

#include <filesystem>
#include <fstream>
#include <string_view>

#include "projections/keys.h"
#include "projections/view_builder.h"
#include "projections/view_kind.h"
#include "projections/view_pointer.h"
#include "projections/view_store.h"
#include "replay/verify/library_words.h"
#include "replay/verify/row_compare.h"

namespace hansard::verify {

namespace {
using base::Position;
using projections::RowDigest;

// "chat" of "views/chat/v2"; "" for a folder that is no view.
std::string view_name(const std::string& folder) {
  if (!folder.starts_with("views/")) return "";
  const std::size_t end = folder.find('/', 6);
  return end == std::string::npos || folder[end + 1] != 'v' ? "" : folder.substr(6, end - 6);
}

base::Result<RowDigest> digest_of(const RowDatabase& view, std::uint64_t& count) {
  RowDigest digest;
  auto rows = view.rows();
  for (; rows->valid(); rows->next()) {
    if (rows->key() == projections::checkpoint_key().view()) continue;
    digest.add(projections::hash_row(rows->key(), rows->value()));
    ++count;
  }
  TRY(rows->status());
  return digest;
}

// The version of the rows in "views/chat/v3.1".
unsigned version_of(const std::string& folder) {
  const auto name = projections::parse_folder_name(folder.substr(folder.rfind('/') + 1));
  return name ? name->version : 0;
}

// views/<name>/CURRENT: what it names is there, and it says nothing else.
void check_pointers(const Store& store, Findings& findings) {
  namespace fs = std::filesystem;
  Check check(findings, "view pointers", "", "files");
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(store.data + "/views", problem)) {
    const fs::path file = entry.path() / "CURRENT";
    if (!fs::exists(file, problem)) continue;
    check.add(1);
    std::ifstream in(file);
    std::string word, folder, expected;
    for (const char* line : {"current", "previous"}) {
      if (!(in >> word >> folder)) break;
      expected += std::string(line) + " " + folder + "\n";
      const bool is_there = projections::parse_folder_name(folder) && fs::is_directory(entry.path() / folder, problem);
      if (!is_there) expected += "?";
    }
    std::ifstream again(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(again)), {});
    if (text == expected && !text.empty()) continue;
    check.damaged(fs::path(file).lexically_relative(store.data).string(), "it does not name the folder that serves");
  }
}

class ViewCheck {
 public:
  ViewCheck(const Store& store, const DatabaseFiles& files, std::string name, Findings& findings)
      : store_(store), files_(files), name_(std::move(name)), findings_(findings) {}

  void run() {
    Check check(findings_, "view " + name_, "I3 I7", "rows");
    if (!files_.can_be_opened) return check.skip("its files are damaged");
    auto opened = RowDatabase::open(store_.data + "/" + files_.folder);
    if (!opened) return check.damaged(damage_of(files_.folder, "the view cannot be opened", opened.error()));
    auto outcome = check_rows(*opened.value(), check);
    if (!outcome) check.damaged(damage_of(files_.folder, "a row cannot be read", outcome.error()));
    if (outcome && checkpoint_.position) compare(*opened.value());
  }

 private:
  base::Result<void> check_rows(const RowDatabase& view, Check& check) {
    std::uint64_t count = 0;
    TRY(auto digest, digest_of(view, count));
    check.add(count);
    TRY(auto stored, view.get(projections::checkpoint_key()));
    if (!stored && count == 0) return base::success();
    if (!stored || !checkpoint_.decode(*stored)) {
      return base::error(base::ErrorCode::corrupt, "its checkpoint is missing or cannot be read");
    }
    if (digest == checkpoint_.digest) return check_place(check);
    return base::error(base::ErrorCode::corrupt, "its rows have the digest " + digest.hex() + ", its checkpoint says " +
                                                     checkpoint_.digest.hex());
  }

  base::Result<void> check_place(Check& check) {
    if (checkpoint_.position > store_.engine->durable()) {
      check.damaged(files_.folder, "its checkpoint " + std::to_string(checkpoint_.position.value) +
                                       " is above the end of the log, " +
                                       std::to_string(store_.engine->durable().value));
    }
    if (checkpoint_.epoch != store_.engine->epoch()) {
      check.damaged(files_.folder, "its checkpoint is of epoch " + std::to_string(checkpoint_.epoch) +
                                       ", the log of epoch " + std::to_string(store_.engine->epoch()));
    }
    return base::success();
  }

  void compare(const RowDatabase& view) {
    if (!store_.deep || checkpoint_.position > store_.engine->durable()) return;
    Check check(findings_, "view " + name_ + " by fold", "I8", "rows");
    const projections::ViewKind* kind = projections::find_view_kind(name_);
    if (!kind || kind->version != version_of(files_.folder))
      return check.skip("rows of a version that is not folded here");
    auto outcome = compare_with_fold(view, *kind, check);
    if (!outcome) check.damaged(damage_of(files_.folder, "a row cannot be read", outcome.error()));
  }

  base::Result<void> compare_with_fold(const RowDatabase& view, const projections::ViewKind& kind, Check& check) {
    const std::string folder = store_.scratch + "/" + name_ + files_.folder.substr(files_.folder.rfind('/') + 1);
    TRY(fold_anew(kind, folder));
    TRY(auto folded, RowDatabase::open(folder));
    const auto words = [&kind](std::string_view key) {
      const projections::RowWords row = kind.words(key);
      return "the row of " + row.table + " (" + row.key + ")";
    };
    TRY(auto found, compare_rows(view, *folded, {words, nullptr}));
    check.add(found.rows);
    if (found.differing == 0) return fold_on(kind, folder);
    return base::error(base::ErrorCode::corrupt,
                       std::to_string(found.differing) + " rows are not what the log gives; the first: " + found.first);
  }

  base::Result<void> fold_anew(const projections::ViewKind& kind, const std::string& folder) const {
    auto engine = engine_up_to(*store_.engine, checkpoint_.position);
    projections::BuiltViews views;
    TRY(auto built, projections::BuiltView::start(kind, folder, {}, checkpoint_.epoch));
    views.push_back(std::move(built));
    TRY(projections::build_through(*engine, views, checkpoint_.position, nullptr));
    views.front()->flush();
    views.front()->keep();
    return base::success();
  }

  // A view that is behind must still be able to come to the end of the log.
  base::Result<void> fold_on(const projections::ViewKind& kind, const std::string& folder) const {
    projections::BuiltViews views;
    TRY(auto built, projections::BuiltView::resume(kind, folder, {}, checkpoint_.epoch));
    views.push_back(std::move(built));
    return projections::build_through(*store_.engine, views, store_.engine->durable(), nullptr);
  }

  const Store& store_;
  const DatabaseFiles& files_;
  const std::string name_;
  Findings& findings_;
  projections::Checkpoint checkpoint_;
};
}  // namespace

void check_views(const Store& store, Findings& findings) {
  check_pointers(store, findings);
  for (const DatabaseFiles& files : store.databases) {
    const std::string name = view_name(files.folder);
    if (!name.empty()) ViewCheck(store, files, name, findings).run();
  }
}

}  // namespace hansard::verify
