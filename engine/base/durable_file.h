// Files and names that are on stable storage when a call returns: written whole, synced, and their names synced too.
// POSIX: a rename replaces in one step, and an fsync of the folder makes the name last.
//
// Thread: one writer per file. Errors: disk_full and io, with the path and the system's own words.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "engine/base/result.h"

namespace hansard::base {

// disk_full for a full disk or quota, else io.
ErrorCode code_of_errno(int number);
// "<what> <path>: <text of errno>"
Error system_error(const std::string& what, const std::string& path);
// "<what>: <text of problem>", for what std::filesystem could not do; always io.
Error io_error(const std::string& what, const std::error_code& problem);

// Every byte, at the descriptor's place; signals and short writes are gone on from. Not synced.
Result<void> write_all(int descriptor, const std::string& path, std::string_view bytes);
// Makes or replaces the file in place (mode 0600) and syncs it, but not its name: a crash may leave half of it.
Result<void> write_synced(const std::string& path, std::string_view bytes);
// Mode 0600; a crash leaves the old file or the new one, and nothing that looks like either.
Result<void> replace_file(const std::string& path, std::string_view bytes);

// A copy is synced, its name is not, and has the mode of `from`; a link is as durable as its name. `not_found` where
// `from` is gone; else the error names the file that was in the way.
Result<void> copy_file(const std::string& from, const std::string& to);
Result<void> link_or_copy(const std::string& from, const std::string& to);

Result<void> sync_file(const std::string& path);
// Makes names created, renamed or removed in `folder` durable.
Result<void> sync_folder(const std::string& folder);
// Makes a private folder (0700) with its parents, durably; one that exists is left as it is.
Result<void> make_folder(const std::string& folder);

}  // namespace hansard::base
