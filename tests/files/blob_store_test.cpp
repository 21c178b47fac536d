#include "engine/files/blob_store.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/files/waiting.h"
#include "tests/support/temp_folder.h"

namespace hansard::files {
namespace {

namespace fs = std::filesystem;
using base::Digest;
using base::ErrorCode;
using support::TempFolder;

struct Place {
  TempFolder folder;
  BlobOptions options{folder / "files", IoChoice::automatic, 8, 0};

  std::unique_ptr<BlobStore> open() {
    auto store = BlobStore::open(options);
    REQUIRE(store);
    return std::move(store.value());
  }
  std::size_t incoming() const { return count(options.folder + "/incoming"); }
  std::size_t count(const std::string& path) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
  std::string path_of(const Digest& sha256) const {
    auto hex = hex_of(sha256);
    return options.folder + "/" + hex.substr(0, 2) + "/" + hex;
  }
};

StoredBlob store_bytes(BlobStore& store, std::string_view bytes) {
  auto upload = begin(store);
  REQUIRE(upload);
  REQUIRE(append(*upload.value(), bytes));
  auto blob = finish(*upload.value());
  REQUIRE(blob);
  return std::move(blob.value());
}

std::vector<Digest> blobs_of(const BlobStore& store) {
  std::vector<Digest> all;
  for (unsigned shard = 0; shard < BlobFolder::kShards; ++shard) {
    auto some = store.list(shard);
    REQUIRE(some);
    all.insert(all.end(), some.value().begin(), some.value().end());
  }
  return all;
}

template <class Test>
void on_each(Test test) {
  std::vector<IoChoice> choices = {IoChoice::posix};
  if (make_uring_io()) choices.push_back(IoChoice::uring);
  for (auto choice : choices) {
    INFO("back end " << static_cast<int>(choice));
    Place place;
    place.options.io = choice;
    test(place);
  }
}

}  // namespace

TEST_CASE("the last piece of a blob whose bytes have changed is refused") {
  on_each([](Place& place) {
    auto store = place.open();
    const auto blob = store_bytes(*store, "the quick brown fox");
    {
      std::fstream file(place.path_of(blob.sha256), std::ios::in | std::ios::out);
      file.seekp(4);
      file << "Q";
    }
    auto whole = open_blob(*store, blob.sha256, blob.size);
    REQUIRE(whole);
    CHECK(read(*whole.value(), 0, 10).value() == "the Quick ");
    CHECK(read(*whole.value(), 10, 9).error().code == ErrorCode::corrupt);
    auto stretch = open_blob(*store, blob.sha256, blob.size);
    REQUIRE(stretch);
    CHECK(read(*stretch.value(), 10, 9).value() == "brown fox");
    auto at_once = open_blob(*store, blob.sha256, blob.size);
    REQUIRE(at_once);
    CHECK(read(*at_once.value(), 0, 100).error().code == ErrorCode::corrupt);
  });
}

TEST_CASE("a blob that has become shorter is not read as if it ended there, one that has grown ends where it did") {
  on_each([](Place& place) {
    auto store = place.open();
    const auto blob = store_bytes(*store, "the quick brown fox");
    const auto bytes = [&](std::uint64_t offset, std::size_t size) {
      return read(*open_blob(*store, blob.sha256, blob.size).value(), offset, size);
    };
    std::ofstream(place.path_of(blob.sha256), std::ios::app) << " and more";
    CHECK(bytes(0, 100).value() == "the quick brown fox");
    CHECK(bytes(16, 100).value() == "fox");
    for (std::uintmax_t left : {std::uintmax_t{10}, std::uintmax_t{0}}) {
      std::filesystem::resize_file(place.path_of(blob.sha256), left);
      CHECK(bytes(0, 19).error().code == ErrorCode::corrupt);
      CHECK(bytes(16, 3).error().code == ErrorCode::corrupt);
    }
  });
}

TEST_CASE("a blob's name is the SHA-256 of what was streamed, and its bytes are read back by range") {
  on_each([](Place& place) {
    auto store = place.open();
    auto upload = begin(*store);
    REQUIRE(upload);
    REQUIRE(append(*upload.value(), "the quick "));
    REQUIRE(append(*upload.value(), "brown fox"));
    auto blob = finish(*upload.value());
    REQUIRE(blob);
    CHECK(blob.value().sha256 == base::sha256("the quick brown fox"));
    CHECK(blob.value().size == 19);
    auto reader = open_blob(*store, blob.value().sha256, blob.value().size);
    REQUIRE(reader);
    CHECK(read(*reader.value(), 0, 100).value() == "the quick brown fox");
    CHECK(read(*reader.value(), 4, 5).value() == "quick");
    CHECK(read(*reader.value(), 19, 5).value().empty());
  });
}

TEST_CASE("a blob is for its owner alone and leaves no second file") {
  on_each([](Place& place) {
    auto store = place.open();
    auto blob = store_bytes(*store, "secret");
    struct stat status{};
    REQUIRE(::stat(place.path_of(blob.sha256).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(status.st_size == 6);
    REQUIRE(::stat(place.options.folder.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    CHECK(place.incoming() == 0);
  });
}

TEST_CASE("an empty blob is a blob") {
  on_each([](Place& place) {
    auto store = place.open();
    auto upload = begin(*store);
    REQUIRE(upload);
    auto blob = finish(*upload.value());
    REQUIRE(blob);
    CHECK(blob.value().size == 0);
    CHECK(open_blob(*store, base::sha256(""), 0));
  });
}

TEST_CASE("the same bytes are stored once, and who reads them notices nothing") {
  on_each([](Place& place) {
    auto store = place.open();
    auto first = store_bytes(*store, "twice");
    auto reader = open_blob(*store, first.sha256, first.size);
    REQUIRE(reader);
    auto second = store_bytes(*store, "twice");
    CHECK(first.sha256 == second.sha256);
    CHECK(blobs_of(*store).size() == 1);
    CHECK(read(*reader.value(), 0, 9).value() == "twice");
  });
}

TEST_CASE("an abandoned upload leaves nothing") {
  on_each([](Place& place) {
    {
      auto store = place.open();
      auto upload = begin(*store);
      REQUIRE(upload);
      REQUIRE(append(*upload.value(), "half"));
      CHECK(place.incoming() == 1);
      CHECK(blobs_of(*store).empty());
      upload.value().reset();
    }
    CHECK(place.incoming() == 0);
  });
}

TEST_CASE("a start clears what a crash left of uploads and keeps the blobs") {
  Place place;
  Digest kept = store_bytes(*place.open(), "kept").sha256;
  std::ofstream(place.options.folder + "/incoming/0123") << "half of it";
  std::ofstream(place.options.folder + "/00/notes.txt") << "not a blob";
  auto store = place.open();
  CHECK(place.incoming() == 0);
  CHECK(blobs_of(*store) == std::vector{kept});
  CHECK(open_blob(*store, kept, 0));
}

TEST_CASE("what is not there is not found") {
  on_each([](Place& place) {
    auto store = place.open();
    auto reader = open_blob(*store, base::sha256("nobody"), 6);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().code == ErrorCode::not_found);
  });
}

TEST_CASE("a removed blob is gone, but not for who has it open") {
  on_each([](Place& place) {
    auto store = place.open();
    Digest sha256 = store_bytes(*store, "old").sha256;
    auto reader = open_blob(*store, sha256, 3);
    REQUIRE(reader);
    CHECK_FALSE(store->remove(sha256).value());
    REQUIRE(store->condemn(sha256));
    CHECK(store->remove(sha256).value());
    REQUIRE(store->condemn(sha256));
    CHECK_FALSE(store->remove(sha256).value());
    CHECK(blobs_of(*store).empty());
    CHECK(read(*reader.value(), 0, 9).value() == "old");
  });
}

TEST_CASE("a blob whose upload waits for its event is not condemned") {
  Place place;
  auto store = place.open();
  auto blob = store_bytes(*store, "fresh");
  CHECK_FALSE(store->condemn(blob.sha256));
  {
    auto same = store_bytes(*store, "fresh");
    blob.pin = {};
    CHECK_FALSE(store->condemn(blob.sha256));
  }
  CHECK(store->condemn(blob.sha256));
  CHECK(store->remove(blob.sha256).value());
}

TEST_CASE("bytes uploaded again while their blob is being collected stay") {
  Place place;
  auto store = place.open();
  Digest sha256 = store_bytes(*store, "old").sha256;
  REQUIRE(store->condemn(sha256));
  store_bytes(*store, "old");
  CHECK_FALSE(store->remove(sha256).value());
  CHECK(open_blob(*store, sha256, 3));
  REQUIRE(store->condemn(sha256));
  store->spare(sha256);
  CHECK_FALSE(store->remove(sha256).value());
  CHECK(open_blob(*store, sha256, 3));
}

TEST_CASE("transfers have a limit, and their room comes back") {
  on_each([](Place& place) {
    place.options.transfers_max = 2;
    auto store = place.open();
    auto first = begin(*store);
    auto second = begin(*store);
    REQUIRE(first);
    REQUIRE(second);
    auto third = begin(*store);
    REQUIRE_FALSE(third);
    CHECK(third.error().code == ErrorCode::overloaded);
    CHECK(open_blob(*store, base::sha256("x"), 1).error().code == ErrorCode::overloaded);
    REQUIRE(finish(*first.value()));
    first.value().reset();
    CHECK(store->transfers() == 1);
    CHECK(begin(*store));
  });
}

TEST_CASE("an upload the disk has no room for is refused before it begins") {
  Place place;
  auto store = place.open();
  auto upload = begin(*store, std::uint64_t{1} << 60);
  REQUIRE_FALSE(upload);
  CHECK(upload.error().code == ErrorCode::disk_full);
  CHECK(store->transfers() == 0);
  place.options.disk_reserve_bytes = std::uint64_t{1} << 60;
  CHECK(begin(*place.open(), 1).error().code == ErrorCode::disk_full);
}

TEST_CASE("a store that cannot have its folder says so") {
  Place place;
  std::ofstream(place.options.folder) << "a file where a folder should be";
  auto store = BlobStore::open(place.options);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::io);
}

TEST_CASE("a digest's hex is exact") {
  auto digest = base::sha256("abc");
  CHECK(hex_of(digest) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_of_hex(hex_of(digest)) == digest);
  CHECK_FALSE(digest_of_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
  CHECK_FALSE(digest_of_hex("ba78"));
  CHECK_FALSE(digest_of_hex(std::string(64, 'g')));
}

}  // namespace hansard::files
