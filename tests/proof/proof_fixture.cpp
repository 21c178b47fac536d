#include "tests/proof/proof_fixture.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "engine/codec/codec.h"
#include "tests/proof/tree.h"

namespace hansard::proof::test {

namespace fs = std::filesystem;

std::string record_at(std::uint64_t position) {
  domain::RecordedEvent event;
  event.position = {position};
  event.stream.bytes[0] = 1;
  event.version = {position};
  event.time = {1'700'000'000'000 + static_cast<std::int64_t>(position)};
  event.actor = {"ada"};
  domain::MessageSent sent;
  sent.facts.conversation.bytes[0] = 1;
  sent.facts.message.bytes[1] = static_cast<std::uint8_t>(position);
  sent.facts.ordinal = {position};
  sent.facts.author = {"ada"};
  sent.content = domain::MessageContent{};
  sent.content->text = "text " + std::to_string(position);
  event.body = sent;
  std::string record;
  const codec::Salt salt{static_cast<std::uint8_t>(position), 7};
  codec::encode({event, base::kPartition, {}, salt, salt}, record);
  return record;
}

void ProofHouse::open_log(std::optional<log::Position> accept_loss_after) {
  log::LogOptions options;
  options.disk_reserve_bytes = 0;
  options.accept_loss_after = accept_loss_after;
  log::OpenReport report;
  auto opened = log::open_rocks_log(folder.path("data"), options, report);
  INFO((opened ? "" : opened.error().detail));
  REQUIRE(opened);
  log = std::move(opened.value());
}

void ProofHouse::append(std::uint64_t count) {
  std::vector<std::string> records;
  std::vector<std::string_view> views;
  const std::uint64_t from = durable();
  for (std::uint64_t i = 1; i <= count; ++i) records.push_back(record_at(from + i));
  views.assign(records.begin(), records.end());
  REQUIRE(log->append(base::kPartition, {from}, views) == log::AppendOutcome::appended);
}

Result<std::unique_ptr<Proofs>> ProofHouse::try_proofs(const std::string& origin) {
  return Proofs::open(*log, clock, {folder.path("data"), origin});
}

void ProofHouse::open_proofs(const std::string& origin) {
  auto opened = try_proofs(origin);
  INFO((opened ? "" : opened.error().detail));
  REQUIRE(opened);
  proofs = std::move(opened.value());
}

void ProofHouse::close() {
  proofs.reset();
  log.reset();
}

Hash ProofHouse::expected_root(std::uint64_t size) const {
  std::vector<Hash> leaves;
  for (std::uint64_t at = 1; at <= size; ++at) {
    leaves.push_back(leaf_hash(codec::leaf_bytes(log->get(base::kPartition, {at}).value())));
  }
  return naive_root(leaves);
}

void ProofHouse::flip_byte(const std::string& path, std::uint64_t at) const {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  REQUIRE(file);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

void ProofHouse::copy_log(const std::string& to) const {
  fs::create_directories(folder.path(to));
  fs::copy(folder.path("data/log"), folder.path(to + "/log"), fs::copy_options::recursive);
  fs::copy(folder.path("data/log.witness"), folder.path(to + "/log.witness"));
}

void ProofHouse::restore_log(const std::string& from) const {
  fs::remove_all(folder.path("data/log"));
  fs::remove(folder.path("data/log.witness"));
  fs::copy(folder.path(from + "/log"), folder.path("data/log"), fs::copy_options::recursive);
  fs::copy(folder.path(from + "/log.witness"), folder.path("data/log.witness"));
}

}  // namespace hansard::proof::test
