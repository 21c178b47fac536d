#include "engine/keys.h"

#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

namespace {
std::unique_ptr<KeyStore> open_keys(const support::TempFolder& folder) { return KeyStore::open(folder.path()).value(); }

domain::Command some_command() { return domain::CloseConversation{conversation_id(1)}; }
}  // namespace

TEST_CASE("hashes of a user stay the same once synced") {
  support::TempFolder folder;
  auto keys = open_keys(folder);
  const auto before = keys->hash(as("ann"), "key", some_command());
  CHECK(keys->unsynced() == 1);
  keys->sync();
  CHECK(keys->unsynced() == 0);
  keys.reset();
  keys = open_keys(folder);
  const auto after = keys->hash(as("ann"), "key", some_command());
  CHECK(keys->unsynced() == 0);
  CHECK(before.actor == after.actor);
  CHECK(before.command == after.command);
  CHECK(before.fingerprint == after.fingerprint);
}

TEST_CASE("users, keys and requests have hashes of their own") {
  support::TempFolder folder;
  auto keys = open_keys(folder);
  const auto ann = keys->hash(as("ann"), "key", some_command());
  CHECK(keys->hash(as("bob"), "key", some_command()).actor != ann.actor);
  CHECK(keys->hash(as("bob"), "key", some_command()).command != ann.command);
  CHECK(keys->hash(as("bob"), "key", some_command()).fingerprint != ann.fingerprint);
  CHECK(keys->hash(as("ann"), "yek", some_command()).command != ann.command);
  CHECK(keys->hash(as("ann"), "yek", some_command()).fingerprint == ann.fingerprint);
  const domain::Command other = domain::CloseConversation{conversation_id(2)};
  CHECK(keys->hash(as("ann"), "key", other).command == ann.command);
  CHECK(keys->hash(as("ann"), "key", other).fingerprint != ann.fingerprint);
}

TEST_CASE("parts of a command id cannot be moved from one to the next") {
  support::TempFolder folder;
  auto keys = open_keys(folder);
  auto one = as("s");
  one.actor.value = "ab";
  auto two = as("s");
  two.actor.value = "a";
  CHECK(keys->hash(one, "c", some_command()).command != keys->hash(two, "bc", some_command()).command);
}

TEST_CASE("without a key there is no command hash and no fingerprint") {
  support::TempFolder folder;
  auto keys = open_keys(folder);
  const auto hashes = keys->hash(as("ann"), "", some_command());
  CHECK(hashes.command == base::ShortDigest{});
  CHECK(hashes.fingerprint == base::ShortDigest{});
  CHECK(hashes.actor != base::ShortDigest{});
}

TEST_CASE("only the owner may look into the keys folder") {
  support::TempFolder folder;
  open_keys(folder);
  namespace fs = std::filesystem;
  CHECK(fs::status(folder.path() + "/keys").permissions() == fs::perms::owner_all);
}

TEST_CASE("many threads get one secret per user, whatever is synced meanwhile") {
  support::TempFolder folder;
  auto keys = open_keys(folder);
  constexpr std::size_t kUsers = 300;
  std::array<std::vector<base::ShortDigest>, 4> seen;
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&keys, &mine] {
      for (std::size_t i = 0; i < kUsers; ++i) mine.push_back(keys->hash(as(std::to_string(i)), "", {}).actor);
    });
  }
  for (int i = 0; i < 20; ++i) keys->sync();
  for (auto& thread : threads) thread.join();
  for (const auto& mine : seen) CHECK(mine == seen[0]);
  keys->sync();
  keys.reset();
  keys = open_keys(folder);
  for (std::size_t i = 0; i < kUsers; ++i) REQUIRE(keys->hash(as(std::to_string(i)), "", {}).actor == seen[0][i]);
}

TEST_CASE("secrets are durable before what was hashed with them") {
  House house;
  house.open();
  house.group();
  house.crash();
  auto keys = KeyStore::open(house.folder.path()).value();
  keys->hash(as("ann"), "", some_command());
  CHECK(keys->unsynced() == 0);
}

}  // namespace hansard::engine
