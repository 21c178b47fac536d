// One file written, or read, from its beginning to its end through engine/files: io_uring where the kernel lets us,
// else its POSIX twin. Several blocks are in flight at a time, so that compressing, checking and the disk overlap.
//
// Thread: one at a time; a call waits where the disk is slower than its caller.
// Owns: the file, and the blocks in flight; a destructor waits for them.
// Limits: kBlocksInFlight blocks of kBlockBytes when reading; as many appended pieces when writing.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/file_io.h"

namespace hansard::segments {

using base::Result;

inline constexpr std::size_t kBlocksInFlight = 8;
inline constexpr std::size_t kBlockBytes = 1u << 20;

// Starts `operation` and waits for its end. `what` begins the sentence of an error.
Result<std::uint64_t> run(files::FileIo& io, files::IoOperation operation, const std::string& what);

class FileWriter {
 public:
  // The file must not be there yet (mode 0600).
  static Result<std::unique_ptr<FileWriter>> create(files::FileIo& io, const std::string& path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  // An error may be that of an earlier piece; the file is then of no use.
  Result<void> append(std::string bytes);
  std::uint64_t size() const { return offset_; }
  // All of it is on stable storage on return. Once, and nothing after it.
  Result<void> finish();

 private:
  struct Flight;
  FileWriter(files::FileIo& io, std::string path, int file);
  Result<void> wait_for_room(std::size_t in_flight_max);

  files::FileIo& io_;
  const std::string path_;
  int file_;  // -1 once closed
  std::uint64_t offset_ = 0;
  std::unique_ptr<Flight> flight_;
};

class FileReader {
 public:
  static Result<std::unique_ptr<FileReader>> open(files::FileIo& io, const std::string& path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // The next `size` bytes, at most kBlockBytes, without passing over them; fewer only at the end of the file. What is
  // given is valid until the next call.
  Result<std::string_view> peek(std::size_t size);
  // The same, passing over them; any size.
  Result<std::string_view> read(std::size_t size);
  std::uint64_t offset() const { return offset_; }
  std::uint64_t size() const { return size_; }

 private:
  struct Block;
  struct Flight;
  FileReader(files::FileIo& io, std::string path, int file, std::uint64_t size);
  void start_reads();
  Result<std::string_view> block_at(std::uint64_t offset);

  files::FileIo& io_;
  const std::string path_;
  const int file_;
  const std::uint64_t size_;
  std::uint64_t offset_ = 0;     // of the next byte to give
  std::uint64_t requested_ = 0;  // blocks asked for so far
  std::string joined_;           // bytes that do not lie in one block
  std::unique_ptr<Flight> flight_;
};

}  // namespace hansard::segments
