// What this process knows of the pages of a database, shared by all its connections to the same file: which were
// checked since they were written, and what was written to the write-ahead log.
//
// A connection that reads by mmap passes here each time SQLite uses a page; the page is checked the first time only.
//
// Thread: any. Bounds: 4 MiB of bits, of which those in use are resident; a checksum per page of the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hansard::search {

// Numbers below kPagesMax.
class CheckedPages {
 public:
  CheckedPages();
  // PRECONDITION: number <= kPagesMax.
  bool has(std::uint64_t number) const;
  void note(std::uint64_t number);
  void forget(std::uint64_t number);

 private:
  struct Free {
    void operator()(std::uint64_t* words) const { std::free(words); }
  };
  std::atomic_ref<std::uint64_t> word(std::uint64_t number) const;
  std::unique_ptr<std::uint64_t[], Free> words_;
};

// Frames from 0. Of those that another process wrote, or that were written in part, nothing is known.
class WrittenFrames {
 public:
  void note(std::uint64_t frame, std::uint32_t crc);
  std::optional<std::uint32_t> crc(std::uint64_t frame) const;
  void forget(std::uint64_t frame);
  // Those from `frames` on are gone.
  void cut(std::uint64_t frames);

 private:
  mutable std::mutex mutex_;
  std::vector<std::optional<std::uint32_t>> crcs_;
};

// Of the file that is at `path` now, by its inode. Null: there is none any more, or the disk does not tell.
std::shared_ptr<CheckedPages> checked_pages(const char* path);
std::shared_ptr<WrittenFrames> written_frames(const char* path);

}  // namespace hansard::search
