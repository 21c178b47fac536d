#include "projections/search/secure_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "projections/search/known_pages.h"
#include "projections/search/sealed_page.h"

namespace hansard::search {

namespace {
constexpr int kPageSize = static_cast<int>(kPageBytes), kFileHeaderBytes = 100, kReservedAt = 20, kReadsMax = 4;
constexpr std::string_view kMagic("SQLite format 3", 16);
constexpr auto kNowhere = std::string_view::npos;
constexpr int kLogHeadBytes = 32, kFrameHeadBytes = 24, kFrameBytes = kFrameHeadBytes + kPageSize;

// Of one open file; stands behind SQLite's own object.
struct Known {
  const sqlite3_io_methods* under;        // SQLite's own
  std::shared_ptr<CheckedPages> pages;    // of a database
  std::shared_ptr<WrittenFrames> frames;  // of a write-ahead log
};

// SQLite's methods for one kind of file, some of them with ours in their place.
struct Methods {
  const sqlite3_io_methods* under = nullptr;
  sqlite3_io_methods own{};
  std::once_flag are_set;
};

struct Wrapped {
  sqlite3_vfs* const original = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *original;
  const int known_at = (original->szOsFile + 7) / 8 * 8;
  Methods database, log;
};

Wrapped& wrapped() {
  static Wrapped one;
  return one;
}

void* behind(sqlite3_file* file) { return reinterpret_cast<std::byte*>(file) + wrapped().known_at; }
Known& known_of(sqlite3_file* file) { return *std::launder(static_cast<Known*>(behind(file))); }

std::string_view view_of(const void* bytes, int size) {
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

// Until two reads in a row are the same.
int read_again(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  const auto read = known_of(file).under->xRead;
  int code = read(file, into, size, at);
  std::array<char, kFrameBytes> again;
  if (code != SQLITE_OK || size > static_cast<int>(again.size())) return code;
  for (int reads = 1; reads < kReadsMax; ++reads) {
    code = read(file, again.data(), size, at);
    if (code != SQLITE_OK || view_of(into, size) == view_of(again.data(), size)) return code;
    std::memcpy(into, again.data(), static_cast<std::size_t>(size));
  }
  return SQLITE_IOERR_DATA;
}

template <class IsRight>
int read_until(const IsRight& is_right, sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  for (int reads = 0; reads < kReadsMax; ++reads) {
    const int code = known_of(file).under->xRead(file, into, size, at);
    if (code != SQLITE_OK || is_right()) return code;
  }
  return SQLITE_IOERR_DATA;
}

// From 1; 0: not one whole page.
std::uint64_t page_number(int size, sqlite3_int64 at) {
  return size == kPageSize && at % kPageSize == 0 ? static_cast<std::uint64_t>(at / kPageSize) + 1 : 0;
}

bool is_right(const void* page, std::uint64_t number) {
  return is_sealed(ConstPage(static_cast<const std::byte*>(page), kPageBytes), number);
}

int read_page(sqlite3_file* file, void* into, int size, sqlite3_int64 at) noexcept {
  const std::uint64_t number = page_number(size, at);
  if (number == 0) return read_again(file, into, size, at);
  const int code = read_until([&] { return is_right(into, number); }, file, into, size, at);
  // Zeros stand for what is not there: SQLite asks for pages beyond the end, but none of them is there in part.
  const bool is_cut = code == SQLITE_IOERR_SHORT_READ && view_of(into, size).find_first_not_of('\0') != kNowhere;
  return is_cut ? SQLITE_IOERR_DATA : code;
}

int write_page(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) noexcept {
  const Known& known = known_of(file);
  const std::uint64_t number = page_number(size, at);
  if (number == 0) return known.under->xWrite(file, bytes, size, at);
  std::array<std::byte, kPageBytes> page;
  std::memcpy(page.data(), bytes, page.size());
  wipe_unallocated(page, number);
  seal(page, number);
  known.pages->forget(number);
  return known.under->xWrite(file, page.data(), size, at);
}

// By mmap. With a null page SQLite reads it, and hears from there what is wrong.
int fetch_page(sqlite3_file* file, sqlite3_int64 at, int size, void** page) noexcept {
  const Known& known = known_of(file);
  const int code = known.under->xFetch(file, at, size, page);
  const std::uint64_t number = page_number(size, at);
  if (code != SQLITE_OK || *page == nullptr || number == 0 || known.pages->has(number)) return code;
  if (is_right(*page, number)) {
    known.pages->note(number);
    return code;
  }
  known.under->xUnfetch(file, at, *page);
  *page = nullptr;
  return SQLITE_OK;
}

struct Frame {
  std::uint64_t number = 0;
  int page_at = 0;  // in the bytes that are read or written
};

// The frame whose page this is, with its head or without.
std::optional<Frame> frame_of(int size, sqlite3_int64 at) {
  const int head = size == kFrameBytes ? kFrameHeadBytes : 0;
  const sqlite3_int64 first = kLogHeadBytes + kFrameHeadBytes - head;
  if (size - head != kPageSize || at < first || (at - first) % kFrameBytes != 0) return std::nullopt;
  return Frame{static_cast<std::uint64_t>((at - first) / kFrameBytes), head};
}

std::uint32_t sum_of_page(const void* bytes, int page_at) {
  return base::crc32c(view_of(static_cast<const char*>(bytes) + page_at, kPageSize));
}

int read_frame(sqlite3_file* file, void* into, int size, sqlite3_int64 at) noexcept {
  const auto frame = frame_of(size, at);
  const auto crc = frame ? known_of(file).frames->crc(frame->number) : std::nullopt;
  if (!crc) return read_again(file, into, size, at);
  return read_until([&] { return sum_of_page(into, frame->page_at) == *crc; }, file, into, size, at);
}

std::uint64_t frames_below(sqlite3_int64 at) {
  return static_cast<std::uint64_t>(std::max<sqlite3_int64>(0, at - kLogHeadBytes) / kFrameBytes);
}

// Heads of frames are written alone; what is neither a head nor a page is known of no frame any more.
int write_frame(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) noexcept {
  const Known& known = known_of(file);
  const auto frame = frame_of(size, at);
  if (frame) {
    known.frames->forget(frame->number);
  } else if (size != kFrameHeadBytes && size != kLogHeadBytes) {
    known.frames->cut(frames_below(at));
  }
  const int code = known.under->xWrite(file, bytes, size, at);
  if (code == SQLITE_OK && frame) known.frames->note(frame->number, sum_of_page(bytes, frame->page_at));
  return code;
}

int cut_log(sqlite3_file* file, sqlite3_int64 size) noexcept {
  const Known& known = known_of(file);
  known.frames->cut(frames_below(size));
  return known.under->xTruncate(file, size);
}

int close_known(sqlite3_file* file) {
  Known& known = known_of(file);
  const auto close = known.under->xClose;
  known.~Known();
  return close(file);
}

void set_database_methods(sqlite3_io_methods& own) {
  own.xRead = read_page;
  own.xWrite = write_page;
  own.xFetch = fetch_page;
  own.xClose = close_known;
}

void set_log_methods(sqlite3_io_methods& own) {
  own.xRead = read_frame;
  own.xWrite = write_frame;
  own.xTruncate = cut_log;
  own.xClose = close_known;
}

void take_over(sqlite3_file* file, Methods& methods, void (*set)(sqlite3_io_methods&), Known known) {
  std::call_once(methods.are_set, [&] {
    methods.under = file->pMethods;
    methods.own = *file->pMethods;
    set(methods.own);
  });
  CHECK(file->pMethods == methods.under, "one file system, one kind of file");
  known.under = methods.under;
  ::new (behind(file)) Known(std::move(known));
  file->pMethods = &methods.own;
}

// One that was removed since it was opened.
int close_again(sqlite3_file* file) {
  file->pMethods->xClose(file);
  file->pMethods = nullptr;
  return SQLITE_CANTOPEN;
}

int open_wrapped(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) noexcept {
  Wrapped& own = wrapped();
  const int code = own.original->xOpen(own.original, name, file, flags, out_flags);
  if (code != SQLITE_OK) return code;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    auto pages = checked_pages(name);
    if (!pages) return close_again(file);
    take_over(file, own.database, set_database_methods, {nullptr, std::move(pages), nullptr});
  } else if ((flags & SQLITE_OPEN_WAL) != 0) {
    auto frames = written_frames(name);
    if (!frames) return close_again(file);
    take_over(file, own.log, set_log_methods, {nullptr, nullptr, std::move(frames)});
  }
  return code;
}

const char* register_wrapped() {
  sqlite3_vfs& vfs = wrapped().vfs;
  vfs.zName = "hansard-secure";
  vfs.szOsFile = wrapped().known_at + static_cast<int>(sizeof(Known));
  vfs.xOpen = open_wrapped;
  CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "a file system of SQLite's own interface");
  return vfs.zName;
}
}  // namespace

const char* secure_vfs() {
  static const char* const name = register_wrapped();
  return name;
}

void leave_room_for_seals(sqlite3* connection) {
  int bytes = kSealBytes;
  const int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
  CHECK(code == SQLITE_OK, code);
}

bool lacks_seals(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  std::array<char, kFileHeaderBytes> header{};
  if (file == nullptr || file->pMethods == nullptr) return false;
  if (file->pMethods->xRead(file, header.data(), kFileHeaderBytes, 0) != SQLITE_OK) return false;
  const bool is_database = view_of(header.data(), kFileHeaderBytes).starts_with(kMagic);
  return is_database && header[kReservedAt] != static_cast<char>(kSealBytes);
}

}  // namespace hansard::search
