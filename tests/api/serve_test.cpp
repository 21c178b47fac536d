#include "api/serve.h"

#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "api/trace.h"
#include "tests/api/token_fixture.h"
#include "tests/support/no_io_uring.h"

namespace hansard::api {
namespace {

using test::TempFolder;

// On a thread of its own without io_uring, whose signals are masked.
int serve_without_io_uring(const ServeCommand& command) {
  const mode_t mask = ::umask(077);
  int status = -1;
  std::thread([&] {
    if (support::refuse_io_uring()) status = run_serve(command);
  }).join();
  ::umask(mask);
  set_up_trace(TraceLevel::info, TraceFormat::text);
  return status;
}

}  // namespace

TEST_CASE("a start that is refused its file io changes nothing on disk") {
  const TempFolder folder;
  ServeCommand command;
  command.config_file = folder.write("hansard.toml", "[server]\nfile_io = \"uring\"\n");
  command.secret_file = folder.write("secret", test::kSecret);
  command.data_folder = folder.path("data");
  command.listen = "127.0.0.1:0";
  CHECK(serve_without_io_uring(command) == kExitFailed);
  CHECK_FALSE(std::filesystem::exists(folder.path("data")));
}

}  // namespace hansard::api
