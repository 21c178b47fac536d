// `hansard serve --demo`: an empty data folder gets a small lively history (a direct, a group and a ride conversation
// with edits, a delete, replies, mentions and receipts), and who starts it a token and commands to paste.
//
// Thread: the one that starts the server, before it serves; fill_demo waits for its answers.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/engine.h"

namespace hansard::api {

inline constexpr std::string_view kDemoUser = "alice";
inline constexpr std::int64_t kDemoTokenMs = 24 * 3'600'000;

// Through engine.submit, as a trusted back end would. Does nothing unless the log is empty. `refused` when the engine
// says no to a command, with its reason.
base::Result<void> fill_demo(engine::Engine& engine, base::Clock& clock);

// The path of the folder's own secret for HS256; made once, mode 0600, when it is not there. The folder exists.
base::Result<std::string> demo_secret_file(const std::string& data_folder);

// What is printed on standard error: the token and three commands that work as they stand.
std::string demo_guide(const std::string& url, const std::string& token);

}  // namespace hansard::api
