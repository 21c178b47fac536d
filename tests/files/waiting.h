// Calls that are told of by a callback, waited for on the test's own thread.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "engine/files/blob_store.h"

namespace hansard::files {

inline IoResult wait_for(FileIo& io, IoOperation operation) {
  std::promise<IoResult> ended;
  io.start(std::move(operation), [&](IoResult result) { ended.set_value(result); });
  return ended.get_future().get();
}

// `start(done)` begins the call.
template <class T, class Start>
base::Result<T> wait_for(Start start) {
  auto ended = std::make_shared<std::promise<base::Result<T>>>();
  start([ended](base::Result<T> result) { ended->set_value(std::move(result)); });
  return ended->get_future().get();
}

inline base::Result<std::unique_ptr<BlobUpload>> begin(BlobStore& store, std::uint64_t size = 0) {
  return wait_for<std::unique_ptr<BlobUpload>>([&](auto done) { store.upload(size, std::move(done)); });
}
inline base::Result<void> append(BlobUpload& upload, std::string_view bytes) {
  return wait_for<void>([&](auto done) { upload.append(bytes, std::move(done)); });
}
inline base::Result<StoredBlob> finish(BlobUpload& upload) {
  return wait_for<StoredBlob>([&](auto done) { upload.finish(std::move(done)); });
}
inline base::Result<std::unique_ptr<BlobReader>> open_blob(BlobStore& store, const base::Digest& sha256,
                                                           std::uint64_t size) {
  return wait_for<std::unique_ptr<BlobReader>>([&](auto done) { store.open_blob(sha256, size, std::move(done)); });
}
inline base::Result<std::string> read(BlobReader& reader, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  auto got = wait_for<std::size_t>([&](auto done) { reader.read(offset, std::span(bytes), std::move(done)); });
  if (!got) return std::move(got.error());
  bytes.resize(got.value());
  return bytes;
}

}  // namespace hansard::files
