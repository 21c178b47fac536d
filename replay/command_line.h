// `hansard-replay`: its commands, their options and how their outcome is told to a person or, with --json, a machine.
#pragma once

namespace hansard::replay {

// 0: done and equal; 1: refused, different or away; 2: wrong usage.
int run_command_line(int argc, char** argv);

}  // namespace hansard::replay
