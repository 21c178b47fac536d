// The manifest of an export: what it is, whose it is, which part of the log it stands for, and every file in it with
// its size and SHA-256. It is the last thing written, so an export that has one is whole. Its bytes as JSON are in
// docs/SEGMENTS.md.
//
// Thread: any; plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/segments/filter.h"
#include "replay/segments/segment_writer.h"

namespace hansard::base {
class JsonValue;  // engine/base/json.h
}

namespace hansard::segments {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kManifestSumName = "manifest.sha256";  // `sha256sum -c` reads it
inline constexpr std::uint32_t kManifestVersion = 1;
inline constexpr std::size_t kManifestBytesMax = 256u << 20;

enum class Kind { segments, jsonl, csv };
std::string_view word_of(Kind kind);
std::optional<Kind> kind_of(std::string_view word);

// Files of attachments in it, and how many that its events name were not there any more.
struct Attachments {
  std::uint64_t files = 0, bytes = 0, missing = 0;
  bool operator==(const Attachments&) const = default;
};

struct Manifest {
  Kind kind = Kind::segments;
  ClusterId cluster{};
  std::uint32_t epoch = 0;
  Position from{1}, to;  // the stretch of the log that was looked at; `to` before `from`: nothing
  Filter filter;
  bool at_rest = false;  // nobody wrote to the source then, and `to` was its end
  std::string created_at;
  std::optional<base::Digest> root;        // RFC 6962 over the leaves 1 to `to`; of a full prefix only
  std::string checkpoint;                  // the signed note that the proofs of its events are under; "" for none
  std::string verifier_key;                // and the key it verifies with
  std::optional<Attachments> attachments;  // nothing: they were not asked for
  std::vector<PlainFile> schemas;          // what the bodies of its records are made of
  std::vector<FileEntry> files;            // in order of position

  // Everything from the beginning, as records: what a restore takes.
  bool is_full_prefix() const { return kind == Kind::segments && filter.empty() && from == Position{1}; }
  // The same question to the same log.
  bool asks_the_same(const Manifest& other) const;
  std::uint64_t events() const;
  std::uint64_t record_bytes() const;
};

std::string to_json(const Manifest& manifest);
Result<Manifest> parse_manifest(std::string_view json);

std::string to_json(const FileEntry& entry);
Result<FileEntry> parse_entry(const base::JsonValue& object);

// Reads and checks DIR/manifest.json against its sum. `not_found` when `folder` is no export, `corrupt` naming the
// file.
Result<Manifest> read_manifest(const std::string& folder);

// The root over the leaves of files that follow each other from position 1 on, each but the last an aligned
// kPositionsPerSegment: their own roots are the nodes of the tree (RFC 9162 section 2.1.1).
base::Digest root_over(const std::vector<FileEntry>& files);

}  // namespace hansard::segments
