#include "engine/proof/checkpoint_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "engine/base/durable_file.h"
#include "engine/base/whole_file.h"
#include "engine/proof/origin.h"

namespace hansard::proof {

namespace {
constexpr std::size_t kKeyBytesMax = 1'024;

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

// The last position that is left of an epoch: where the losses accepted after it cut the log. 0 where one of them is
// not known, of a log that was restored since, or whose acceptance was broken off by an older version.
Result<std::uint64_t> kept_of_epoch(const log::EventLog& log, std::uint32_t epoch) {
  std::uint64_t kept = UINT64_MAX;
  for (std::uint32_t later = epoch + 1; later <= log.epoch(); ++later) {
    const auto text = log.meta("loss." + std::to_string(later));
    if (!text && text.error().code != base::ErrorCode::not_found) return text.error();
    std::uint64_t after = 0;
    if (text) std::from_chars(text.value().data(), text.value().data() + text.value().size(), after);
    kept = std::min(kept, after);
  }
  return kept;
}

Result<void> set_aside(const ProofPaths& paths, std::uint32_t epoch) {
  const std::string to = paths.checkpoint + ".epoch-" + std::to_string(epoch);
  if (std::rename(paths.checkpoint.c_str(), to.c_str()) != 0) return base::system_error("cannot set aside", to);
  return base::sync_folder(paths.folder);
}

base::Error foreign(const ProofPaths& paths, const std::string& origin) {
  return base::error(base::ErrorCode::refused,
                     paths.checkpoint + " is a checkpoint of " + origin +
                         ", which this log never was: the folder was put together from parts of two. Restore it from "
                         "a backup");
}

Result<void> add_checkpoint_anchor(const ProofPaths& paths, const log::EventLog& log, const SigningKey& base_key,
                                   std::vector<Anchor>& anchors) {
  TRY(auto note, base::read_file_if_there(paths.checkpoint, kNoteBytesMax));
  if (!note) return base::success();
  const std::string origin = first_line(*note);
  const auto epoch = epoch_of_origin(base_key.verifier().name(), origin);
  const SigningKey key = base_key.renamed(epoch ? origin : base_key.verifier().name());
  TRY(auto stored, load_checkpoint(paths, &key.verifier()));
  if (!epoch || *epoch > log.epoch()) return foreign(paths, origin);
  const Anchor anchor{"the checkpoint in " + paths.checkpoint, stored->checkpoint.size, stored->checkpoint.root};
  if (*epoch == log.epoch()) {
    anchors.push_back(anchor);
    return base::success();
  }
  TRY(auto kept, kept_of_epoch(log, *epoch));
  if (anchor.size <= kept) {
    anchors.push_back(anchor);
    return base::success();
  }
  return set_aside(paths, *epoch);
}
}  // namespace

ProofPaths::ProofPaths(const std::string& data_folder)
    : data(data_folder),
      folder(data + "/proofs"),
      checkpoint(folder + "/checkpoint"),
      verifier(folder + "/key"),
      signing_key(data + "/checkpoint.key") {}

Result<void> store_checkpoint(const ProofPaths& paths, const std::string& note, const VerifierKey& key) {
  TRY(base::replace_file(paths.checkpoint, note));
  const std::string line = key.text() + "\n";
  TRY(auto stored, base::read_file_if_there(paths.verifier, kKeyBytesMax));
  if (stored == line) return base::success();
  return base::replace_file(paths.verifier, line);
}

Result<std::optional<StoredCheckpoint>> load_checkpoint(const ProofPaths& paths, const VerifierKey* current) {
  TRY(auto note, base::read_file_if_there(paths.checkpoint, kNoteBytesMax));
  if (!note) return std::optional<StoredCheckpoint>();
  if (current != nullptr) {
    if (auto checkpoint = open_checkpoint(*current, *note)) {
      return std::optional(StoredCheckpoint{*note, checkpoint.value(), *current});
    }
  }
  TRY(auto line, base::read_file_if_there(paths.verifier, kKeyBytesMax));
  auto key = VerifierKey::parse(first_line(line.value_or("")));
  if (key) {
    if (auto checkpoint = open_checkpoint(key.value(), *note)) {
      return std::optional(StoredCheckpoint{*note, checkpoint.value(), key.value()});
    }
  }
  return base::error(base::ErrorCode::refused,
                     paths.checkpoint + " is damaged: neither checkpoint.key nor " + paths.verifier +
                         " signed it. Restore the folder from a backup; docs/OPERATIONS.md, \"Proofs\", says how to go "
                         "on without what was signed");
}

Result<std::vector<Anchor>> find_anchors(const ProofPaths& paths, const log::EventLog& log,
                                         const SigningKey& base_key) {
  std::vector<Anchor> anchors;
  TRY(add_checkpoint_anchor(paths, log, base_key, anchors));
  const log::HashedPrefix hashed = log.hashed();
  if (hashed.size > 0) anchors.push_back({"the tail witness", hashed.size, hashed.root});
  return anchors;
}

}  // namespace hansard::proof
