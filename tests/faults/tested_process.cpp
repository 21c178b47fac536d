#include "tests/faults/tested_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/base/check.h"
#include "tests/faults/disk_recorder.h"

extern char** environ;

namespace hansard::faults {

namespace {
// The environment with ours in front.
class Environment {
 public:
  void set(const std::string& name, const std::string& value) { own_.push_back(name + "=" + value); }
  char** data() {
    pointers_.clear();
    for (std::string& one : own_) pointers_.push_back(one.data());
    for (char** other = environ; *other != nullptr; ++other) pointers_.push_back(*other);
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> own_;
  std::vector<char*> pointers_;
};

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int spawn_and_wait(Environment& environment, const std::string& errors) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  char name[] = "faults", test[] = "process under test";
  char* arguments[] = {name, test, nullptr};
  pid_t process = 0;
  CHECK(::posix_spawn(&process, "/proc/self/exe", &actions, nullptr, arguments, environment.data()) == 0, errors);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  ::waitpid(process, &status, 0);
  return status;
}
}  // namespace

Ended run_process(const std::string& work, const ChildOrder& order, const std::string& plan) {
  const std::string journal = work + "/journal", errors = work + "/said";
  std::filesystem::remove(journal);
  Environment environment;
  environment.set(kChildVariable, order.text());
  environment.set(kRootVariable, work + "/disk");
  environment.set(kJournalVariable, journal);
  environment.set(kPlanVariable, plan);
  const int status = spawn_and_wait(environment, errors);
  Ended ended;
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  ended.said = read_text(errors);
  ended.journal = read_journal(journal);
  return ended;
}

}  // namespace hansard::faults
