#include <utility>

#include "api/audited_read.h"
#include "api/body_stream.h"
#include "api/file_body.h"
#include "api/file_headers.h"
#include "api/file_wait.h"
#include "api/handlers_common.h"
#include "api/trace.h"
#include "api/user_counts.h"

namespace hansard::api::handlers {

using files::BlobUpload;
using files::StoredBlob;
using projections::Snapshot;

namespace {

// What the head of an upload says of the file.
struct Announced {
  domain::FileContent content;
  std::uint64_t size = 0;
};

Answered<Announced> announced_file(const Context& context, const Request& request) {
  auto length = request.header("content-length");
  if (!length) return Problem{411, "length_required", "An upload says its Content-Length.", 0};
  TRY(auto media_type, media_type_of(request));
  if (!is_type_allowed(media_type, context.limits.file_types)) {
    return Problem{415, "unsupported_media_type", "Files of this type are not taken here.", 0};
  }
  TRY(auto name, file_name_of(request));
  return Announced{{std::move(name), std::move(media_type)}, parse_number(*length).value_or(0)};
}

// One transfer of the user, or 429.
Answered<UserCounts::Slot> take_room(const Context& context, const base::UserId& user) {
  if (context.files == nullptr) return Problem{503, "unavailable", "There are no files here.", 0};
  auto room = context.file_transfers->take(user, context.limits.file_transfers_per_user_max);
  if (!room) return Problem{429, "too_many_transfers", "Too many of your files are being transferred; wait.", 1};
  return room;
}

asio::awaitable<base::Result<std::unique_ptr<BlobUpload>>> begin_upload(Context& context, std::uint64_t size) {
  auto start = [store = context.files, size](files::Done<std::unique_ptr<BlobUpload>> done) {
    store->upload(size, std::move(done));
  };
  co_return co_await file_call<std::unique_ptr<BlobUpload>>(context.io, start);
}

// Until the end of the body or the first trouble.
asio::awaitable<base::Result<void>> store_body(Context& context, BodyReader& body, BlobUpload& upload) {
  for (;;) {
    auto piece = co_await body.next();
    if (!piece) co_return std::move(piece.error());
    if (piece.value().empty()) co_return base::success();
    auto start = [&upload, bytes = piece.value()](files::Done<void> done) { upload.append(bytes, std::move(done)); };
    auto written = co_await file_call<void>(context.io, start);
    if (!written) co_return std::move(written.error());
  }
}

asio::awaitable<base::Result<StoredBlob>> stored_body(Context& context, BodyReader& body, std::uint64_t size) {
  auto upload = co_await begin_upload(context, size);
  if (!upload) co_return std::move(upload.error());
  auto stored = co_await store_body(context, body, *upload.value());
  if (!stored) co_return std::move(stored.error());
  auto start = [at = upload.value().get()](files::Done<StoredBlob> done) { at->finish(std::move(done)); };
  auto blob = co_await file_call<StoredBlob>(context.io, start);
  co_return blob;
}

// What the peer did wrong he is told; our own trouble is for the operator.
Problem failed_transfer(const base::Error& error) {
  bool is_ours = error.code == base::ErrorCode::io || error.code == base::ErrorCode::disk_full;
  if (is_ours) trace(TraceLevel::error, "an upload could not be stored", {{"error", error.detail}});
  return problem_of(error);
}

// Who may not see a file, and who asks for one that is not there, get the same.
struct SeenFile {
  projections::FileView file;
  bool by_scope = false;  // only the scope `audit` opens it
};

Answered<SeenFile> seen_file(const Call& call, const Snapshot& snapshot) {
  auto id = base::parse_id<base::FileId>(call.path_values.at(0));
  auto file = id ? snapshot.file(*id) : std::nullopt;
  if (!file || file->collected) return not_found();
  bool is_his = snapshot.may_read_file(*id, call.caller.actor);
  if (!is_his && !call.caller.audit) return not_found();
  return SeenFile{*std::move(file), !is_his};
}

Problem no_such_range() { return {416, "range_not_satisfiable", "The range lies beyond the end of the file.", 0}; }

// Never shown by a browser as a page of this origin, whatever the bytes are.
void add_file_headers(Response& response, const projections::FileView& file, const std::string& etag) {
  response.content_type = file.media_type;
  response.headers.emplace_back("Content-Disposition", disposition_of(file.name));
  response.headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("ETag", etag);
}

Response refused_range(const Call& call, const projections::FileView& file) {
  Response response = problem_response(no_such_range(), call.request.request_id);
  response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(file.size));
  return response;
}

std::string content_range(const FileRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.first + range.size - 1) + '/' +
         std::to_string(size);
}
}  // namespace

asio::awaitable<Answered<Upload>> upload_file(Context& context, const Call& call) {
  auto file = announced_file(context, call.request);
  if (!file) co_return std::move(file.error());
  auto room = take_room(context, call.caller.actor);
  if (!room) co_return std::move(room.error());
  auto blob = co_await stored_body(context, *call.request.stream, file.value().size);
  if (!blob) co_return failed_transfer(blob.error());
  domain::RecordFile command{base::FileId{context.uuids.next()}, blob.value().sha256, blob.value().size,
                             std::move(file.value().content)};
  co_return Upload{std::move(command), std::move(blob.value().pin)};
}

Answered<Response> download_file(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto seen, seen_file(call, snapshot));
  const projections::FileView& file = seen.file;
  TRY(auto room, take_room(context, call.caller.actor));
  std::string etag = '"' + files::hex_of(file.sha256) + '"';
  auto range = range_of(call.request, file.size, etag);
  if (std::holds_alternative<NoSuchRange>(range)) return refused_range(call, file);
  const auto* part = std::get_if<FileRange>(&range);
  Response response;
  add_file_headers(response, file, etag);
  if (part != nullptr) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", content_range(*part, file.size));
  }
  FileRange stretch = part != nullptr ? *part : FileRange{0, file.size};
  response.stream = std::make_shared<FileBody>(context, file, stretch, std::move(room));
  if (!seen.by_scope) return response;
  return on_record(std::move(response), call, {"file.read", {}, {}, file.owner, {}});
}

}  // namespace hansard::api::handlers
