#include "engine/index/known_commands.h"

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace hansard::index {

namespace {
constexpr std::uint64_t kMany = KnownCommands::kIdsPerStep * 2 + 100;  // three steps

base::ShortDigest id_number(std::uint64_t number) { return base::hmac_sha256_short("id", std::to_string(number)); }

// Commands first, first + 1, ... of one day; each ingest brings the database one position on.
struct Fixture {
  explicit Fixture(std::size_t layers_max = CommandFilter::kLayersMax) : known(layers_max) {}

  Rows rows(std::uint64_t first, std::uint64_t count, std::uint32_t day = 1) {
    Rows rows;
    for (std::uint64_t i = first; i < first + count; ++i) {
      rows.commands.insert_or_assign(id_number(i), {day, {}, {i + 1}, 1});
    }
    return rows;
  }
  void ingest(const Rows& rows) {
    at = at.next();
    store->ingest(rows, {at, 1});
  }
  void read_all() {
    while (known.is_reading()) known.step(*store);
  }
  std::uint64_t held(std::uint64_t first, std::uint64_t count) const {
    const auto filter = known.filter();
    std::uint64_t held = 0;
    for (std::uint64_t i = first; i < first + count; ++i) held += filter->may_hold(id_number(i)) ? 1 : 0;
    return held;
  }

  support::TempFolder folder;
  std::unique_ptr<RowStore> store = RowStore::open(folder.path() + "/index", 1u << 20).value();
  KnownCommands known;
  Position at;
};
}  // namespace

TEST_CASE("nothing is said before all was read") {
  Fixture fixture;
  fixture.ingest(fixture.rows(0, kMany));
  for (int step = 0; step < 2; ++step) {
    fixture.known.step(*fixture.store);
    CHECK(fixture.known.filter() == nullptr);
  }
  fixture.read_all();
  REQUIRE(fixture.known.filter() != nullptr);
  CHECK(fixture.held(0, kMany) == kMany);
  CHECK(fixture.held(kMany, kMany) < kMany / 30);
}

TEST_CASE("what is ingested while the database is read, and after, is held too") {
  Fixture fixture;
  fixture.ingest(fixture.rows(0, kMany));
  for (std::uint64_t brought = 1; brought <= 5; ++brought) {
    fixture.known.step(*fixture.store);
    const Rows rows = fixture.rows(brought * kMany, 100);
    fixture.known.add(rows);
    fixture.ingest(rows);
  }
  fixture.read_all();
  CHECK(fixture.held(0, kMany) == kMany);
  for (std::uint64_t brought = 1; brought <= 5; ++brought) CHECK(fixture.held(brought * kMany, 100) == 100);
}

TEST_CASE("read anew, the filter forgets what expired; until then the one before serves") {
  Fixture fixture;
  fixture.ingest(fixture.rows(0, kMany, 1));
  fixture.ingest(fixture.rows(kMany, 100, 9));
  fixture.read_all();
  fixture.store->keep_commands_from(9);
  fixture.store->drop_expired_commands();
  fixture.known.read_anew();
  CHECK(fixture.held(0, kMany) == kMany);
  const Rows rows = fixture.rows(kMany + 100, 100, 9);
  fixture.known.add(rows);
  fixture.ingest(rows);
  CHECK(fixture.held(kMany + 100, 100) == 100);
  fixture.read_all();
  CHECK(fixture.held(kMany, 200) == 200);
  CHECK(fixture.held(0, kMany) < kMany / 30);
}

TEST_CASE("with more ids than fit there is no filter, until they have expired") {
  Fixture fixture(1);
  constexpr std::uint64_t kTooMany = CommandFilter::kFirstLayerIds + 1;
  SECTION("as they are read") {
    fixture.ingest(fixture.rows(0, kTooMany, 1));
    fixture.read_all();
    CHECK(fixture.known.filter() == nullptr);
  }
  SECTION("as they come") {
    fixture.read_all();
    CHECK(fixture.known.filter() != nullptr);
    const Rows rows = fixture.rows(0, kTooMany, 1);
    fixture.known.add(rows);
    fixture.ingest(rows);
    CHECK(fixture.known.filter() == nullptr);
  }
  fixture.ingest(fixture.rows(kTooMany, 100, 9));
  fixture.store->keep_commands_from(9);
  fixture.store->drop_expired_commands();
  fixture.known.read_anew();
  fixture.read_all();
  REQUIRE(fixture.known.filter() != nullptr);
  CHECK(fixture.held(kTooMany, 100) == 100);
}

}  // namespace hansard::index
