#include "replay/segments/file_stream.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/check.h"

namespace hansard::segments {

Result<std::uint64_t> run(files::FileIo& io, files::IoOperation operation, const std::string& what) {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<files::IoResult> result;
  io.start(std::move(operation), [&](files::IoResult got) {
    std::lock_guard lock(mutex);
    result = got;
    ended.notify_one();
  });
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return result.has_value(); });
  if (result->error != 0) return files::error_of(result->error, what);
  return result->value;
}

// What callbacks and the caller share: how many pieces are on their way, and the first error.
struct FileWriter::Flight {
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t pieces = 0;
  int error = 0;
};

FileWriter::FileWriter(files::FileIo& io, std::string path, int file)
    : io_(io), path_(std::move(path)), file_(file), flight_(std::make_unique<Flight>()) {}

Result<std::unique_ptr<FileWriter>> FileWriter::create(files::FileIo& io, const std::string& path) {
  TRY(auto file, run(io, files::CreateFile{path}, "cannot create " + path));
  return std::unique_ptr<FileWriter>(new FileWriter(io, path, static_cast<int>(file)));
}

FileWriter::~FileWriter() {
  (void)wait_for_room(0);
  if (file_ >= 0) (void)run(io_, files::CloseFile{file_}, path_);
}

Result<void> FileWriter::wait_for_room(std::size_t in_flight_max) {
  std::unique_lock lock(flight_->mutex);
  flight_->ended.wait(lock, [&] { return flight_->pieces <= in_flight_max; });
  if (flight_->error != 0) return files::error_of(flight_->error, "cannot write " + path_);
  return base::success();
}

Result<void> FileWriter::append(std::string bytes) {
  TRY(wait_for_room(kBlocksInFlight - 1));
  auto piece = std::make_shared<std::string>(std::move(bytes));
  const std::uint64_t at = std::exchange(offset_, offset_ + piece->size());
  {
    std::lock_guard lock(flight_->mutex);
    ++flight_->pieces;
  }
  io_.start(files::WriteFile{file_, at, *piece}, [flight = flight_.get(), piece](files::IoResult result) {
    std::lock_guard lock(flight->mutex);
    if (flight->error == 0) flight->error = result.error;
    --flight->pieces;
    flight->ended.notify_one();
  });
  return base::success();
}

Result<void> FileWriter::finish() {
  TRY(wait_for_room(0));
  TRY(run(io_, files::SyncFile{file_}, "cannot sync " + path_));
  TRY(run(io_, files::CloseFile{std::exchange(file_, -1)}, "cannot close " + path_));
  return base::success();
}

struct FileReader::Block {
  std::string bytes;
  bool is_here = false;
  files::IoResult result;
};

struct FileReader::Flight {
  std::mutex mutex;
  std::condition_variable ended;
  std::array<Block, kBlocksInFlight> blocks;  // block n of the file is in n % kBlocksInFlight
  std::size_t pieces = 0;
};

FileReader::FileReader(files::FileIo& io, std::string path, int file, std::uint64_t size)
    : io_(io), path_(std::move(path)), file_(file), size_(size), flight_(std::make_unique<Flight>()) {}

Result<std::unique_ptr<FileReader>> FileReader::open(files::FileIo& io, const std::string& path) {
  TRY(auto file, run(io, files::OpenFile{path}, "cannot open " + path));
  const int descriptor = static_cast<int>(file);
  struct stat status{};
  const bool is_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = is_file ? static_cast<std::uint64_t>(status.st_size) : 0;
  std::unique_ptr<FileReader> reader(new FileReader(io, path, descriptor, size));
  if (!is_file) return base::error(base::ErrorCode::io, path + " is not a file");
  return reader;
}

FileReader::~FileReader() {
  {
    std::unique_lock lock(flight_->mutex);
    flight_->ended.wait(lock, [&] { return flight_->pieces == 0; });
  }
  (void)run(io_, files::CloseFile{file_}, path_);
}

// Keeps the blocks from the current one on under way.
void FileReader::start_reads() {
  const std::uint64_t end = std::min(offset_ / kBlockBytes + kBlocksInFlight, (size_ + kBlockBytes - 1) / kBlockBytes);
  for (; requested_ < end; ++requested_) {
    Block& block = flight_->blocks[requested_ % kBlocksInFlight];
    const std::uint64_t at = requested_ * kBlockBytes;
    {
      std::lock_guard lock(flight_->mutex);
      ++flight_->pieces;
      block.is_here = false;
    }
    block.bytes.resize(std::min<std::uint64_t>(kBlockBytes, size_ - at));
    io_.start(files::ReadFile{file_, at, {block.bytes.data(), block.bytes.size()}},
              [flight = flight_.get(), &block](files::IoResult result) {
                std::lock_guard lock(flight->mutex);
                block.result = result;
                block.is_here = true;
                --flight->pieces;
                flight->ended.notify_one();
              });
  }
}

// The rest of the block that holds `offset`, from there on.
Result<std::string_view> FileReader::block_at(std::uint64_t offset) {
  Block& block = flight_->blocks[offset / kBlockBytes % kBlocksInFlight];
  std::unique_lock lock(flight_->mutex);
  flight_->ended.wait(lock, [&] { return block.is_here; });
  if (block.result.error != 0) return files::error_of(block.result.error, "cannot read " + path_);
  if (block.result.value != block.bytes.size()) {
    return base::error(base::ErrorCode::io, path_ + " became shorter while it was read");
  }
  return std::string_view(block.bytes).substr(offset % kBlockBytes);
}

Result<std::string_view> FileReader::peek(std::size_t size) {
  CHECK(size <= kBlockBytes, size);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset_));
  start_reads();
  if (wanted == 0) return std::string_view();
  TRY(auto first, block_at(offset_));
  if (wanted <= first.size()) return first.substr(0, wanted);
  joined_.assign(first);
  TRY(auto second, block_at(offset_ + first.size()));
  joined_.append(second.substr(0, wanted - joined_.size()));
  return std::string_view(joined_);
}

Result<std::string_view> FileReader::read(std::size_t size) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset_));
  start_reads();
  if (wanted == 0) return std::string_view();
  TRY(auto first, block_at(offset_));
  if (wanted <= first.size()) {
    offset_ += wanted;
    return first.substr(0, wanted);
  }
  joined_.clear();
  while (joined_.size() < wanted) {
    start_reads();
    TRY(auto block, block_at(offset_));
    const std::string_view part = block.substr(0, wanted - joined_.size());
    joined_.append(part);
    offset_ += part.size();
  }
  return std::string_view(joined_);
}

}  // namespace hansard::segments
