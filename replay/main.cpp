#include <exception>
#include <iostream>

#include "replay/command_line.h"

int main(int argc, char** argv) {
  try {
    return hansard::replay::run_command_line(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "hansard-replay: " << failure.what() << "\n";
    return 1;
  }
}
