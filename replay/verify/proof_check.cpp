#include "replay/verify/proof_check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/base/whole_file.h"
#include "engine/proof/checkpoint_file.h"
#include "engine/proof/note.h"

namespace hansard::verify {

namespace {
namespace fs = std::filesystem;
using proof::Hash;

constexpr char kFolder[] = "proofs";
constexpr std::size_t kHashBytes = sizeof(Hash);

std::string level_name(unsigned level) { return std::string(kFolder) + "/v1/level-" + std::to_string(level); }

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

base::Error wrong(std::string what) { return base::error(base::ErrorCode::corrupt, std::move(what)); }
}  // namespace

// Level 0, mapped: a record is held against 32 bytes of it without a system call.
struct ProofCheck::Leaves {
  explicit Leaves(const std::string& path) : descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status{};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0 || status.st_size == 0) return;
    bytes = static_cast<std::size_t>(status.st_size);
    void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapped != MAP_FAILED) data = static_cast<const char*>(mapped);
  }
  ~Leaves() {
    if (data) ::munmap(const_cast<char*>(data), bytes);
    if (descriptor >= 0) ::close(descriptor);
  }
  Leaves(const Leaves&) = delete;
  Leaves& operator=(const Leaves&) = delete;

  const int descriptor;
  std::size_t bytes = 0;
  const char* data = nullptr;
};

ProofCheck::ProofCheck(const Store& store, Findings& findings, bool sees_all) : store_(store) {
  std::error_code problem;
  if (!fs::exists(store.data + "/" + kFolder, problem)) {
    begin_without_tree(findings, sees_all);
    return;
  }
  check_ = std::make_unique<Check>(findings, "tree", "I5", "leaves");
  leaves_ = std::make_unique<Leaves>(store.data + "/" + level_name(0));
  if (leaves_->bytes / kHashBytes > store.engine->durable().value) {
    check_->damaged(level_name(0), "the tree has more leaves than the log has events");
  }
}

ProofCheck::~ProofCheck() = default;

void ProofCheck::begin_without_tree(Findings& findings, bool sees_all) {
  const std::uint64_t size = store_.engine->log()->hashed().size;
  if (size == 0) return;
  check_ = std::make_unique<Check>(findings, "tree", "I5", "leaves");
  if (size > store_.engine->durable().value) {
    check_->damaged("log.witness", "it has the root of more events than the log has");
  } else if (!sees_all) {
    check_->skip("there is no proofs/, and the root in the witness is of all records from the first on");
  } else {
    witnessed_.emplace(size);
  }
}

void ProofCheck::see(const codec::Leaf& leaf, std::string_view record) {
  if (witnessed_ && witnessed_->see(leaf, record)) check_->add(1);
  if (!leaves_ || !leaves_->data) return;
  const std::size_t at = (leaf.position.value - 1) * kHashBytes;
  if (at + kHashBytes > leaves_->bytes) return;
  const Hash hash = proof::leaf_hash(codec::leaf_bytes(record));
  check_->add(1);
  if (std::memcmp(leaves_->data + at, hash.data(), kHashBytes) == 0) return;
  Damage damage;
  damage.file = level_name(0);
  damage.file_byte = at;
  damage.position = leaf.position;
  damage.what = "the stored leaf hash is not that of the record";
  check_->damaged(std::move(damage));
}

void ProofCheck::finish() {
  if (!check_) return;
  if (!leaves_) return check_witness_root();
  check_levels();
  auto tiles = proof::TileStore::open(store_.data + "/" + kFolder, proof::TileStore::Mode::read_only);
  if (!tiles) return check_->damaged(kFolder, tiles.error().detail);
  tiles_ = std::move(tiles.value());
  auto outcome = check_signed();
  if (!outcome) check_->damaged(std::string(kFolder) + "/checkpoint", outcome.error().detail);
}

void ProofCheck::check_witness_root() {
  if (!witnessed_) return;
  const log::HashedPrefix hashed = store_.engine->log()->hashed();
  const std::string first = "the log's first " + std::to_string(hashed.size) + " events";
  if (!witnessed_->is_whole()) return check_->skip("there is no proofs/, and not all of " + first + " can be read");
  if (!witnessed_->has(hashed.root)) return check_->damaged("log.witness", "it does not have the root of " + first);
  check_->note("there is no proofs/: the next start makes it again");
}

void ProofCheck::check_levels() {
  std::error_code problem;
  for (unsigned level = 0; level < proof::kLevels; ++level) {
    const std::string name = level_name(level);
    const std::uint64_t bytes = fs::file_size(store_.data + "/" + name, problem);
    if (problem) {
      check_->damaged(name, "a level of the tree is gone");
      continue;
    }
    if (bytes % kHashBytes != 0) check_->damaged(name, "it ends within a hash");
    if (level > 0) check_level(level);
  }
}

// A hash is that of the 256 below it; there are as many as there are whole tiles.
void ProofCheck::check_level(unsigned level) {
  std::ifstream below(store_.data + "/" + level_name(level - 1), std::ios::binary);
  std::ifstream here(store_.data + "/" + level_name(level), std::ios::binary);
  std::string tile(proof::kTileWidth * kHashBytes, '\0'), stored(kHashBytes, '\0');
  for (std::uint64_t at = 0;; at += kHashBytes) {
    const bool has_tile = static_cast<bool>(below.read(tile.data(), static_cast<std::streamsize>(tile.size())));
    const bool has_hash = static_cast<bool>(here.read(stored.data(), static_cast<std::streamsize>(stored.size())));
    if (!has_tile && !has_hash) return;
    Damage damage;
    damage.file = level_name(level);
    damage.file_byte = at;
    if (has_tile != has_hash) {
      damage.what = has_tile ? "a hash of the tree is missing" : "a hash of the tree is of no whole tile";
      return check_->damaged(std::move(damage));
    }
    if (base::view_of(proof::root_of_hashes(tile)) == stored) continue;
    damage.what = "a hash of the tree is not that of the hashes below it";
    check_->damaged(std::move(damage));
  }
}

base::Result<void> ProofCheck::check_root(std::uint64_t size, const Hash& root, const std::string& who) {
  if (size > store_.engine->durable().value) return wrong(who + " is of more events than the log has");
  if (size > tiles_->size()) return wrong(who + " is of more leaves than the tree has");
  TRY(auto found, proof::root_at(*tiles_, size));
  if (found == root) return base::success();
  return wrong(who + " does not have the root of the log's first " + std::to_string(size) + " events");
}

base::Result<void> ProofCheck::check_signed() {
  const proof::ProofPaths paths(store_.data);
  const log::HashedPrefix hashed = store_.engine->log()->hashed();
  if (hashed.size > 0) {
    TRY(check_root(hashed.size, hashed.root, "the tail witness"));
  }
  TRY(auto note, base::read_file_if_there(paths.checkpoint));
  if (note.value_or("").empty()) return wrong("the signed checkpoint is missing");
  auto line = base::read_whole_file(paths.verifier);
  auto key = proof::VerifierKey::parse(first_line(line ? line.value() : ""));
  if (!key || line.value() != key.value().text() + "\n") {
    const bool is_unreadable = !line && line.error().code == base::ErrorCode::io;
    check_->damaged(std::string(kFolder) + "/key", is_unreadable ? line.error().detail : "it is not a verifier key");
    return base::success();
  }
  TRY(auto checkpoint, proof::open_checkpoint(key.value(), *note));
  TRY(check_root(checkpoint.size, checkpoint.root, "the signed checkpoint"));
  auto signing = check_signing_key(key.value().text());
  if (!signing) check_->damaged("checkpoint.key", signing.error().detail);
  return base::success();
}

// The secret is of the same key; its name is the origin without an epoch.
base::Result<void> ProofCheck::check_signing_key(const std::string& verifier) {
  const std::string path = proof::ProofPaths(store_.data).signing_key;
  TRY(auto text, base::read_file_if_there(path));
  if (!text) {
    check_->note("checkpoint.key is not here: the next start makes another one");
    return base::success();
  }
  TRY(auto key, proof::SigningKey::parse(first_line(*text)));
  if (*text != key.text() + "\n") return wrong("there is more than a key in it");
  TRY(auto stored, proof::VerifierKey::parse(verifier));
  if (key.verifier().key() != stored.key()) return wrong("it is another key than the one that signed the checkpoint");
  return base::success();
}

}  // namespace hansard::verify
