#include "replay/verify/small_checks.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/hex.h"
#include "replay/verify/database_rows.h"
#include "replay/verify/library_words.h"
#include "replay/verify/parallel.h"

namespace hansard::verify {

namespace {
namespace fs = std::filesystem;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kPieceBytes = 1u << 20;

using RowCheck = std::function<void(std::string_view key, std::string_view value, Check& check)>;

void check_rows(const Store& store, const std::string& folder, Check& check, const RowCheck& row) {
  const DatabaseFiles* files = store.database(folder);
  if (!files) return check.skip("there is none");
  if (!files->can_be_opened) return check.skip("its files are damaged");
  auto opened = RowDatabase::open(store.data + "/" + folder);
  if (!opened) return check.damaged(damage_of(folder, "it cannot be opened", opened.error()));
  auto rows = opened.value()->rows();
  for (; rows->valid(); rows->next()) {
    row(rows->key(), rows->value(), check);
    check.add(1);
  }
  if (auto outcome = rows->status(); !outcome) {
    check.damaged(damage_of(folder, "a row cannot be read", outcome.error()));
  }
}

base::Digest digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  base::Sha256 hash;
  std::vector<char> piece(kPieceBytes);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    hash.update({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  return hash.finish();
}
}  // namespace

void check_keys(const Store& store, Findings& findings) {
  Check check(findings, "keys", "", "secrets");
  check_rows(store, "keys", check, [](std::string_view, std::string_view secret, Check& to) {
    if (secret.size() != kSecretBytes) to.damaged("keys", "a secret has " + std::to_string(secret.size()) + " bytes");
  });
}

void check_outbox(const Store& store, Findings& findings) {
  Check check(findings, "outbox", "", "rows");
  check_rows(store, "outbox", check, [](std::string_view, std::string_view, Check&) {});
}

void FileEvents::see(const codec::Leaf& leaf, std::string_view record) {
  const bool concerns = leaf.type == domain::EventType::file_uploaded || leaf.type == domain::EventType::file_collected;
  if (!concerns) return;
  auto event = codec::decode(record);
  if (!event || !event.value().body) return;
  std::lock_guard lock(mutex_);
  if (const auto* uploaded = std::get_if<domain::FileUploaded>(&*event.value().body)) {
    uploaded_[uploaded->file] = {uploaded->sha256, uploaded->size, leaf.position};
  }
  if (const auto* collected = std::get_if<domain::FileCollected>(&*event.value().body)) {
    collected_.insert(collected->file);
  }
}

void FileEvents::check(const Store& store, Findings& findings) const {
  Check check(findings, "attachments", "", "files");
  std::vector<const File*> kept;
  for (const auto& [id, file] : uploaded_) {
    if (!collected_.contains(id)) kept.push_back(&file);
  }
  in_parallel(kept.size(), store.threads, [&](std::size_t i) { check_blob(store, *kept[i], check); });
}

void FileEvents::check_blob(const Store& store, const File& file, Check& check) {
  check.add(1);
  const std::string name = base::hex(base::view_of(file.sha256));
  Damage damage;
  damage.file = "files/" + name.substr(0, 2) + "/" + name;
  damage.position = file.position;
  const std::string path = store.data + "/" + damage.file;
  std::error_code problem;
  const auto bytes = fs::file_size(path, problem);
  if (problem) {
    damage.what = "the bytes of an attachment are missing";
  } else if (bytes != file.bytes) {
    damage.what = "an attachment has " + std::to_string(bytes) + " bytes, its event says " + std::to_string(file.bytes);
  } else if (store.hashes_attachments && digest_of_file(path) != file.sha256) {
    damage.what = "the bytes of an attachment do not hash to its name";
  } else {
    return;
  }
  check.damaged(std::move(damage));
}

}  // namespace hansard::verify
