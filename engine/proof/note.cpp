#include "engine/proof/note.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/proof/base64.h"

namespace hansard::proof {

namespace {
constexpr char kEd25519 = 0x01;  // the signature type
constexpr std::string_view kPrivate = "PRIVATE+KEY+";
constexpr std::string_view kDash = "\xE2\x80\x94 ";
constexpr std::size_t kIdBytes = 4;

base::Error malformed(std::string what) { return base::error(base::ErrorCode::malformed, std::move(what)); }

template <class Key>
std::string_view view_of(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::uint32_t big_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (char c : four.substr(0, kIdBytes)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::uint32_t id_of(std::string_view name, const PublicKey& key) {
  std::string bytes(name);
  bytes += '\n';
  bytes += kEd25519;
  bytes += view_of(key);
  return big_endian(view_of(base::sha256(bytes)));
}

std::string hex_of(std::uint32_t id) {
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[id >> shift & 15];
  return text;
}

// "<name>+<id>+<base 64 of type and key>", for both kinds of keys.
struct KeyText {
  std::string name;
  std::string id;
  std::array<std::uint8_t, 32> key;
};

Result<KeyText> parse_key(std::string_view text) {
  const auto name_end = text.find('+');
  const auto id_end = name_end == std::string_view::npos ? name_end : text.find('+', name_end + 1);
  if (id_end == std::string_view::npos) return malformed("a key is written <name>+<id>+<base 64>");
  KeyText parts{
      std::string(text.substr(0, name_end)), std::string(text.substr(name_end + 1, id_end - name_end - 1)), {}};
  const auto bytes = from_base64(text.substr(id_end + 1));
  if (!is_key_name(parts.name)) return malformed("the name of the key is not one of a signed note");
  if (!bytes || bytes->size() != 1 + parts.key.size() || bytes->front() != kEd25519) {
    return malformed("the key " + parts.name + " is not an Ed25519 key of a signed note");
  }
  std::memcpy(parts.key.data(), bytes->data() + 1, parts.key.size());
  return parts;
}

std::string key_text(std::string_view name, std::uint32_t id, std::string_view key) {
  return std::string(name) + '+' + hex_of(id) + '+' + base64(kEd25519 + std::string(key));
}

struct NoteParts {
  std::string_view text;                     // with its last newline
  std::vector<std::string_view> signatures;  // lines without theirs
};

bool is_note_text(std::string_view note) {
  return std::all_of(note.begin(), note.end(),
                     [](char c) { return c == '\n' || static_cast<std::uint8_t>(c) >= 0x20; });
}

Result<NoteParts> split(std::string_view note) {
  if (note.size() > kNoteBytesMax) return malformed("the note is too long");
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos || !note.ends_with('\n') || !is_note_text(note)) {
    return malformed("that is no signed note: a text, an empty line and signature lines");
  }
  NoteParts parts{note.substr(0, blank + 1), {}};
  for (auto rest = note.substr(blank + 2); !rest.empty();) {
    const auto end = rest.find('\n');
    if (!rest.starts_with(kDash)) return malformed("a signature line of the note does not begin with a dash");
    parts.signatures.push_back(rest.substr(kDash.size(), end - kDash.size()));
    rest.remove_prefix(end + 1);
  }
  if (parts.signatures.empty()) return malformed("the note has no signature");
  if (parts.signatures.size() > kSignaturesMax) return malformed("the note has too many signatures");
  return parts;
}

// The signature behind the id when the line is one of `key`; nothing for the line of another key.
Result<std::optional<std::string>> signature_in(std::string_view line, const VerifierKey& key) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line of the note has no signature");
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kIdBytes) return malformed("a signature of the note is not base 64");
  if (line.substr(0, space) != key.name() || big_endian(*bytes) != key.id()) return std::optional<std::string>();
  return std::optional<std::string>(bytes->substr(kIdBytes));
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool has_leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || has_leading_zero) return std::nullopt;
  return value;
}
}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= kKeyNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '+'; });
}

VerifierKey::VerifierKey(std::string name, const PublicKey& key)
    : name_(std::move(name)), key_(key), id_(id_of(name_, key_)) {}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  if (text.starts_with(kPrivate)) return malformed("that is the private key; give the verifier key");
  TRY(auto parts, parse_key(text));
  VerifierKey key(std::move(parts.name), parts.key);
  if (parts.id != hex_of(key.id_)) return malformed("the id of the key " + key.name_ + " does not belong to it");
  return key;
}

std::string VerifierKey::text() const { return key_text(name_, id_, view_of(key_)); }

Result<std::string> VerifierKey::open(std::string_view note) const {
  TRY(auto parts, split(note));
  bool is_signed = false;
  for (std::string_view line : parts.signatures) {
    TRY(auto signature, signature_in(line, *this));
    if (!signature) continue;
    if (!ed25519_verify(key_, parts.text, *signature)) {
      return base::error(base::ErrorCode::refused, "the signature of " + name_ + " does not verify");
    }
    is_signed = true;
  }
  if (!is_signed) return base::error(base::ErrorCode::refused, "the note is not signed by " + text());
  return std::string(parts.text);
}

SigningKey::SigningKey(std::string name, const Seed& seed)
    : seed_(seed), verifier_(std::move(name), public_key_of(seed)) {}

SigningKey SigningKey::make(std::string name) {
  Seed seed;
  base::random_bytes(seed);
  return {std::move(name), seed};
}

Result<SigningKey> SigningKey::parse(std::string_view text) {
  if (!text.starts_with(kPrivate)) return malformed("a private key begins with PRIVATE+KEY+");
  TRY(auto parts, parse_key(text.substr(kPrivate.size())));
  SigningKey key(std::move(parts.name), parts.key);
  if (parts.id != hex_of(key.verifier_.id())) return malformed("the id of the private key does not belong to it");
  return key;
}

std::string SigningKey::text() const {
  return std::string(kPrivate) + key_text(verifier_.name(), verifier_.id(), view_of(seed_));
}

std::string SigningKey::sign(std::string_view text) const {
  std::string signature;
  for (int shift = 24; shift >= 0; shift -= 8) signature += static_cast<char>(verifier_.id() >> shift & 0xFF);
  signature += ed25519_sign(seed_, text);
  return std::string(text) + '\n' + std::string(kDash) + verifier_.name() + ' ' + base64(signature) + '\n';
}

std::string Checkpoint::text() const {
  return origin + '\n' + std::to_string(size) + '\n' + base64(base::view_of(root)) + '\n';
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || end == 0) return malformed("a checkpoint is of whole lines, none empty");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return malformed("a checkpoint has an origin, a size and a root");
  const auto size = decimal(lines[1]);
  const auto root = hash_from_base64(lines[2]);
  if (!size || !root) return malformed("the size or the root of the checkpoint is none");
  return Checkpoint{std::string(lines[0]), *size, *root};
}

Result<Checkpoint> open_checkpoint(const VerifierKey& key, std::string_view note) {
  TRY(auto text, key.open(note));
  TRY(auto checkpoint, Checkpoint::parse(text));
  if (checkpoint.origin != key.name()) {
    return base::error(base::ErrorCode::refused,
                       "the checkpoint is of " + checkpoint.origin + ", the key of " + key.name());
  }
  return checkpoint;
}

}  // namespace hansard::proof
