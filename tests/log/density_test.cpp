#include "engine/log/density.h"

#include <catch2/catch.hpp>

#include "engine/log/keys.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

using base::kPartition;

namespace {
// A log with events stored past it, as damage would leave them.
class HoleyLog {
 public:
  explicit HoleyLog(const std::string& data) {
    {
      open_log(data);
    }
    database_ = Database::open(data + "/log", Database::Mode::existing, {}, {}).value();
  }
  HoleyLog& put(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t at = first; at <= last; ++at) {
      REQUIRE(database_->db().Put({}, database_->events(), EventKey(kPartition, {at}).view(), record_at({at})).ok());
    }
    return *this;
  }
  HoleyLog& erase(std::uint64_t at) {
    REQUIRE(database_->db().Delete({}, database_->events(), EventKey(kPartition, {at}).view()).ok());
    return *this;
  }
  HoleyLog& flush() {
    REQUIRE(database_->db().Flush({}, database_->events()).ok());
    return *this;
  }
  std::uint64_t intact_end() {
    Position end = database_->last_position(kPartition).value();
    return find_intact_end(*database_, kPartition, end).value().value;
  }

 private:
  std::unique_ptr<Database> database_;
};
}  // namespace

TEST_CASE("positions without a gap are intact to the end, in tables and in the WAL") {
  TempFolder temp;
  HoleyLog log(temp / "data");
  REQUIRE(log.intact_end() == 0);
  REQUIRE(log.put(1, 10).intact_end() == 10);
  REQUIRE(log.flush().put(11, 20).flush().put(21, 25).intact_end() == 25);
}

TEST_CASE("a gap is found between tables, inside one, before the first, and in the WAL") {
  TempFolder temp;
  REQUIRE(HoleyLog(temp / "a").put(1, 10).flush().put(12, 20).flush().intact_end() == 10);
  REQUIRE(HoleyLog(temp / "b").put(1, 10).put(12, 20).flush().put(21, 22).intact_end() == 10);
  REQUIRE(HoleyLog(temp / "c").put(2, 10).flush().intact_end() == 0);
  REQUIRE(HoleyLog(temp / "d").put(1, 10).flush().put(12, 20).intact_end() == 10);
  REQUIRE(HoleyLog(temp / "e").put(1, 10).flush().put(11, 15).put(17, 20).intact_end() == 15);
}

TEST_CASE("records written again, as an erasure does, leave no gap and hide none") {
  TempFolder temp;
  REQUIRE(HoleyLog(temp / "a").put(1, 20).flush().put(3, 3).put(17, 17).flush().intact_end() == 20);
  REQUIRE(HoleyLog(temp / "b").put(1, 10).put(12, 20).flush().put(3, 3).put(17, 17).flush().intact_end() == 10);
}

TEST_CASE("a deleted position is a gap though its table once proved it") {
  TempFolder temp;
  REQUIRE(HoleyLog(temp / "a").put(1, 20).flush().erase(7).flush().intact_end() == 6);
}

TEST_CASE("a log with a gap is refused by the position that is missing, and goes on from before it") {
  TempFolder temp;
  {
    HoleyLog(temp / "data").put(1, 10).flush().put(12, 20).flush();
  }
  const std::string before = folder_digest(temp / "data");
  base::Error error = open_error(temp / "data");
  REQUIRE(error.code == base::ErrorCode::refused);
  REQUIRE(error.detail.find("position 11 is missing or cannot be read, though it goes on to 20") != std::string::npos);
  REQUIRE(folder_digest(temp / "data") == before);

  LogOptions options = quiet_options();
  options.accept_loss_after = Position{10};
  {
    auto log = open_log(temp / "data", options).log;
    expect_records(*log, 10);
    append(*log, 5);
  }
  expect_records(*open_log(temp / "data").log, 15);
}

}  // namespace hansard::log
