// The file system of the connection that writes: SQLite's own, but the unallocated space of a b-tree page reaches the
// database as zeros. `PRAGMA secure_delete` overwrites what is deleted; it does not overwrite the copies that stay
// between the cell pointers and the cells when a page is built again with fewer cells than it had (balancing, 3.40.1).
// They belong to rows that stand elsewhere, until those are deleted: then the copy is all that is left, and stays.
//
// The write-ahead log holds pages as they are in the cache. So what was deleted is gone once the log has been emptied
// into the database and the cache was let go (Connection::empty_wal, forget_pages).
//
// For databases of kPageBytes and with auto_vacuum, whose pointer-map pages stand at known places; kPagesMax keeps the
// first byte of pages that are not of a b-tree (overflow, freelist: the number of another page) below any page type.
//
// Sources: https://www.sqlite.org/vfs.html; https://www.sqlite.org/fileformat2.html sections 1.5 to 1.8.
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hansard::search {

inline constexpr std::size_t kPageBytes = 4'096;
inline constexpr std::uint32_t kPagesMax = (1u << 25) - 1;  // 137 GB

// Its name, registered with the first call.
const char* secure_vfs();

// `number` from 1, as SQLite counts. Leaves alone what is no b-tree page.
void wipe_unallocated(std::span<std::byte, kPageBytes> page, std::uint64_t number);

}  // namespace hansard::search
