#include "api/file_body.h"

#include <algorithm>
#include <span>
#include <utility>

#include "api/file_wait.h"
#include "api/trace.h"

namespace hansard::api {

using files::BlobReader;

namespace {
void trace_trouble(const base::Error& error) {
  trace(TraceLevel::error, "a file's bytes cannot be read", {{"error", error.detail}});
}
}  // namespace

FileBody::FileBody(Context& context, const projections::FileView& file, FileRange stretch, UserCounts::Slot room)
    : context_(context),
      sha256_(file.sha256),
      whole_(file.size),
      size_(stretch.size),
      offset_(stretch.first),
      left_(stretch.size),
      room_(std::move(room)) {}

asio::awaitable<Answered<void>> FileBody::open() {
  auto start = [this](files::Done<std::unique_ptr<BlobReader>> done) {
    context_.files->open_blob(sha256_, whole_, std::move(done));
  };
  auto opened = co_await file_call<std::unique_ptr<BlobReader>>(context_.io, start);
  if (!opened) {
    bool is_overload = opened.error().code == base::ErrorCode::overloaded;
    if (!is_overload) trace_trouble(opened.error());
    co_return problem_of(opened.error());
  }
  reader_ = std::move(opened.value());
  piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBodyPieceBytes, size_)));
  co_return boost::outcome_v2::success();
}

asio::awaitable<base::Result<std::string_view>> FileBody::next() {
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece_.size(), left_));
  auto start = [this, size](files::Done<std::size_t> done) {
    reader_->read(offset_, std::span(piece_.data(), size), std::move(done));
  };
  auto got = co_await file_call<std::size_t>(context_.io, start);
  if (!got) {
    trace_trouble(got.error());
    co_return std::move(got.error());
  }
  offset_ += size;
  left_ -= size;
  co_return std::string_view(piece_.data(), size);
}

}  // namespace hansard::api
