#include "projections/search/secure_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <mutex>

#include "engine/base/check.h"

namespace hansard::search {

namespace {
constexpr std::size_t kFileHeaderBytes = 100;                                          // before the header of page 1
constexpr std::uint64_t kFirstPointerMap = 2, kPagesAPointerMap = kPageBytes / 5 + 1;  // itself among them
constexpr std::uint64_t kLockBytePage = 0x40000000 / kPageBytes + 1;
// Otherwise the pointer map there would stand one page further.
static_assert((kLockBytePage - kFirstPointerMap) % kPagesAPointerMap != 0);

// https://www.sqlite.org/fileformat2.html#b_tree_pages: the bytes of a page's header by its type; 0 for no b-tree page.
std::size_t header_bytes(std::byte type) {
  switch (std::to_integer<int>(type)) {
    case 2:
    case 5:
      return 12;
    case 10:
    case 13:
      return 8;
    default:
      return 0;
  }
}

std::size_t two_bytes(const std::byte* at) {
  return std::to_integer<std::size_t>(at[0]) << 8 | std::to_integer<std::size_t>(at[1]);
}

// SQLite's own, and the methods of its database files with ours in the place of xWrite.
struct Wrapped {
  sqlite3_vfs* const original = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *original;
  const sqlite3_io_methods* under = nullptr;
  sqlite3_io_methods methods{};
  std::once_flag are_set;
};

Wrapped& wrapped() {
  static Wrapped one;
  return one;
}

int write_wiped(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  const auto write = wrapped().under->xWrite;
  if (size != static_cast<int>(kPageBytes)) return write(file, bytes, size, at);
  std::byte page[kPageBytes];
  std::memcpy(page, bytes, kPageBytes);
  wipe_unallocated(page, static_cast<std::uint64_t>(at) / kPageBytes + 1);
  return write(file, page, size, at);
}

void take_methods(Wrapped& to, const sqlite3_io_methods* from) {
  to.under = from;
  to.methods = *from;
  to.methods.xWrite = write_wiped;
}

int open_wrapped(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  Wrapped& own = wrapped();
  const int code = own.original->xOpen(own.original, name, file, flags, out_flags);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return code;
  std::call_once(own.are_set, take_methods, std::ref(own), file->pMethods);
  CHECK(file->pMethods == own.under, "one file system, one kind of database file");
  file->pMethods = &own.methods;
  return code;
}

const char* register_wrapped() {
  sqlite3_vfs& vfs = wrapped().vfs;
  vfs.zName = "hansard-secure";
  vfs.xOpen = open_wrapped;
  CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "a file system of SQLite's own interface");
  return vfs.zName;
}
}  // namespace

const char* secure_vfs() {
  static const char* const name = register_wrapped();
  return name;
}

void wipe_unallocated(std::span<std::byte, kPageBytes> page, std::uint64_t number) {
  if (number >= kFirstPointerMap && (number - kFirstPointerMap) % kPagesAPointerMap == 0) return;
  const std::byte* header = page.data() + (number == 1 ? kFileHeaderBytes : 0);
  const std::size_t size = header_bytes(header[0]);
  if (size == 0) return;
  const std::size_t begin = static_cast<std::size_t>(header - page.data()) + size + 2 * two_bytes(header + 3);
  const std::size_t end = two_bytes(header + 5);
  if (begin < end && end <= kPageBytes) std::fill(page.begin() + begin, page.begin() + end, std::byte{0});
}

}  // namespace hansard::search
