#include "projections/search/known_pages.h"

#include <sys/stat.h>

#include <map>
#include <utility>

#include "engine/base/check.h"
#include "projections/search/sealed_page.h"

namespace hansard::search {

namespace {
constexpr std::uint64_t kWordBits = 64;

// What is known of one file as long as somebody has it open.
template <class Known>
class ByFile {
 public:
  std::shared_ptr<Known> of(const char* path) {
    struct stat status{};
    if (::stat(path, &status) != 0) return nullptr;
    std::lock_guard lock(mutex_);
    std::erase_if(files_, [](const auto& file) { return file.second.expired(); });
    std::weak_ptr<Known>& known = files_[{status.st_dev, status.st_ino}];
    std::shared_ptr<Known> shared = known.lock();
    if (!shared) known = shared = std::make_shared<Known>();
    return shared;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<dev_t, ino_t>, std::weak_ptr<Known>> files_;
};
}  // namespace

CheckedPages::CheckedPages()
    : words_(static_cast<std::uint64_t*>(std::calloc(kPagesMax / kWordBits + 1, sizeof(std::uint64_t)))) {
  CHECK(words_ != nullptr, "no memory");
}

std::atomic_ref<std::uint64_t> CheckedPages::word(std::uint64_t number) const {
  CHECK(number <= kPagesMax, number);
  return std::atomic_ref<std::uint64_t>(words_[number / kWordBits]);
}

bool CheckedPages::has(std::uint64_t number) const {
  return (word(number).load(std::memory_order_relaxed) >> number % kWordBits & 1) != 0;
}

void CheckedPages::note(std::uint64_t number) {
  word(number).fetch_or(std::uint64_t{1} << number % kWordBits, std::memory_order_relaxed);
}

void CheckedPages::forget(std::uint64_t number) {
  word(number).fetch_and(~(std::uint64_t{1} << number % kWordBits), std::memory_order_relaxed);
}

void WrittenFrames::note(std::uint64_t frame, std::uint32_t crc) {
  std::lock_guard lock(mutex_);
  if (frame >= crcs_.size()) crcs_.resize(frame + 1);
  crcs_[frame] = crc;
}

std::optional<std::uint32_t> WrittenFrames::crc(std::uint64_t frame) const {
  std::lock_guard lock(mutex_);
  return frame < crcs_.size() ? crcs_[frame] : std::nullopt;
}

void WrittenFrames::forget(std::uint64_t frame) {
  std::lock_guard lock(mutex_);
  if (frame < crcs_.size()) crcs_[frame].reset();
}

void WrittenFrames::cut(std::uint64_t frames) {
  std::lock_guard lock(mutex_);
  if (frames < crcs_.size()) crcs_.resize(frames);
}

std::shared_ptr<CheckedPages> checked_pages(const char* path) {
  static ByFile<CheckedPages> files;
  return files.of(path);
}

std::shared_ptr<WrittenFrames> written_frames(const char* path) {
  static ByFile<WrittenFrames> files;
  return files.of(path);
}

}  // namespace hansard::search
