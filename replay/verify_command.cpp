#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>

#include <CLI/CLI.hpp>

#include "engine/base/stop_process.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/named_folder.h"
#include "replay/option_values.h"
#include "replay/progress.h"
#include "replay/verify/verify.h"

namespace hansard::replay {

namespace {
struct Options {
  verify::VerifyOptions verify;
  std::string backup, proof, key;
  bool json = false, quiet = false;
};

const char* word_of(verify::CheckState state) {
  switch (state) {
    case verify::CheckState::sound:
      return "sound";
    case verify::CheckState::damaged:
      return "DAMAGED";
    case verify::CheckState::skipped:
      return "skipped";
  }
  return "";
}

std::string json_of(const verify::CheckLine& line) {
  std::string out = "{";
  append_field(out, "check", line.name);
  append_field(out, "invariants", line.keeps);
  append_field(out, "state", line.state == verify::CheckState::damaged ? "damaged" : word_of(line.state));
  append_field(out, "count", line.count);
  append_field(out, "unit", line.unit);
  append_field(out, "damages", line.damages);
  append_field(out, "milliseconds", static_cast<std::uint64_t>(line.seconds * 1000));
  append_field(out, "note", line.note);
  return out + "}";
}

std::string json_of(const verify::Damage& damage) {
  std::string out = "{";
  append_field(out, "check", damage.check);
  if (damage.position) append_field(out, "position", damage.position.value);
  if (damage.record_byte) append_field(out, "record_byte", *damage.record_byte);
  append_field(out, "file", damage.file);
  if (damage.file_byte) append_field(out, "file_byte", *damage.file_byte);
  append_field(out, "what", damage.what);
  return out + "}";
}

template <class Items>
void append_objects(std::string& out, const char* name, const Items& items) {
  out += std::string(",\"") + name + "\":[";
  for (const auto& item : items) out += (out.back() == '[' ? "" : ",") + json_of(item);
  out += ']';
}

std::string json_of(const verify::Findings& findings) {
  std::string out = "{";
  append_field(out, "damages_total", findings.damages_total());
  out += findings.is_sound() ? ",\"sound\":true" : ",\"sound\":false";
  append_objects(out, "checks", findings.lines());
  append_objects(out, "damages", findings.damages());
  return out + "}";
}

std::string sentence_of(const verify::Damage& damage) {
  std::string text = "  ";
  if (damage.position) text += "position " + std::to_string(damage.position.value) + ": ";
  if (!damage.file.empty()) text += damage.file;
  if (damage.file_byte) text += " byte " + std::to_string(*damage.file_byte);
  return text + (damage.file.empty() ? "" : ": ") + damage.what;
}

void print(const verify::Findings& findings, bool is_backup) {
  std::printf("%-28s %-6s %14s %-9s %8s %12s  %s\n", "check", "keeps", "count", "", "seconds", "per second", "state");
  for (const verify::CheckLine& line : findings.lines()) {
    const double rate = line.seconds > 0.001 ? static_cast<double>(line.count) / line.seconds : 0;
    std::printf("%-28s %-6s %14llu %-9s %8.2f %12.0f  %s%s%s\n", line.name.c_str(), line.keeps.c_str(),
                static_cast<unsigned long long>(line.count), line.unit.c_str(), line.seconds, rate, word_of(line.state),
                line.note.empty() ? "" : ": ", line.note.c_str());
  }
  std::fflush(stdout);
  const auto damages = findings.damages();
  if (damages.empty()) return void(std::cout << "Everything is as it should be.\n");
  std::cout << counted(findings.damages_total(), "damage")
            << (findings.damages_total() == damages.size() ? ":\n" : ", the first:\n");
  for (const verify::Damage& damage : damages) std::cout << sentence_of(damage) << "\n";
  std::cout << (is_backup ? "Take another copy of this backup, or an older backup.\n"
                          : "Restore the folder from a backup. What is not log/ or keys/ can also be removed: a start "
                            "folds it again from the log.\n");
}

// Damaged is only what was looked at.
constexpr int kNotChecked = 2;

int status_of(const base::Error& error) { return error.code == base::ErrorCode::in_use ? 1 : kNotChecked; }

void tell_not_checked() {
  fail("the scratch folder cannot be written, so nothing is said of the store; name another place with --scratch.");
  std::cout.flush();
}

void stop_as_not_checked() {
  base::stop_with_status(kNotChecked);
  std::at_quick_exit(tell_not_checked);
}

int named(const Options& given) { return !given.verify.data.empty() + !given.backup.empty() + !given.proof.empty(); }

int run(Options& given) {
  if (named(given) == 0) {
    return refuse_usage("name a data folder with --data, a backup with --backup, or a proof with --proof.");
  }
  if (named(given) > 1) {
    return refuse_usage("--data, --backup and --proof are looked at one in a run: give one of them, then the other.");
  }
  if (!given.proof.empty() && given.key.empty()) return refuse_usage("give the key of who signed with --key.");
  if (!given.proof.empty()) return verify_proof_file(given.proof, given.key, given.json);
  auto folder = given.backup.empty() ? find_store(given.verify.data, Reads::everything) : find_copy(given.backup);
  if (!folder) return refuse_usage(as_sentence(folder.error().detail));
  given.verify.is_backup = !given.backup.empty();
  if (given.verify.is_backup) given.verify.data = given.backup;
  Progress progress("verify", given.quiet);
  std::mutex one_at_a_time;
  given.verify.progress = [&](std::uint64_t done, std::uint64_t all) {
    std::lock_guard lock(one_at_a_time);
    progress.update(done, static_cast<double>(done) / static_cast<double>(std::max<std::uint64_t>(all, 1)));
  };
  verify::Findings findings;
  stop_as_not_checked();
  auto outcome = verify::verify_store(given.verify, findings);
  if (!outcome) {
    fail(as_sentence(outcome.error().detail));
    return status_of(outcome.error());
  }
  if (given.json) {
    std::cout << json_of(findings) << "\n";
  } else {
    print(findings, given.verify.is_backup);
  }
  return findings.is_sound() ? 0 : 1;
}
}  // namespace

Command add_verify(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("verify", "hold a stopped server's folder against every invariant; changes nothing");
  words->add_option("--data", options->verify.data, "the data folder of a stopped server");
  auto* backup =
      words->add_option("--backup", options->backup, "a backup instead: its files, records, attachments and root");
  add_position_option(*words, "--from", options->verify.from, "the first position of the log to look at")
      ->excludes(backup);
  add_position_option(*words, "--to", options->verify.to, "the last one")->excludes(backup);
  auto* deep =
      words->add_flag("--deep", options->verify.deep, "fold the log anew and compare every row; hash every attachment");
  words->add_option("--threads", options->verify.threads, "how many; as many as the machine has");
  words->add_option("--scratch", options->verify.scratch, "where --deep folds; the system's temporary folder")
      ->needs(deep);
  auto* proof =
      words->add_option("--proof", options->proof, "a proof file instead of a folder: checked alone, without a server")
          ->check(CLI::ExistingFile);
  words->add_option("--key", options->key, "with --proof: the key of who signed, or a file with it")->needs(proof);
  words->add_flag("--json", options->json, "one JSON object on standard output");
  words->add_flag("--quiet", options->quiet, "no progress");
  words->footer(
      "Exit status: 0 everything is sound, 1 something is damaged, 2 wrong usage, or it could not\nbe checked.\n"
      "Example:\n  hansard-replay verify --data /var/lib/hansard --deep\n"
      "  hansard-replay verify --backup backups/nightly");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay
