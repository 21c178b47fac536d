#include "engine/backup/backup_manifest.h"

#include <charconv>
#include <fstream>
#include <sstream>

#include "engine/base/hash.h"
#include "engine/base/hex.h"
#include "engine/base/json.h"

namespace hansard::backup {

namespace {
constexpr std::size_t kManifestBytesMax = 4u << 20;
constexpr char kTakeAnother[] = ". Take another copy of this backup, or an older backup.";

// Anything else than 64 digits gives another digest, which the manifest's own checksum then contradicts.
base::Digest digest_of(std::string_view hex_text) {
  base::Digest digest{};
  for (std::size_t i = 0; i < digest.size() && 2 * i + 2 <= hex_text.size(); ++i) {
    std::from_chars(hex_text.data() + 2 * i, hex_text.data() + 2 * i + 2, digest[i], 16);
  }
  return digest;
}

std::string without_checksum(const BackupManifest& manifest) {
  std::string out = "{\"format\":";
  base::append_json_string(out, kFormatWord);
  out += ",\"version\":" + std::to_string(manifest.version) + ",\"name\":";
  base::append_json_string(out, manifest.name);
  out += ",\"cluster\":\"" + base::uuid_text(manifest.cluster) + "\",\"epoch\":" + std::to_string(manifest.epoch);
  out += ",\"position\":" + std::to_string(manifest.position.value);
  out += std::string(",\"at_rest\":") + (manifest.at_rest ? "true" : "false");
  out += std::string(",\"with_keys\":") + (manifest.with_keys ? "true" : "false");
  out += ",\"attachments\":" + std::to_string(manifest.attachments) + ",\"bytes\":" + std::to_string(manifest.bytes);
  out += ",\"created_at\":";
  base::append_json_string(out, manifest.created_at);
  if (manifest.version == 1) return out;
  out += ",\"hashed\":{\"size\":" + std::to_string(manifest.hashed.size) + ",\"root\":\"" +
         base::hex(base::view_of(manifest.hashed.root));
  out += "\"},\"files\":[";
  for (const base::SealedFile& file : manifest.sums) {
    out += out.back() == '[' ? "{\"name\":" : ",{\"name\":";
    base::append_json_string(out, file.name);
    out += ",\"bytes\":" + std::to_string(file.bytes) + ",\"crc32c\":" + std::to_string(file.crc) + "}";
  }
  return out + "]";
}

// The checksum stands inside, as its last member, over everything before it.
std::string checksum_of(std::string_view text) { return std::to_string(base::crc32c(text)); }

std::uint64_t number(const base::JsonValue& object, std::string_view name) {
  return static_cast<std::uint64_t>(object.member(name).integer().value_or(0));
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::error(base::ErrorCode::not_found, "there is no " + path);
  std::string text(kManifestBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

BackupManifest manifest_of(const base::JsonValue& object, const std::array<std::uint8_t, 16>& cluster) {
  BackupManifest manifest;
  manifest.name = object.member("name").string().value_or("");
  manifest.cluster = cluster;
  manifest.epoch = static_cast<std::uint32_t>(number(object, "epoch"));
  manifest.position = {number(object, "position")};
  manifest.at_rest = object.member("at_rest").boolean().value_or(false);
  manifest.with_keys = object.member("with_keys").boolean().value_or(false);
  manifest.attachments = number(object, "attachments");
  manifest.bytes = number(object, "bytes");
  manifest.created_at = object.member("created_at").string().value_or("");
  manifest.version = static_cast<unsigned>(number(object, "version"));
  manifest.hashed.size = number(object.member("hashed"), "size");
  manifest.hashed.root = digest_of(object.member("hashed").member("root").string().value_or(""));
  for (const base::JsonValue& file : object.member("files").items()) {
    manifest.sums.push_back({std::string(file.member("name").string().value_or("")), number(file, "bytes"),
                             static_cast<std::uint32_t>(number(file, "crc32c"))});
  }
  return manifest;
}
}  // namespace

std::string to_json(const BackupManifest& manifest) {
  const std::string text = without_checksum(manifest);
  return text + ",\"crc32c\":" + checksum_of(text) + "}\n";
}

Result<BackupManifest> read_backup_manifest(const std::string& folder) {
  const std::string path = folder + "/" + std::string(kManifestName);
  TRY(auto text, read_text(path));
  base::JsonParser parser;
  auto parsed = parser.parse(text);
  if (parsed && parsed.value().member("format").string() != kFormatWord) {
    return base::error(base::ErrorCode::not_found, folder + " is no backup");
  }
  const auto cluster = parsed ? base::parse_uuid(parsed.value().member("cluster").string().value_or("")) : std::nullopt;
  if (!cluster) return base::error(base::ErrorCode::corrupt, path + " is damaged: it is no manifest" + kTakeAnother);
  BackupManifest manifest = manifest_of(parsed.value(), *cluster);
  if (manifest.version > kManifestVersion) {
    return base::error(base::ErrorCode::unsupported, path + " was written by a newer version of Hansard: use that one");
  }
  if (to_json(manifest) == text) return manifest;
  return base::error(base::ErrorCode::corrupt, path + " is damaged: its checksum does not match" + kTakeAnother);
}

Result<void> check_sums(const std::string& folder, const BackupManifest& manifest) {
  for (const base::SealedFile& file : manifest.sums) {
    auto now = base::sum_file(folder + "/" + file.name);
    if (now && now.value().bytes == file.bytes && now.value().crc == file.crc) continue;
    return base::error(
        base::ErrorCode::corrupt,
        folder + "/" + file.name + (now ? " is not what was copied" : " is missing or cannot be read") + kTakeAnother);
  }
  return base::success();
}

}  // namespace hansard::backup
