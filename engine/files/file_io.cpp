#include "engine/files/file_io.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/durable_file.h"

namespace hansard::files {

using base::ErrorCode;

namespace {
struct InOrder {
  FileIo& io;
  std::vector<IoOperation> operations;
  IoDone done;
  std::size_t next = 0;
};

void start_next(const std::shared_ptr<InOrder>& steps) {
  auto operation = std::move(steps->operations[steps->next++]);
  steps->io.start(std::move(operation), [steps](IoResult result) {
    bool is_over = result.error != 0 || steps->next == steps->operations.size();
    is_over ? steps->done(result) : start_next(steps);
  });
}
}  // namespace

void start_in_order(FileIo& io, std::vector<IoOperation> operations, IoDone done) {
  start_next(std::make_shared<InOrder>(io, std::move(operations), std::move(done)));
}

base::Result<ChosenIo> choose_file_io(IoChoice choice) {
  if (choice == IoChoice::posix) return ChosenIo{make_posix_io(), ""};
  auto uring = make_uring_io();
  if (uring) return ChosenIo{std::move(uring.value()), ""};
  if (choice == IoChoice::uring) return std::move(uring.error());
  return ChosenIo{make_posix_io(), std::move(uring.error().detail)};
}

base::Error error_of(int error_number, std::string_view what) {
  const ErrorCode code = error_number == ENOENT ? ErrorCode::not_found : base::code_of_errno(error_number);
  return base::error(code, std::string(what) + ": " + std::strerror(error_number) + ".");
}

}  // namespace hansard::files
