// The short form of the campaigns (`./dev soak power` is the long one).
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/faults/campaign.h"
#include "tests/support/temp_folder.h"

namespace hansard::faults {

namespace {
std::uint64_t seed() {
  const char* given = std::getenv("HANSARD_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

template <class Step>
Tally run(int times, const Step& step) {
  support::TempFolder folder;
  Campaign campaign(folder / "work", seed());
  for (int i = 0; i < times; ++i) {
    auto wrong = step(campaign);
    if (wrong) std::filesystem::copy(folder.path(), folder.path() + "-kept", std::filesystem::copy_options::recursive);
    INFO("kept in " + folder.path() + "-kept");
    REQUIRE(wrong.value_or("") == "");
  }
  return campaign.tally();
}
}  // namespace

TEST_CASE("nothing promised is lost when the power is cut at any moment") {
  const Tally tally = run(24, [](Campaign& campaign) { return campaign.cut_power(); });
  CHECK(tally.cuts == 24);
  CHECK(tally.acknowledged > 300);
  CHECK(tally.in_recovery * tally.under_load > 0);
}

TEST_CASE("a call that fails ends the process or is borne, and nothing promised is lost") {
  int kind = 0;
  constexpr const char* kCalls[][2] = {{"sync", "EIO"}, {"write", "ENOSPC"}, {"write", "EIO"}, {"read", "flip"}};
  const Tally tally = run(4, [&](Campaign& campaign) {
    const auto& call = kCalls[kind++ % 4];
    return campaign.fail_call(call[0], call[1]);
  });
  CHECK(tally.failures == 4);
}

TEST_CASE("a disk that fills up loses nothing promised, and a store on it goes on when there is space") {
  const Tally tally = run(2, [](Campaign& campaign) { return campaign.fill_disk(); });
  CHECK(tally.failures == 2);
}

}  // namespace hansard::faults
