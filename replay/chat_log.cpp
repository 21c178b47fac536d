#include "replay/chat_log.h"

#include <cstdio>
#include <filesystem>

#include <zstd.h>

#include "engine/base/clock.h"
#include "engine/base/file_reason.h"
#include "engine/base/json.h"

namespace hansard::replay {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kLineBytesMax = 4u << 20;
constexpr char kReadOnce[] = " is a pipe or a device, and is read more than once: write it to a file and name that.";

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct StreamFree {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

std::optional<LineType> type_of(std::string_view word) {
  if (word == "message") return LineType::message;
  if (word == "join") return LineType::join;
  if (word == "leave") return LineType::leave;
  if (word == "rename") return LineType::rename;
  if (word == "notice") return LineType::notice;
  return std::nullopt;
}

using Kind = base::JsonValue::Kind;

bool is_absent(const base::JsonValue& value) { return value.kind() == Kind::missing || value.kind() == Kind::null; }

// The members of an object. What is there with another type than its own is a problem, the first of which is kept.
class Members {
 public:
  explicit Members(const base::JsonValue& object, std::string inside = "")
      : object_(object), inside_(std::move(inside)) {}

  std::string text(const char* name) {
    const auto value = object_.member(name);
    expect(is_absent(value) || value.kind() == Kind::string, name, "a text");
    return std::string(value.string().value_or(""));
  }

  std::uint64_t count(const char* name) {
    const auto value = object_.member(name);
    const auto number = value.integer().value_or(0);
    expect(is_absent(value) || (value.kind() == Kind::integer && number >= 0), name, "a number from 0 on");
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
  }

  std::vector<base::JsonValue> list(const char* name) {
    const auto value = object_.member(name);
    expect(is_absent(value) || value.kind() == Kind::array, name, "a list");
    return value.items();
  }

  void expect(bool is_so, const char* name, const char* wanted) {
    if (is_so || !problem_.empty()) return;
    problem_ =
        "`" + inside_ + name + "` is " + (is_absent(object_.member(name)) ? "missing" : std::string("not ") + wanted);
  }

  const std::string& problem() const { return problem_; }

 private:
  const base::JsonValue& object_;
  const std::string inside_;
  std::string problem_;  // in words; "" for none
};

Result<LineMention> mention_of(const base::JsonValue& object) {
  if (object.kind() != Kind::object) return base::error(ErrorCode::malformed, "`mentions` holds what is no object");
  Members members(object, "mentions.");
  LineMention mention{members.text("user"), members.count("offset"), members.count("length")};
  if (!members.problem().empty()) return base::error(ErrorCode::malformed, members.problem());
  return mention;
}

// `malformed`: what is wrong with it.
Result<ChatLine> line_of(const base::JsonValue& object) {
  constexpr const char* kText = "a text that is not empty";
  Members members(object);
  const auto type = type_of(object.member("type").string().value_or(""));
  const auto time = base::parse_time(object.member("ts").string().value_or(""));
  ChatLine line{members.text("id"),
                members.text("channel"),
                time.value_or(base::Timestamp{}),
                type.value_or(LineType::message),
                members.text("from"),
                members.text("to"),
                members.text("text"),
                members.text("reply_to"),
                {}};
  members.expect(!line.id.empty(), "id", kText);
  members.expect(!line.channel.empty(), "channel", kText);
  members.expect(time.has_value(), "ts", "a time (RFC 3339, as 2024-05-01T09:00:00Z)");
  members.expect(type.has_value(), "type", "message, join, leave, rename or notice");
  members.expect(!line.from.empty(), "from", kText);
  members.expect(line.type != LineType::rename || !line.to.empty(), "to", kText);
  const auto mentions = members.list("mentions");
  if (!members.problem().empty()) return base::error(ErrorCode::malformed, members.problem());
  for (const auto& mention : mentions) {
    TRY(auto read, mention_of(mention));
    line.mentions.push_back(std::move(read));
  }
  return line;
}

}  // namespace

struct ChatLog::Impl {
  std::string path;
  std::unique_ptr<std::FILE, FileClose> file;
  std::unique_ptr<ZSTD_DStream, StreamFree> zstd;  // nothing for a plain file
  std::string compressed = std::string(ZSTD_DStreamInSize(), '\0');
  ZSTD_inBuffer in{nullptr, 0, 0};
  std::string text;  // decompressed, not yet split
  std::size_t text_at = 0;
  std::uint64_t bytes_read = 0, bytes_total = 0, line_number = 0;
  bool file_ended = false;
  bool frame_open = false;  // a zstd frame has begun and not ended
  base::JsonParser parser;

  Error fail(ErrorCode code, const std::string& what) const {
    return base::error(code, path + ", line " + std::to_string(line_number) + ": " + what + ".");
  }
  // Of the file, somewhere behind the last line.
  Error fail_behind(ErrorCode code, const std::string& what) const {
    const std::string place = line_number > 0 ? ", behind line " + std::to_string(line_number) : "";
    return base::error(code, path + place + ": " + what + ".");
  }

  Result<void> refill_input() {
    if (in.pos < in.size) return base::success();
    std::size_t got = std::fread(compressed.data(), 1, compressed.size(), file.get());
    if (got == 0 && std::ferror(file.get())) return fail_behind(ErrorCode::io, "the file cannot be read");
    file_ended = got == 0;
    bytes_read += got;
    in = {compressed.data(), got, 0};
    return base::success();
  }

  // Appends one window to `text`.
  Result<void> refill_text() {
    TRY(refill_input());
    if (!zstd) {
      text.append(compressed, in.pos, in.size - in.pos);
      in.pos = in.size;
      return base::success();
    }
    if (file_ended && !frame_open) return base::success();
    std::string window(ZSTD_DStreamOutSize(), '\0');
    ZSTD_outBuffer out{window.data(), window.size(), 0};
    std::size_t left = ZSTD_decompressStream(zstd.get(), &out, &in);
    if (ZSTD_isError(left)) {
      return fail_behind(ErrorCode::corrupt, std::string("it is damaged, or not zstd: ") + ZSTD_getErrorName(left));
    }
    if (file_ended && frame_open && out.pos == 0) return fail_behind(ErrorCode::corrupt, "the zstd file is cut short");
    frame_open = left != 0;
    text.append(window, 0, out.pos);
    return base::success();
  }

  // The next raw line without its newline; nothing at the end of the file.
  Result<std::optional<std::string>> next_text() {
    for (;;) {
      std::size_t end = text.find('\n', text_at);
      if (end != std::string::npos || (file_ended && !frame_open && text_at < text.size())) {
        std::string line = text.substr(text_at, end == std::string::npos ? end : end - text_at);
        text_at = end == std::string::npos ? text.size() : end + 1;
        ++line_number;
        return std::optional(std::move(line));
      }
      if (file_ended && !frame_open) return std::optional<std::string>();
      text.erase(0, text_at);
      text_at = 0;
      if (text.size() > kLineBytesMax) return fail(ErrorCode::malformed, "the line is longer than 4 MiB");
      TRY(refill_text());
    }
  }
};

ChatLog::ChatLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChatLog::~ChatLog() = default;

Result<std::unique_ptr<ChatLog>> ChatLog::open(const std::string& path) {
  if (base::is_read_once(path)) return base::error(ErrorCode::not_found, path + kReadOnce);
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->file.reset(std::fopen(path.c_str(), "rb"));
  if (const auto why = base::why_unreadable(path); !impl->file || !why.empty()) {
    return base::error(ErrorCode::not_found, path + " cannot be read: " + why + ".");
  }
  std::error_code ignored;
  impl->bytes_total = std::filesystem::file_size(path, ignored);
  if (path.ends_with(".zst")) impl->zstd.reset(ZSTD_createDStream());
  return std::unique_ptr<ChatLog>(new ChatLog(std::move(impl)));
}

Result<std::optional<ChatLine>> ChatLog::next() {
  for (;;) {
    TRY(auto text, impl_->next_text());
    if (!text) return std::optional<ChatLine>();
    if (text->find_first_not_of(" \t\r") == std::string::npos) continue;
    auto object = impl_->parser.parse(*text);
    if (!object) return impl_->fail(ErrorCode::malformed, "not a JSON object: " + object.error().detail);
    auto line = line_of(object.value());
    if (!line) return impl_->fail(ErrorCode::malformed, line.error().detail);
    return std::optional(std::move(line).value());
  }
}

std::uint64_t ChatLog::bytes_read() const { return impl_->bytes_read; }
std::uint64_t ChatLog::bytes_total() const { return impl_->bytes_total; }

}  // namespace hansard::replay
