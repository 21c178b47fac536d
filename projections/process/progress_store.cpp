#include "projections/process/progress_store.h"

#include <algorithm>
#include <filesystem>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "engine/base/database_options.h"
#include "engine/base/durable_file.h"
#include "engine/base/folder_seal.h"
#include "engine/base/one_line.h"
#include "engine/base/stop_process.h"

namespace hansard::process {

namespace {
constexpr char kFormatKey[] = "format";
constexpr char kFormat[] = "1";

rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

rocksdb::Options progress_options() {
  rocksdb::Options options = base::database_options();
  options.write_buffer_size = 1u << 20;
  options.max_open_files = 64;
  return options;
}

base::Error open_error(const std::string& folder, const rocksdb::Status& status) {
  const std::string text = base::on_one_line(status.ToString());
  if (text.find("LOCK") != std::string::npos || text.find("lock hold") != std::string::npos) {
    return base::error(base::ErrorCode::in_use, folder + " is in use by another process");
  }
  return base::error(base::ErrorCode::corrupt,
                     "the webhook progress in " + folder + " cannot be opened (" + text +
                         "); restore the folder from a backup, or move it away: every webhook then begins anew");
}

// Webhooks whose progress is not known must not be called: they would be told things twice.
void require(rocksdb::DB& db, const rocksdb::Status& status, const char* what) {
  if (status.ok()) return;
  base::stop_process({what, db.GetName(), status.ToString(),
                      "start again once the disk works and has space; if it stops here again, move the folder away: "
                      "every webhook then begins anew"});
}
}  // namespace

struct ProgressStore::Database {
  base::FolderSeal seal;
  std::unique_ptr<rocksdb::DB> db;
};

ProgressStore::ProgressStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

ProgressStore::~ProgressStore() = default;

base::Result<std::unique_ptr<ProgressStore>> ProgressStore::open(const std::string& folder) {
  TRY(base::make_folder(folder));
  TRY(auto seal, base::FolderSeal::lift(folder));
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(progress_options(), folder, &db);
  if (!status.ok()) return open_error(folder, status);
  auto database = std::make_unique<Database>(Database{std::move(seal), std::unique_ptr<rocksdb::DB>(db)});
  std::unique_ptr<ProgressStore> store(new ProgressStore(std::move(database)));
  const auto format = store->get(kFormatKey);
  if (format && *format != kFormat) {
    return base::error(base::ErrorCode::unsupported, folder + " was written by a newer version; use that one");
  }
  const Change made{kFormatKey, kFormat};
  if (!format) store->write({&made, 1});
  return store;
}

std::optional<std::string> ProgressStore::get(std::string_view key) const {
  std::string value;
  const auto status = database_->db->Get({}, slice_of(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(*database_->db, status, "the progress of webhooks cannot be read");
  return value;
}

std::vector<ProgressStore::Row> ProgressStore::list(std::string_view prefix, std::string_view after,
                                                    std::size_t limit) const {
  std::vector<Row> rows;
  std::unique_ptr<rocksdb::Iterator> at(database_->db->NewIterator({}));
  at->Seek(slice_of(std::max(prefix, after)));
  if (at->Valid() && at->key() == slice_of(after)) at->Next();
  for (; at->Valid() && at->key().starts_with(slice_of(prefix)) && rows.size() < limit; at->Next()) {
    rows.push_back({at->key().ToString(), at->value().ToString()});
  }
  require(*database_->db, at->status(), "the progress of webhooks cannot be read");
  return rows;
}

void ProgressStore::write(std::span<const Change> changes) {
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  for (const Change& change : changes) {
    if (!status.ok()) break;
    status = change.value ? batch.Put(change.key, *change.value) : batch.Delete(change.key);
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (status.ok()) status = database_->db->Write(synced, &batch);
  require(*database_->db, status, "the progress of webhooks cannot be written");
}

}  // namespace hansard::process
