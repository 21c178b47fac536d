#include "replay/command_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <catch2/catch.hpp>

using namespace hansard;

namespace {
// Standard output is something else while it lives.
class Output {
 public:
  explicit Output(const char* file) {
    std::fflush(stdout);
    const int other = ::open(file, O_WRONLY);
    ::dup2(other, STDOUT_FILENO);
    ::close(other);
  }
  ~Output() {
    std::fflush(stdout);
    std::clearerr(stdout);
    std::cout.clear();
    ::dup2(kept_, STDOUT_FILENO);
    ::close(kept_);
  }

 private:
  const int kept_ = ::dup(STDOUT_FILENO);
};
}  // namespace

TEST_CASE("what could not be written makes a good end a bad one") {
  int by_stream = 0, by_printf = 0, silent = 1, wrong = 0;
  {
    Output full("/dev/full");
    std::cout << "an outcome\n";
    by_stream = replay::finish_output(0);
  }
  {
    Output full("/dev/full");
    std::printf("an outcome\n");
    by_printf = replay::finish_output(0);
  }
  {
    Output full("/dev/full");
    silent = replay::finish_output(0);
  }
  {
    Output full("/dev/full");
    std::cout << "an outcome\n";
    wrong = replay::finish_output(2);
  }
  CHECK(by_stream == 1);
  CHECK(by_printf == 1);
  CHECK(silent == 0);
  CHECK(wrong == 2);
}

TEST_CASE("a sentence has one full stop") {
  CHECK(replay::as_sentence("it is away") == "it is away.");
  CHECK(replay::as_sentence("It is away.") == "It is away.");
}

TEST_CASE("a good end stays one where it was written") {
  int status = 1;
  {
    Output somewhere("/dev/null");
    std::cout << "an outcome\n";
    status = replay::finish_output(0);
  }
  CHECK(status == 0);
}
