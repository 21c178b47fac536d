#include <exception>
#include <iostream>

#include "engine/base/stop_process.h"
#include "replay/command_line.h"
#include "replay/command_output.h"

int main(int argc, char** argv) {
  hansard::replay::hold_standard_streams();
  hansard::base::stop_with_status(1);
  int status = 1;
  try {
    status = hansard::replay::run_command_line(argc, argv);
  } catch (const std::exception& failure) {
    status = hansard::replay::fail(failure.what());
  }
  return hansard::replay::finish_output(status);
}
