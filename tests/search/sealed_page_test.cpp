// What is wiped of a page, and what is left alone, in the words of https://www.sqlite.org/fileformat2.html; and what a
// seal tells apart.
#include "projections/search/sealed_page.h"

#include <array>
#include <utility>

#include <catch2/catch.hpp>

namespace hansard::search {
namespace {

using Bytes = std::array<std::byte, kPageBytes>;

constexpr std::uint64_t kPlain = 3;  // a page that is neither the first nor a pointer map

// Full of 0xEE but for a header at `header`: cells that begin at `content`, which 0 says is beyond the page.
Bytes page_of(int type, std::size_t cells, std::size_t content, std::size_t header = 0) {
  Bytes page;
  page.fill(std::byte{0xEE});
  const auto set = [&](std::size_t at, std::size_t value) { page[header + at] = static_cast<std::byte>(value); };
  set(0, static_cast<std::size_t>(type));
  set(3, cells >> 8);
  set(4, cells & 0xFF);
  set(5, content >> 8);
  set(6, content & 0xFF);
  return page;
}

// The first wiped byte and the first behind; equal when none was.
std::pair<std::size_t, std::size_t> wiped(Bytes page, std::uint64_t number) {
  const Bytes before = page;
  wipe_unallocated(page, number);
  std::size_t begin = kPageBytes, end = kPageBytes;
  for (std::size_t i = kPageBytes; i-- > 0;) {
    if (page[i] == before[i]) continue;
    CHECK(page[i] == std::byte{0});
    if (begin == kPageBytes) end = i + 1;
    begin = i;
  }
  return {begin, end};
}

const std::pair<std::size_t, std::size_t> kNothing{kPageBytes, kPageBytes};

}  // namespace

TEST_CASE("what lies between the cell pointers and the cells is wiped") {
  using Wiped = std::pair<std::size_t, std::size_t>;
  CHECK(wiped(page_of(13, 10, 3'000), kPlain) == Wiped{8 + 20, 3'000});
  CHECK(wiped(page_of(10, 0, 4'092), kPlain) == Wiped{8, 4'092});
  CHECK(wiped(page_of(5, 300, 1'000), kPlain) == Wiped{12 + 600, 1'000});
  CHECK(wiped(page_of(2, 1, 4'000), kPlain) == Wiped{12 + 2, 4'000});
  CHECK(wiped(page_of(13, 1, 3'000, 100), 1) == Wiped{100 + 8 + 2, 3'000});
}

TEST_CASE("a full page and one that is no b-tree page are left alone") {
  CHECK(wiped(page_of(13, 496, 1'000), kPlain) == kNothing);
  CHECK(wiped(page_of(13, 600, 1'000), kPlain) == kNothing);  // nonsense
  CHECK(wiped(page_of(13, 10, 4'093), kPlain) == kNothing);   // nonsense
  for (int type : {0, 1, 3, 4, 6, 9, 11, 14, 255}) CHECK(wiped(page_of(type, 10, 3'000), kPlain) == kNothing);
  for (std::uint64_t pointers : {2, 2 + 819, 2 + 40 * 819}) CHECK(wiped(page_of(5, 10, 3'000), pointers) == kNothing);
}

TEST_CASE("a seal is that of its bytes and of its place") {
  Bytes page = page_of(13, 10, 3'000);
  CHECK_FALSE(is_sealed(page, kPlain));
  seal(page, kPlain);
  REQUIRE(is_sealed(page, kPlain));
  CHECK_FALSE(is_sealed(page, kPlain + 1));
  for (std::size_t bit = 0; bit < kPageBytes * 8; ++bit) {
    page[bit / 8] ^= std::byte{1} << bit % 8;
    REQUIRE_FALSE(is_sealed(page, kPlain));
    page[bit / 8] ^= std::byte{1} << bit % 8;
  }
}

}  // namespace hansard::search
