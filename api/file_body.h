// A stretch of a blob as the body of a response.
//
// Thread: the io thread of the context. Limits: one piece in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/body_stream.h"
#include "api/context.h"
#include "api/file_headers.h"
#include "api/user_counts.h"
#include "engine/files/blob_store.h"
#include "projections/queries.h"

namespace hansard::api {

class FileBody final : public BodySource {
 public:
  // `room` is the reader's own place among his transfers.
  FileBody(Context& context, const projections::FileView& file, FileRange stretch, UserCounts::Slot room);

  std::uint64_t size() const override { return size_; }
  // 404 for a blob that is not there, 503 where too many are open.
  asio::awaitable<Answered<void>> open() override;
  asio::awaitable<base::Result<std::string_view>> next() override;

 private:
  Context& context_;
  const base::Digest sha256_;
  const std::uint64_t whole_;  // bytes of the blob
  const std::uint64_t size_;
  std::uint64_t offset_;
  std::uint64_t left_;
  UserCounts::Slot room_;
  std::string piece_;
  std::unique_ptr<files::BlobReader> reader_;
};

}  // namespace hansard::api
