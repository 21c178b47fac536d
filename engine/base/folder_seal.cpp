#include "engine/base/folder_seal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "engine/base/crc32c.h"
#include "engine/base/descriptor.h"
#include "engine/base/durable_file.h"
#include "engine/base/hash.h"

namespace hansard::base {

namespace {
namespace fs = std::filesystem;
constexpr std::string_view kFirstLine = "hansard seal 1\n";
constexpr std::size_t kPieceBytes = 1u << 20;
constexpr std::size_t kCrcDigits = 8;

std::string hex(std::uint32_t crc) {
  std::array<char, kCrcDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%08x", crc);
  return text.data();
}

std::string seal_text(const std::vector<SealedFile>& files) {
  std::string text(kFirstLine);
  for (const SealedFile& file : files) {
    text += hex(file.crc) + " " + std::to_string(file.bytes) + " " + file.name + "\n";
  }
  return text + hex(crc32c(text)) + "\n";
}

template <class Number>
bool take_number(std::string_view& text, int radix, char end, Number& out) {
  auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), out, radix);
  if (failed != std::errc() || rest == text.data() + text.size() || *rest != end) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return true;
}

bool parse_line(std::string_view line, SealedFile& file) {
  if (!take_number(line, 16, ' ', file.crc) || !take_number(line, 10, ' ', file.bytes)) return false;
  file.name = line;
  return !line.empty();
}

bool parse_seal(std::string_view text, std::vector<SealedFile>& files) {
  if (!text.starts_with(kFirstLine) || !text.ends_with('\n')) return false;
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  if (text.substr(last) != hex(crc32c(text.substr(0, last))) + "\n") return false;
  for (std::size_t at = kFirstLine.size(); at < last;) {
    const std::size_t end = text.find('\n', at);
    if (!parse_line(text.substr(at, end - at), files.emplace_back())) return false;
    at = end + 1;
  }
  return true;
}

// Under another name first: a seal is whole or not there. The files are read twice: with a sum of a bit that flipped on
// its way a sound folder would be damaged for whoever looks later.
void seal(const std::string& folder) {
  auto files = sum_files(folder, kSealedBytesMax), again = sum_files(folder, kSealedBytesMax);
  if (!files || !again || files.value() != again.value()) return;
  (void)replace_file(folder + "/" + kSealName, seal_text(files.value()));
}
}  // namespace

Result<FolderSeal> FolderSeal::lift(std::string folder) {
  const std::string path = folder + "/" + kSealName;
  if (::unlink(path.c_str()) == 0) {
    TRY(sync_folder(folder));
  } else if (errno != ENOENT) {
    return system_error("cannot lift the seal of", folder);
  }
  return FolderSeal(std::move(folder));
}

FolderSeal::FolderSeal(FolderSeal&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}

FolderSeal& FolderSeal::operator=(FolderSeal&& other) noexcept {
  std::swap(folder_, other.folder_);
  return *this;
}

FolderSeal::~FolderSeal() {
  if (!folder_.empty()) seal(folder_);
}

Result<std::vector<SealedFile>> read_seal(const std::string& folder) {
  const std::string path = folder + "/" + kSealName;
  std::error_code problem;
  if (!fs::exists(path, problem)) return error(ErrorCode::not_found, folder + " has no seal");
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<SealedFile> files;
  if (!file.bad() && parse_seal(text, files)) return files;
  return error(ErrorCode::corrupt, "the seal is not what was written");
}

bool is_sealed_name(std::string_view name) {
  return !name.ends_with(".sst") && !name.starts_with("LOG") && name != "LOCK" && !name.starts_with(kSealName);
}

Result<SealedFile> sum_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.value < 0) return system_error("cannot read", path);
  SealedFile sum{fs::path(path).filename().string(), 0, 0};
  std::vector<char> piece(kPieceBytes);
  for (;;) {
    const ssize_t got = ::read(file.value, piece.data(), piece.size());
    if (got < 0) return system_error("cannot read", path);
    if (got == 0) return sum;
    sum.bytes += static_cast<std::uint64_t>(got);
    sum.crc = crc32c_extend(sum.crc, {piece.data(), static_cast<std::size_t>(got)});
  }
}

Result<std::vector<SealedFile>> sum_files(const std::string& folder, std::uint64_t bytes_max,
                                          const std::function<bool()>& goes_on) {
  std::vector<SealedFile> files;
  std::error_code problem;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file(problem) || !is_sealed_name(name)) continue;
    if (goes_on && !goes_on()) return error(ErrorCode::shutting_down, "stopped on the way");
    bytes += entry.file_size(problem);
    if (bytes > bytes_max) return error(ErrorCode::refused, folder + " is larger than a seal covers");
    TRY(auto file, sum_file(entry.path().string()));
    files.push_back(std::move(file));
  }
  if (problem) return error(ErrorCode::io, "cannot list " + folder + ": " + problem.message());
  std::sort(files.begin(), files.end(), [](const SealedFile& a, const SealedFile& b) { return a.name < b.name; });
  return files;
}

}  // namespace hansard::base
