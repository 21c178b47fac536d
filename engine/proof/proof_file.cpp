#include "engine/proof/proof_file.h"

namespace hansard::proof {

namespace {
constexpr std::string_view kProofFormat = "hansard-proof";
constexpr std::string_view kConsistencyFormat = "hansard-consistency";
constexpr std::int64_t kVersion = 1;

base::Error malformed(std::string what) { return base::error(base::ErrorCode::malformed, std::move(what)); }

base::Error refused(std::string what) { return base::error(base::ErrorCode::refused, std::move(what)); }

std::string head_of(std::string_view format) {
  return "{\"format\":\"" + std::string(format) + "\",\"version\":" + std::to_string(kVersion) + ',';
}

Result<void> check_head(const base::JsonValue& object, std::string_view format) {
  if (object.member("format").string() != format) return malformed("that is no file of format " + std::string(format));
  const auto version = object.member("version").integer();
  if (!version) return malformed("`version` is missing");
  if (*version != kVersion) {
    return base::error(base::ErrorCode::unsupported, "the file has version " + std::to_string(*version) +
                                                         ", this program knows " + std::to_string(kVersion));
  }
  return base::success();
}

Result<std::uint64_t> size_member(const base::JsonValue& object, const char* name) {
  const auto size = object.member(name).integer();
  if (!size || *size < 0) return malformed(std::string("`") + name + "` is not a size");
  return static_cast<std::uint64_t>(*size);
}
}  // namespace

std::string proof_json(const ProofFile& proof) {
  std::string json = head_of(kProofFormat) + "\"checkpoint\":";
  base::append_json_string(json, proof.checkpoint);
  json += ',';
  append_entry(json, proof.entry);
  json += ",\"path\":";
  append_path(json, proof.path);
  return json + "}\n";
}

Result<ProofFile> parse_proof(std::string_view json) {
  if (json.size() > kProofBytesMax) return malformed("the file is too long for a proof");
  base::JsonParser parser;
  TRY(auto object, parser.parse(json));
  TRY(check_head(object, kProofFormat));
  const auto note = object.member("checkpoint").string();
  if (!note) return malformed("`checkpoint` is missing");
  ProofFile proof;
  proof.checkpoint = *note;
  TRY(proof.entry, parse_entry(object));
  TRY(proof.path, parse_path(object.member("path")));
  return proof;
}

Result<Checkpoint> verify_proof(const ProofFile& proof, const VerifierKey& key) {
  TRY(auto checkpoint, open_checkpoint(key, proof.checkpoint));
  TRY(check_entry(proof.entry));
  if (proof.entry.index >= checkpoint.size) {
    return refused("the event stands behind the checkpoint, which covers " + std::to_string(checkpoint.size));
  }
  if (!verify_inclusion(leaf_hash(proof.entry.leaf), proof.entry.index, checkpoint.size, proof.path, checkpoint.root)) {
    return refused("the path does not lead from the leaf to the root of the checkpoint");
  }
  return checkpoint;
}

std::string consistency_json(const ConsistencyFile& proof) {
  std::string json = head_of(kConsistencyFormat) + "\"from\":" + std::to_string(proof.from) +
                     ",\"to\":" + std::to_string(proof.to) + ",\"path\":";
  append_path(json, proof.path);
  return json + "}\n";
}

Result<ConsistencyFile> parse_consistency(std::string_view json) {
  base::JsonParser parser;
  TRY(auto object, parser.parse(json));
  TRY(check_head(object, kConsistencyFormat));
  ConsistencyFile proof;
  TRY(proof.from, size_member(object, "from"));
  TRY(proof.to, size_member(object, "to"));
  TRY(proof.path, parse_path(object.member("path")));
  return proof;
}

Result<void> check_consistency(const ConsistencyFile& proof, const Checkpoint& older, const Checkpoint& newer) {
  if (proof.from != older.size || proof.to != newer.size) {
    return refused("the path is from size " + std::to_string(proof.from) + " to " + std::to_string(proof.to) +
                   ", the checkpoints are of " + std::to_string(older.size) + " and " + std::to_string(newer.size));
  }
  if (!verify_consistency(older.size, older.root, newer.size, newer.root, proof.path)) {
    return refused("the newer checkpoint is not of a log that begins with the older one's events");
  }
  return base::success();
}

}  // namespace hansard::proof
