#include "engine/files/file_io.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/files/waiting.h"
#include "tests/support/no_io_uring.h"
#include "tests/support/temp_folder.h"

namespace hansard::files {
namespace {

using base::ErrorCode;
using support::TempFolder;

// The back ends of this machine: a kernel or container without io_uring has one.
std::vector<std::unique_ptr<FileIo>> back_ends() {
  std::vector<std::unique_ptr<FileIo>> all;
  all.push_back(make_posix_io());
  if (auto uring = make_uring_io()) all.push_back(std::move(uring.value()));
  return all;
}

template <class Test>
void on_each(Test test) {
  for (auto& io : back_ends()) {
    INFO("back end: " << io->name());
    TempFolder folder;
    test(*io, folder);
  }
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int create(FileIo& io, const std::string& path) {
  auto made = wait_for(io, CreateFile{path});
  REQUIRE(made.error == 0);
  return static_cast<int>(made.value);
}

}  // namespace

TEST_CASE("what is written at an offset is read back from there") {
  on_each([](FileIo& io, TempFolder& folder) {
    int file = create(io, folder / "a");
    CHECK(wait_for(io, WriteFile{file, 0, "hello "}).value == 6);
    CHECK(wait_for(io, WriteFile{file, 6, "world"}).value == 5);
    CHECK(wait_for(io, SyncFile{file}).error == 0);
    CHECK(wait_for(io, CloseFile{file}).error == 0);
    auto opened = wait_for(io, OpenFile{folder / "a"});
    REQUIRE(opened.error == 0);
    std::string into(8, '.');
    CHECK(wait_for(io, ReadFile{static_cast<int>(opened.value), 4, std::span(into)}).value == 7);
    CHECK(into == "o world.");
    CHECK(wait_for(io, ReadFile{static_cast<int>(opened.value), 99, std::span(into)}).value == 0);
    CHECK(wait_for(io, CloseFile{static_cast<int>(opened.value)}).error == 0);
  });
}

TEST_CASE("a file is created for its owner alone, and only where none is") {
  on_each([](FileIo& io, TempFolder& folder) {
    int file = create(io, folder / "a");
    struct stat status{};
    REQUIRE(::fstat(file, &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK((::fcntl(file, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(wait_for(io, CreateFile{folder / "a"}).error == EEXIST);
    CHECK(wait_for(io, CreateFile{folder / "no/a"}).error == ENOENT);
    wait_for(io, CloseFile{file});
  });
}

TEST_CASE("a rename replaces what was there, an unlink ends a name") {
  on_each([](FileIo& io, TempFolder& folder) {
    for (const char* name : {"a", "b"}) {
      int file = create(io, folder / name);
      wait_for(io, WriteFile{file, 0, name});
      wait_for(io, CloseFile{file});
    }
    CHECK(wait_for(io, RenameFile{folder / "a", folder / "b"}).error == 0);
    CHECK(bytes_of(folder / "b") == "a");
    CHECK(wait_for(io, RenameFile{folder / "a", folder / "b"}).error == ENOENT);
    CHECK(wait_for(io, UnlinkFile{folder / "b"}).error == 0);
    CHECK(wait_for(io, UnlinkFile{folder / "b"}).error == ENOENT);
    CHECK(wait_for(io, OpenFile{folder / "b"}).error == ENOENT);
  });
}

TEST_CASE("a call the system refuses tells its errno") {
  on_each([](FileIo& io, TempFolder& folder) {
    std::string into(8, '.');
    CHECK(wait_for(io, WriteFile{-1, 0, "x"}).error == EBADF);
    CHECK(wait_for(io, ReadFile{-1, 0, std::span(into)}).error == EBADF);
    CHECK(wait_for(io, SyncFile{-1}).error == EBADF);
    auto opened = wait_for(io, OpenFile{folder.path()});
    REQUIRE(opened.error == 0);
    int file = static_cast<int>(opened.value);
    CHECK(wait_for(io, ReadFile{file, 0, std::span(into)}).error == EISDIR);
    CHECK(wait_for(io, SyncFile{file}).error == 0);
    CHECK(wait_for(io, CloseFile{file}).error == 0);
  });
}

TEST_CASE("reads and writes of nothing are over at once") {
  on_each([](FileIo& io, TempFolder& folder) {
    int file = create(io, folder / "a");
    CHECK(wait_for(io, WriteFile{file, 0, ""}).error == 0);
    CHECK(wait_for(io, ReadFile{file, 0, {}}).value == 0);
    wait_for(io, CloseFile{file});
  });
}

TEST_CASE("a write that only partly fits is an error") {
  on_each([](FileIo& io, TempFolder& folder) {
    int file = create(io, folder / "a");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto previous = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small{1'000, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    std::string bytes(4'000, 'x');
    auto written = wait_for(io, WriteFile{file, 0, bytes});
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, previous);
    CHECK(written.error != 0);
    wait_for(io, CloseFile{file});
  });
}

TEST_CASE("more operations than a ring holds all end, each once") {
  on_each([](FileIo& io, TempFolder& folder) {
    constexpr unsigned kOperations = 4 * kUringEntries;
    int file = create(io, folder / "a");
    std::vector<std::atomic<int>> ended(kOperations);
    std::atomic<unsigned> left = kOperations;
    std::promise<void> all;
    for (unsigned i = 0; i < kOperations; ++i) {
      io.start(WriteFile{file, i * 4, "abcd"}, [&, i](IoResult result) {
        ended[i] += result.value == 4 ? 1 : 100;
        if (--left == 0) all.set_value();
      });
    }
    all.get_future().wait();
    for (auto& times : ended) CHECK(times == 1);
    CHECK(wait_for(io, CloseFile{file}).error == 0);
    CHECK(bytes_of(folder / "a").size() == kOperations * 4);
  });
}

TEST_CASE("operations may be started from callbacks and from many threads") {
  on_each([](FileIo& io, TempFolder& folder) {
    constexpr int kThreads = 4, kEach = 50;
    std::atomic<int> left = kThreads * kEach;
    std::promise<void> all;
    std::function<void(std::string, int)> touch = [&](std::string path, int times) {
      io.start(CreateFile{path}, [&, path, times](IoResult made) {
        io.start(CloseFile{static_cast<int>(made.value)}, [&, path, times](IoResult) {
          io.start(UnlinkFile{path}, [&, path, times](IoResult gone) {
            if (gone.error == 0 && times > 1) touch(path, times - 1);
            if (gone.error == 0 && --left == 0) all.set_value();
          });
        });
      });
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&, i] { touch(folder / std::to_string(i), kEach); });
    for (auto& thread : threads) thread.join();
    all.get_future().wait();
    CHECK(left == 0);
  });
}

TEST_CASE("the end of a back end waits for what was started") {
  TempFolder folder;
  std::atomic<int> ended = 0;
  int started = 0;
  for (auto& io : back_ends()) {
    for (int i = 0; i < 300; ++i, ++started) {
      io->start(CreateFile{folder / (std::to_string(started))}, [&, at = io.get()](IoResult made) {
        at->start(CloseFile{static_cast<int>(made.value)}, [&](IoResult) { ++ended; });
      });
    }
  }
  CHECK(ended == started);
}

TEST_CASE("an order of operations stops at the first that fails") {
  on_each([](FileIo& io, TempFolder& folder) {
    int file = create(io, folder / "a");
    std::promise<IoResult> ended;
    start_in_order(io, {CloseFile{file}, RenameFile{folder / "none", folder / "b"}, UnlinkFile{folder / "a"}},
                   [&](IoResult result) { ended.set_value(result); });
    CHECK(ended.get_future().get().error == ENOENT);
    CHECK(wait_for(io, UnlinkFile{folder / "a"}).error == 0);
  });
}

TEST_CASE("where a container forbids io_uring the POSIX twin serves, and says why") {
  bool is_refused = false;
  base::Result<ChosenIo> automatic = base::error(ErrorCode::io, "");
  base::Result<ChosenIo> asked = base::error(ErrorCode::io, "");
  std::thread([&] {
    is_refused = support::refuse_io_uring();
    automatic = choose_file_io(IoChoice::automatic);
    asked = choose_file_io(IoChoice::uring);
  }).join();
  REQUIRE(is_refused);
  REQUIRE(automatic);
  CHECK(automatic.value().io->name() == "posix");
  CHECK(automatic.value().why_not_uring == "io_uring: no ring: Operation not permitted");
  REQUIRE_FALSE(asked);
  CHECK(asked.error().code == ErrorCode::unsupported);
}

TEST_CASE("posix is taken where it is asked for") {
  auto chosen = choose_file_io(IoChoice::posix);
  REQUIRE(chosen);
  CHECK(chosen.value().io->name() == "posix");
  CHECK(chosen.value().why_not_uring.empty());
}

}  // namespace hansard::files
