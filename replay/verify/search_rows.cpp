#include "replay/verify/search_rows.h"

#include <filesystem>

#include "projections/search/sqlite.h"

namespace hansard::verify {

base::Result<void> for_each_search_row(const std::string& path,
                                       const std::function<void(std::string_view text, std::string_view tags)>& use) {
  std::error_code problem;
  // A server that is there may write to the file at any time, and has its log beside it.
  const bool has_wal =
      std::filesystem::exists(path + "-wal", problem) || std::filesystem::exists(path + "-shm", problem);
  using Mode = search::Connection::Mode;
  TRY(auto connection, search::Connection::open(path, has_wal ? Mode::read : Mode::immutable));
  TRY(auto rows, connection.prepare("SELECT text, tags FROM message WHERE text IS NOT NULL"));
  for (;;) {
    TRY(auto row, rows.step());
    if (!row) return base::success();
    use(rows.text(0), rows.text(1));
  }
}

}  // namespace hansard::verify
