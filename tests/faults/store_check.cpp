#include "tests/faults/store_check.h"

#include <map>
#include <set>

#include "engine/codec/codec.h"
#include "engine/proof/proof_file.h"
#include "replay/verify/verify.h"
#include "tests/files/waiting.h"

namespace hansard::faults {

namespace {
constexpr std::size_t kAskedAgain = 4, kProven = 4;

std::string at(std::uint64_t position) { return " at position " + std::to_string(position); }

// Reads the log from end to end.
class LogCheck {
 public:
  explicit LogCheck(WholeStore& store) : store_(store) {}

  Verdict run() {
    const log::EventLog& log = *store_.engine->log();
    auto sink = [&](base::Position position, std::string_view record) {
      verdict_ = look(position, record);
      return is_kept(verdict_);
    };
    constexpr log::ReadLimits kAll{~std::size_t{0}, ~std::size_t{0}};
    auto read = log.read(base::kPartition, {1}, kAll, sink);
    if (is_kept(verdict_) && !read) return Told{read.error().detail};
    return verdict_;
  }

 private:
  Verdict look(base::Position position, std::string_view record) {
    auto event = codec::decode(record);
    if (!event || !codec::verify(record)) return Told{"a record cannot be read" + at(position.value)};
    const auto& command = event.value().command;
    if (command != base::ShortDigest{} && command != last_command_ && !commands_.insert(command).second) {
      return Broken{"a command was carried out twice" + at(position.value)};
    }
    last_command_ = command;
    if (!event.value().body) return Broken{"an unknown event" + at(position.value)};
    if (const auto* sent = std::get_if<domain::MessageSent>(&*event.value().body);
        sent != nullptr && !messages_.insert(sent->facts.message).second) {
      return Broken{"a message was sent twice" + at(position.value)};
    }
    if (const auto* file = std::get_if<domain::FileUploaded>(&*event.value().body)) return look_at(*file);
    return {};
  }

  Verdict look_at(const domain::FileUploaded& file) {
    auto reader = files::open_blob(*store_.files, file.sha256, file.size);
    if (!reader && reader.error().code == base::ErrorCode::not_found) return Broken{"an attachment is lost"};
    if (!reader) return Told{reader.error().detail};
    auto bytes = files::read(*reader.value(), 0, file.size + 1);
    if (!bytes) return Told{bytes.error().detail};
    if (base::sha256(bytes.value()) != file.sha256) return Broken{"an attachment has other bytes"};
    return {};
  }

  WholeStore& store_;
  Verdict verdict_;
  std::set<base::ShortDigest> commands_;
  base::ShortDigest last_command_{};
  std::set<base::MessageId> messages_;
};

Verdict check_acknowledged(WholeStore& store, const Promises& promises) {
  const std::uint64_t end = store.engine->durable().value;
  for (const auto& [number, outcome] : promises.commands) {
    if (outcome.last == 0) continue;
    const std::string which = "acknowledged command " + std::to_string(number);
    if (outcome.last > end) return Broken{which + " is lost: the log ends" + at(end)};
    auto leaves = digest_of_leaves(*store.engine->log(), outcome.first, outcome.last);
    if (!leaves) return Told{leaves.error().detail};
    if (outcome.leaves != "-" && leaves.value() != outcome.leaves) return Broken{which + " has other records now"};
  }
  return {};
}

Verdict check_asked_again(Load& load, const Promises& promises) {
  std::size_t asked = 0;
  for (auto it = promises.commands.rbegin(); it != promises.commands.rend() && asked < kAskedAgain; ++it) {
    if (it->second.last == 0) continue;
    ++asked;
    if (auto wrong = load.ask_again(it->second)) return Broken{*wrong};
  }
  return {};
}

Verdict check_prefix(WholeStore& store, const ShownCheckpoint& shown) {
  const auto now = store.proofs->checkpoint();
  if (store.proofs->key().text() != shown.key) return Broken{"checkpoints are signed with another key now"};
  auto older = proof::open_checkpoint(store.proofs->key(), shown.note);
  if (!older) return Broken{"the checkpoint that was shown cannot be opened: " + older.error().detail};
  if (now->checkpoint.size < older.value().size) return Broken{"the newest checkpoint is older than the one shown"};
  auto path = store.proofs->prover().consistency(older.value().size, now->checkpoint.size);
  if (!path) return Told{path.error().detail};
  auto checked = proof::check_consistency(path.value(), older.value(), now->checkpoint);
  if (!checked) return Broken{"the log is not the one that was signed: " + checked.error().detail};
  return {};
}

Verdict check_proofs(WholeStore& store, const Promises& promises) {
  if (promises.checkpoint) {
    if (Verdict verdict = check_prefix(store, *promises.checkpoint); !is_kept(verdict)) return verdict;
  }
  const auto now = store.proofs->checkpoint();
  std::size_t proven = 0;
  for (auto it = promises.commands.rbegin(); it != promises.commands.rend() && proven < kProven; ++it) {
    if (it->second.last == 0 || it->second.last > now->checkpoint.size) continue;
    ++proven;
    auto proof = store.proofs->prover().event({it->second.last}, now->checkpoint, now->note);
    if (!proof) return Told{proof.error().detail};
    auto verified = proof::verify_proof(proof.value(), store.proofs->key());
    if (!verified) return Broken{"a proof does not verify: " + verified.error().detail};
  }
  return {};
}
}  // namespace

Verdict check_open(WholeStore& store, Load& load, const Promises& promises) {
  if (Verdict verdict = check_acknowledged(store, promises); !is_kept(verdict)) return verdict;
  if (Verdict verdict = LogCheck(store).run(); !is_kept(verdict)) return verdict;
  if (Verdict verdict = check_proofs(store, promises); !is_kept(verdict)) return verdict;
  if (promises.has_consumer && !store.process->consumers().status("reader")) return Broken{"a consumer is lost"};
  if (Verdict verdict = check_asked_again(load, promises); !is_kept(verdict)) return verdict;
  if (!store.catch_up()) return Told{"a view did not catch up"};
  return {};
}

Verdict check_stopped(const std::string& data) {
  verify::VerifyOptions options;
  options.data = data;
  options.deep = true;
  options.threads = 1;
  verify::Findings findings;
  auto verified = verify::verify_store(options, findings);
  if (!verified) return Told{verified.error().detail};
  if (findings.is_sound()) return {};
  const verify::Damage first = findings.damages().front();
  return Broken{first.check + ": " + first.file + ": " + first.what};
}

}  // namespace hansard::faults
