// Signed notes and checkpoints: a text with signature lines under it, and the text that names a log's size and root.
//
//   example.com/chat                     origin: which log
//   20852163                             size: leaves under the root
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2f...=   root, base 64
//   (empty line)
//   — example.com/chat Az3grlgtzPIC...   em dash, key name, base 64 of key id (4 bytes, big-endian) and signature
//
// Source: C2SP signed-note and tlog-checkpoint; Ed25519 is signature type 0x01. Keys are written as in Go's
// golang.org/x/mod/sumdb/note: `<name>+<id in hex>+<base 64>`, with PRIVATE+KEY+ in front of a signer's.
// Thread: any; values.
// Limits: kNoteBytesMax; more than kSignaturesMax signature lines are malformed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/proof/ed25519.h"
#include "engine/proof/merkle.h"

namespace hansard::proof {

inline constexpr std::size_t kNoteBytesMax = 64u << 10;
inline constexpr std::size_t kSignaturesMax = 64;
inline constexpr std::size_t kKeyNameBytesMax = 200;

// Not empty, printable ASCII without spaces and "+", at most kKeyNameBytesMax.
bool is_key_name(std::string_view name);

class VerifierKey {
 public:
  VerifierKey(std::string name, const PublicKey& key);
  // "<name>+<id>+<base 64>"; `malformed` in one sentence, also where the id is not the one of name and key.
  static Result<VerifierKey> parse(std::string_view text);

  const std::string& name() const { return name_; }
  std::uint32_t id() const { return id_; }
  const PublicKey& key() const { return key_; }
  std::string text() const;
  // The note's text (up to and with its last newline) when this key signed it. Errors: malformed, and `refused` where
  // no signature of this key verifies.
  Result<std::string> open(std::string_view note) const;

 private:
  std::string name_;
  PublicKey key_;
  std::uint32_t id_;
};

class SigningKey {
 public:
  SigningKey(std::string name, const Seed& seed);
  static SigningKey make(std::string name);  // at random
  static Result<SigningKey> parse(std::string_view text);

  const VerifierKey& verifier() const { return verifier_; }
  // The same secret under another name.
  SigningKey renamed(std::string name) const { return {std::move(name), seed_}; }
  std::string text() const;  // a secret
  // `text` ends with a newline.
  std::string sign(std::string_view text) const;

 private:
  Seed seed_;
  VerifierKey verifier_;
};

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  bool operator==(const Checkpoint&) const = default;

  std::string text() const;
  // Extension lines are ignored, as C2SP says they must be. `malformed` in one sentence.
  static Result<Checkpoint> parse(std::string_view text);
};

// Opens the note and reads the checkpoint; the key's name and the origin must be the same.
Result<Checkpoint> open_checkpoint(const VerifierKey& key, std::string_view note);

}  // namespace hansard::proof
