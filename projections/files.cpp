#include "projections/files.h"

#include <algorithm>

#include "projections/side_rows.h"

namespace hansard::projections::files {

namespace {
void put_file(Folding& folding, const FileId& id, const std::optional<Timestamp>& collectable_before,
              const FileRow& row) {
  auto collectable = row.collectable_at();
  if (collectable != collectable_before) {
    if (collectable_before) folding.rows.erase(collectable_key(*collectable_before, id));
    if (collectable) folding.rows.put(collectable_key(*collectable, id), "");
  }
  put_row(folding, file_key(id), row);
}

template <class Change>
void change_file(Folding& folding, const FileId& id, const Change& change) {
  auto row = row_at<FileRow>(folding, file_key(id));
  if (!row) return;
  auto before = row->collectable_at();
  change(*row);
  put_file(folding, id, before, *row);
}
}  // namespace

void fold(Folding& folding, const domain::FileUploaded& body) {
  FileRow row;
  row.file.owner = body.user;
  row.file.sha256 = body.sha256;
  row.file.size = body.size;
  if (body.content) {
    row.file.name = body.content->name;
    row.file.media_type = body.content->media_type;
  }
  row.file.uploaded_at = folding.event.time;
  put_file(folding, body.file, std::nullopt, row);
  folding.rows.put(blob_key(body.sha256, body.file), "");
}

void fold(Folding& folding, const domain::FileCollected& body) {
  change_file(folding, body.file, [&](FileRow& row) {
    row.file.collected = true;
    row.file.name.clear();
    row.file.media_type.clear();
    folding.rows.erase(blob_key(row.file.sha256, body.file));
  });
}

std::vector<FileId> distinct(std::vector<FileId> files) {
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

void attach(Folding& folding, const domain::MessageFacts& facts, const std::vector<FileId>& files) {
  for (const FileId& id : files) {
    change_file(folding, id, [&](FileRow& row) {
      row.was_attached = true;
      ++row.carriers;
      folding.rows.put(carrier_key(id, facts.conversation, facts.ordinal), "");
    });
  }
}

void hold(Folding& folding, const std::vector<FileId>& files, bool waits) {
  for (const FileId& id : files) {
    change_file(folding, id, [waits](FileRow& row) {
      if (waits) ++row.carriers;
      if (!waits && row.carriers > 0) --row.carriers;
    });
  }
}

void detach(Folding& folding, const domain::MessageFacts& facts, const std::vector<FileId>& files,
            domain::MessageStatus status) {
  for (const FileId& id : files) {
    change_file(folding, id, [&](FileRow& row) {
      if (status != domain::MessageStatus::deleted && row.carriers > 0) --row.carriers;
      folding.rows.erase(carrier_key(id, facts.conversation, facts.ordinal));
    });
  }
}

}  // namespace hansard::projections::files
