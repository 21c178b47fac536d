#include "projections/search/sealed_page.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/crc32c.h"
#include "engine/base/hash.h"

namespace hansard::search {

namespace {
constexpr std::size_t kFileHeaderBytes = 100;  // before the header of page 1
constexpr std::size_t kUsableBytes = kPageBytes - kSealBytes;
constexpr std::uint64_t kFirstPointerMap = 2, kPagesAPointerMap = kUsableBytes / 5 + 1;  // itself among them
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

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The low bytes first.
template <std::size_t N>
std::array<std::byte, N> bytes_of(std::uint64_t number) {
  std::array<std::byte, N> bytes;
  for (std::size_t i = 0; i < N; ++i) bytes[i] = static_cast<std::byte>(number >> 8 * i & 0xFF);
  return bytes;
}

std::array<std::byte, kSealBytes> seal_of(ConstPage page, std::uint64_t number) {
  const std::uint32_t place = base::crc32c(view_of(bytes_of<sizeof number>(number)));
  return bytes_of<kSealBytes>(base::crc32c_extend(place, view_of(page.first<kUsableBytes>())));
}
}  // namespace

void wipe_unallocated(Page page, std::uint64_t number) {
  if (number >= kFirstPointerMap && (number - kFirstPointerMap) % kPagesAPointerMap == 0) return;
  const std::byte* header = page.data() + (number == 1 ? kFileHeaderBytes : 0);
  const std::size_t size = header_bytes(header[0]);
  if (size == 0) return;
  const std::size_t begin = static_cast<std::size_t>(header - page.data()) + size + 2 * two_bytes(header + 3);
  const std::size_t end = two_bytes(header + 5);
  if (begin < end && end <= kUsableBytes) std::fill(page.begin() + begin, page.begin() + end, std::byte{0});
}

void seal(Page page, std::uint64_t number) { std::ranges::copy(seal_of(page, number), page.begin() + kUsableBytes); }

bool is_sealed(ConstPage page, std::uint64_t number) {
  return std::ranges::equal(page.last<kSealBytes>(), seal_of(page, number));
}

}  // namespace hansard::search
