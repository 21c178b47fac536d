// Options of commands that read and write files of their own.
//
// Thread: main.
#pragma once

#include <string>

#include "engine/files/file_io.h"

namespace CLI {
class App;
}

namespace hansard::replay {

// --io auto|uring|posix.
void add_io_option(CLI::App& words, std::string& io);
files::IoChoice io_choice(const std::string& word);
// "folder/" is the folder itself.
std::string without_slashes(std::string path);

}  // namespace hansard::replay
