#include "replay/segments/manifest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "engine/base/clock.h"
#include "engine/base/hex.h"
#include "engine/base/json.h"
#include "engine/base/whole_file.h"
#include "engine/codec/record_layout.h"
#include "engine/proof/merkle.h"

namespace hansard::segments {

namespace {
constexpr std::array<std::pair<Kind, std::string_view>, 3> kKinds{
    {{Kind::segments, "segments"}, {Kind::jsonl, "jsonl"}, {Kind::csv, "csv"}}};

base::Error bad(const std::string& what) {
  return base::error(base::ErrorCode::corrupt, "the manifest says nothing usable about " + what);
}

// One object, member by member.
class Object {
 public:
  void add(std::string_view name, std::string_view text) {
    begin(name);
    base::append_json_string(out_, text);
  }
  void add(std::string_view name, std::uint64_t number) {
    begin(name);
    base::append_json_number(out_, number);
  }
  void add_flag(std::string_view name, bool value) { add_json(name, value ? "true" : "false"); }
  void add_json(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
  }
  template <class List, class ToJson>
  void add_list(std::string_view name, const List& list, ToJson to_item) {
    begin(name);
    out_ += '[';
    for (const auto& item : list) {
      if (out_.back() != '[') out_ += ',';
      out_ += to_item(item);
    }
    out_ += ']';
  }
  std::string end() { return std::move(out_) + "}"; }

 private:
  void begin(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    base::append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

std::string quoted(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

std::string filter_json(const Filter& filter) {
  Object object;
  object.add_list("conversations", filter.conversations, [](const auto& id) { return quoted(base::to_text(id)); });
  object.add_list("actors", filter.actors, [](const auto& user) { return quoted(user.value); });
  object.add_list("types", filter.types, [](const auto& type) { return quoted(type); });
  return object.end();
}

std::string plain_json(const PlainFile& file) {
  Object object;
  object.add("name", file.name);
  object.add("bytes", file.bytes);
  object.add("sha256", base::hex(base::view_of(file.sha256)));
  return object.end();
}

std::string attachments_json(const Attachments& attachments) {
  Object object;
  object.add("files", attachments.files);
  object.add("bytes", attachments.bytes);
  object.add("missing", attachments.missing);
  return object.end();
}

std::string sentence(const Manifest& manifest) {
  if (manifest.is_full_prefix()) return "Every event up to `to`: it can be restored.";
  return "A part of the log: evidence to read, not a source to restore from.";
}

// Reads members and remembers the first that is not there.
class Members {
 public:
  explicit Members(const base::JsonValue& object) : object_(object) {}
  std::uint64_t number(std::string_view name) {
    const auto value = object_.member(name).integer();
    if (!value || *value < 0) return missing(name), 0;
    return static_cast<std::uint64_t>(*value);
  }
  std::string text(std::string_view name) {
    const auto value = object_.member(name).string();
    if (!value) return missing(name), "";
    return std::string(*value);
  }
  bool boolean(std::string_view name) {
    const auto value = object_.member(name).boolean();
    if (!value) missing(name);
    return value.value_or(false);
  }
  base::Digest digest(std::string_view name) {
    base::Digest digest{};
    const std::string text = this->text(name);
    if (!parse_hex(text, digest)) missing(name);
    return digest;
  }
  base::Timestamp time(std::string_view name) {
    const auto value = base::parse_time(text(name));
    if (!value) missing(name);
    return value.value_or(base::Timestamp{});
  }
  // A name below the export's folder that leads nowhere else.
  std::string file_name(std::string_view name) {
    std::string text = this->text(name);
    const bool leads_away = text.empty() || text.front() == '/' || text.find("..") != std::string::npos;
    if (leads_away || text.find('\0') != std::string::npos) missing(name);
    return text;
  }
  void missing(std::string_view name) {
    if (missing_.empty()) missing_ = name;
  }
  Result<void> check() const {
    if (!missing_.empty()) return bad("`" + missing_ + "`");
    return base::success();
  }

 private:
  static bool parse_hex(std::string_view text, base::Digest& digest) {
    if (text.size() != 2 * digest.size()) return false;
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < digest.size(); ++i) {
      const auto high = kDigits.find(text[2 * i]), low = kDigits.find(text[2 * i + 1]);
      if (high == kDigits.npos || low == kDigits.npos) return false;
      digest[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
  }
  const base::JsonValue object_;
  std::string missing_;
};

Result<Filter> parse_filter(const base::JsonValue& object) {
  Filter filter;
  for (const auto& item : object.member("conversations").items()) {
    const auto id = base::parse_id<domain::ConversationId>(item.string().value_or(""));
    if (!id) return bad("`filter.conversations`");
    filter.conversations.push_back(*id);
  }
  for (const auto& item : object.member("actors").items()) {
    const auto user = base::parse_user_id(item.string().value_or(""));
    if (!user) return bad("`filter.actors`");
    filter.actors.push_back(*user);
  }
  for (const auto& item : object.member("types").items()) filter.types.emplace_back(item.string().value_or(""));
  return filter;
}

Result<PlainFile> parse_plain(const base::JsonValue& object) {
  Members members(object);
  PlainFile file{members.file_name("name"), members.number("bytes"), members.digest("sha256")};
  TRY(members.check());
  return file;
}

Result<Attachments> parse_attachments(const base::JsonValue& object) {
  Members members(object);
  Attachments attachments{members.number("files"), members.number("bytes"), members.number("missing")};
  TRY(members.check());
  return attachments;
}

Result<void> parse_lists(const base::JsonValue& object, Manifest& manifest) {
  for (const auto& item : object.member("schemas").items()) {
    TRY(auto schema, parse_plain(item));
    manifest.schemas.push_back(std::move(schema));
  }
  for (const auto& item : object.member("files").items()) {
    TRY(auto entry, parse_entry(item));
    manifest.files.push_back(std::move(entry));
  }
  return base::success();
}
}  // namespace

std::string_view word_of(Kind kind) {
  return std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& pair) { return pair.first == kind; })->second;
}

std::optional<Kind> kind_of(std::string_view word) {
  for (const auto& [kind, name] : kKinds) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

bool Manifest::asks_the_same(const Manifest& other) const {
  return kind == other.kind && cluster == other.cluster && epoch == other.epoch && from == other.from &&
         to == other.to && filter == other.filter && attachments.has_value() == other.attachments.has_value();
}

std::uint64_t Manifest::events() const {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const FileEntry& file) { return sum + file.count; });
}

std::uint64_t Manifest::record_bytes() const {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const FileEntry& file) { return sum + file.record_bytes; });
}

std::string to_json(const FileEntry& entry) {
  Object object;
  object.add("name", entry.name);
  object.add("bytes", entry.bytes);
  object.add("sha256", base::hex(base::view_of(entry.sha256)));
  object.add("first", entry.first.value);
  object.add("last", entry.last.value);
  object.add("events", entry.count);
  object.add("record_bytes", entry.record_bytes);
  object.add("first_time", base::time_text(entry.first_time));
  object.add("last_time", base::time_text(entry.last_time));
  object.add("root", base::hex(base::view_of(entry.root)));
  if (entry.proofs) object.add_json("proofs", plain_json(*entry.proofs));
  return object.end();
}

Result<FileEntry> parse_entry(const base::JsonValue& value) {
  Members members(value);
  FileEntry entry;
  entry.name = members.file_name("name");
  entry.bytes = members.number("bytes");
  entry.sha256 = members.digest("sha256");
  entry.first = {members.number("first")};
  entry.last = {members.number("last")};
  entry.count = members.number("events");
  entry.record_bytes = members.number("record_bytes");
  entry.first_time = members.time("first_time");
  entry.last_time = members.time("last_time");
  entry.root = members.digest("root");
  if (value.member("proofs").kind() != base::JsonValue::Kind::missing) {
    TRY(entry.proofs, parse_plain(value.member("proofs")));
  }
  TRY(members.check());
  return entry;
}

std::string to_json(const Manifest& manifest) {
  Object object;
  object.add("format", "hansard-export");
  object.add("version", std::uint64_t{kManifestVersion});
  object.add("kind", word_of(manifest.kind));
  object.add("what", sentence(manifest));
  object.add_flag("restorable", manifest.is_full_prefix());
  object.add("cluster", base::uuid_text(manifest.cluster));
  object.add("epoch", std::uint64_t{manifest.epoch});
  object.add("partition", std::uint64_t{base::kPartition});
  object.add("from", manifest.from.value);
  object.add("to", manifest.to.value);
  object.add_json("filter", filter_json(manifest.filter));
  object.add_flag("at_rest", manifest.at_rest);
  object.add("created_at", manifest.created_at);
  object.add("events", manifest.events());
  object.add("record_bytes", manifest.record_bytes());
  if (manifest.root) object.add("root", base::hex(base::view_of(*manifest.root)));
  if (!manifest.checkpoint.empty()) {
    object.add("checkpoint", manifest.checkpoint);
    object.add("verifier_key", manifest.verifier_key);
  }
  if (manifest.attachments) object.add_json("attachments", attachments_json(*manifest.attachments));
  object.add("record_version", std::uint64_t{codec::kRecordVersion});
  object.add("leaf_version", std::uint64_t{codec::kLeafVersion});
  object.add_list("schemas", manifest.schemas, plain_json);
  object.add_list("files", manifest.files, [](const FileEntry& entry) { return "\n" + to_json(entry); });
  return object.end();
}

Result<Manifest> parse_manifest(std::string_view json) {
  base::JsonParser parser;
  TRY(auto object, parser.parse(json));
  Members members(object);
  if (members.text("format") != "hansard-export") return bad("`format`");
  if (members.number("version") > kManifestVersion) {
    return base::error(base::ErrorCode::unsupported, "the export was made by a newer version; use that one");
  }
  Manifest manifest;
  const auto kind = kind_of(members.text("kind"));
  const auto cluster = base::parse_uuid(members.text("cluster"));
  if (!kind || !cluster) return bad("`kind` or `cluster`");
  manifest.kind = *kind;
  manifest.cluster = *cluster;
  manifest.epoch = static_cast<std::uint32_t>(members.number("epoch"));
  manifest.from = {members.number("from")};
  manifest.to = {members.number("to")};
  manifest.at_rest = members.boolean("at_rest");
  manifest.created_at = members.text("created_at");
  if (object.member("root").kind() != base::JsonValue::Kind::missing) manifest.root = members.digest("root");
  manifest.checkpoint = object.member("checkpoint").string().value_or("");
  manifest.verifier_key = object.member("verifier_key").string().value_or("");
  if (object.member("attachments").kind() != base::JsonValue::Kind::missing) {
    TRY(manifest.attachments, parse_attachments(object.member("attachments")));
  }
  TRY(members.check());
  TRY(manifest.filter, parse_filter(object.member("filter")));
  TRY(parse_lists(object, manifest));
  return manifest;
}

Result<Manifest> read_manifest(const std::string& folder) {
  const std::string path = folder + "/" + std::string(kManifestName);
  auto json = base::read_whole_file(path, kManifestBytesMax);
  if (!json && json.error().code == base::ErrorCode::not_found) {
    return base::error(base::ErrorCode::not_found, "there is no manifest.json in " + folder +
                                                       ": it is no export, or one that was interrupted (run the same "
                                                       "export again to finish it)");
  }
  TRY(auto text, std::move(json));
  TRY(auto sum, base::read_whole_file(folder + "/" + std::string(kManifestSumName), 1'024));
  const std::string right = base::hex(base::view_of(base::sha256(text))) + "  " + std::string(kManifestName) + "\n";
  if (sum != right) {
    return base::error(base::ErrorCode::corrupt, path + " is damaged: its SHA-256 is not the one in " +
                                                     std::string(kManifestSumName) +
                                                     ". Fetch both again from where they were copied from.");
  }
  auto manifest = parse_manifest(text);
  if (manifest) return manifest;
  return base::error(manifest.error().code, path + ": " + manifest.error().detail);
}

base::Digest root_over(const std::vector<FileEntry>& files) {
  std::vector<base::Digest> roots;
  for (const FileEntry& file : files) roots.push_back(file.root);
  return proof::root_of_parts(roots);
}

}  // namespace hansard::segments
