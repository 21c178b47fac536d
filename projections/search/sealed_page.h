// A page of the search file on its way to the disk: wiped and sealed.
//
// Wiped: the unallocated space of a b-tree page becomes zeros. `PRAGMA secure_delete` overwrites what is deleted; it
// does not overwrite the copies that stay between the cell pointers and the cells when a page is built again with fewer
// cells than it had (balancing, 3.40.1). They belong to rows that stand elsewhere, until those are deleted: then the
// copy is all that is left, and stays.
//
// Sealed: the last kSealBytes, which SQLite leaves to us, are the CRC32C of the page's number and of all bytes before
// them. So a page that the disk gives back otherwise, zeros, or another page in its place are not taken for what was
// written. An older state of the same page is: a write that the disk lost is not told by any sum within the page.
//
// For databases of kPageBytes, with secure_delete (so that no page of the file is left unwritten) and with auto_vacuum,
// whose pointer-map pages stand at known places; kPagesMax keeps the first byte of pages that are not of a b-tree
// (overflow, freelist: the number of another page) below any page type.
//
// Sources: https://www.sqlite.org/fileformat2.html sections 1.3.4 and 1.5 to 1.8.
// Thread: any; plain functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hansard::search {

inline constexpr std::size_t kPageBytes = 4'096;
// With eight, a full leaf of FTS5 (4,050 bytes and more, and the head of its row) would take a second page.
inline constexpr std::size_t kSealBytes = 4;
inline constexpr std::uint32_t kPagesMax = (1u << 25) - 1;  // 137 GB

using Page = std::span<std::byte, kPageBytes>;
using ConstPage = std::span<const std::byte, kPageBytes>;

// `number` from 1, as SQLite counts. Leaves alone what is no b-tree page.
void wipe_unallocated(Page page, std::uint64_t number);
void seal(Page page, std::uint64_t number);
bool is_sealed(ConstPage page, std::uint64_t number);

}  // namespace hansard::search
