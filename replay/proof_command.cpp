#include <array>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include <CLI/CLI.hpp>

#include "engine/base/durable_file.h"
#include "engine/base/file_reason.h"
#include "engine/codec/codec.h"
#include "engine/engine.h"
#include "engine/event_json.h"
#include "engine/proof/checkpoint_file.h"
#include "engine/proof/origin.h"
#include "engine/proof/prover.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/named_folder.h"
#include "replay/option_values.h"
#include "replay/progress.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  std::string data, proof, key, older, newer, path, out;
  std::optional<base::GivenPosition> position;
  bool json = false;
};

Result<std::string> read_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return base::error(base::ErrorCode::io, "cannot read " + file);
  return text.str();
}

// The key itself, or a file whose first word it is. Another one is wrong usage, and no verdict on the evidence.
Result<proof::VerifierKey> key_of(const std::string& given) {
  if (auto key = proof::VerifierKey::parse(given)) return key;
  const auto text = base::why_unreadable(given).empty() ? read_text(given) : Result<std::string>(std::string());
  std::string word;
  if (text) std::istringstream(text.value()) >> word;
  if (word.empty())
    return base::error(base::ErrorCode::malformed, "--key is neither a verifier key nor a file with one: " + given);
  auto key = proof::VerifierKey::parse(word);
  if (key) return key;
  return base::error(base::ErrorCode::malformed, "--key " + given + " has no verifier key: " + key.error().detail);
}

// What a data folder holds, opened without changing it. The checkpoint is read before the hashes under it.
struct Folder {
  std::unique_ptr<engine::Engine> engine;
  proof::StoredCheckpoint last;
  std::unique_ptr<proof::TileStore> tiles;
};

Result<proof::StoredCheckpoint> stored_checkpoint(const std::string& data) {
  TRY(auto last, proof::load_checkpoint(proof::ProofPaths(data), nullptr));
  if (last) return *std::move(last);
  return base::error(base::ErrorCode::not_found, data + " has no signed checkpoint; start the server on it once");
}

Result<Folder> open_folder(const std::string& data) {
  TRY(auto last, stored_checkpoint(data));
  TRY(auto engine, engine::Engine::open_read_only(data));
  TRY(auto tiles, proof::TileStore::open(proof::ProofPaths(data).folder, proof::TileStore::Mode::read_only));
  return Folder{std::move(engine), std::move(last), std::move(tiles)};
}

// To standard output, or beside the file and then under its name.
Result<void> put(const std::string& text, const std::string& file) {
  if (file.empty()) {
    std::cout << text;
    return base::success();
  }
  return base::replace_file(file, text);
}

int print_key(const Options& given) {
  if (auto store = find_store(given.data); !store) return refuse_usage(store.error().detail);
  auto last = stored_checkpoint(given.data);
  if (!last) return fail(last.error().detail);
  std::cout << last.value().key.text() << "\n";
  return 0;
}

// What is behind the end of the log is a mistake; what is in it and not signed yet will be.
Result<base::Position> position_of(const Options& given, const engine::Engine& engine) {
  TRY(const auto position, base::position_in(*given.position, engine.epoch()));
  if (position <= engine.durable()) return position;
  return base::error(base::ErrorCode::malformed, "--position " + std::to_string(position.value) +
                                                     " is above the end of the log, " +
                                                     std::to_string(engine.durable().value) + ".");
}

Result<void> make_proof(const Options& given, const Folder& folder, base::Position position) {
  const proof::Prover prover(*folder.engine->log(), *folder.tiles);
  TRY(auto made, prover.event(position, folder.last.checkpoint, folder.last.note));
  return put(proof::proof_json(made), given.out);
}

int make(const Options& given) {
  if (auto store = find_store(given.data); !store) return refuse_usage(store.error().detail);
  const auto fail_in_words = [&](const base::Error& why) { return fail(verify::log_error(given.data, why).detail); };
  std::optional<Patience> patience(std::in_place, "proof", given.json);
  auto folder = open_folder(given.data);
  patience.reset();
  if (!folder) return fail_in_words(folder.error());
  const auto position = position_of(given, *folder.value().engine);
  if (!position) return refuse_usage(position.error().detail);
  const auto made = make_proof(given, folder.value(), position.value());
  return made ? 0 : fail_in_words(made.error());
}

struct Verified {
  proof::ProofFile file;
  proof::Checkpoint checkpoint;
};

Result<Verified> verified(const Options& given, const proof::VerifierKey& key) {
  TRY(auto text, read_text(given.proof));
  TRY(auto file, proof::parse_proof(text));
  TRY(auto checkpoint, proof::verify_proof(file, key));
  return Verified{std::move(file), std::move(checkpoint)};
}

// "hansard/<cluster>/epoch-2": 2.
std::uint32_t epoch_of(const std::string& origin) {
  const auto at = origin.rfind("/epoch-");
  const auto epoch = at == std::string::npos ? std::nullopt : proof::epoch_of_origin(origin.substr(0, at), origin);
  return epoch.value_or(1);
}

// The proven event in words; null for a type of a newer build whose tables this one cannot read.
std::string event_json(const Verified& it) {
  auto event = codec::decode(proof::record_of(it.file.entry));
  if (!event) return "null";
  std::string json;
  engine::append_event_json(json, event.value(), epoch_of(it.checkpoint.origin));
  return json;
}

std::string json_of(const Verified& it, std::string_view event) {
  std::string out = "{\"verified\":true";
  append_field(out, "position", it.file.entry.index + 1);
  append_field(out, "origin", it.checkpoint.origin);
  append_field(out, "size", it.checkpoint.size);
  append_field(out, "content", it.file.entry.content ? "shown" : "erased");
  return out + ",\"event\":" + std::string(event) + "}";
}

// What could not be read or written, or is not the evidence's, says nothing about it. A verdict goes to standard output
// too.
int deny(const Options& given, const std::string& member, const std::string& words, const base::Error& why) {
  using enum base::ErrorCode;
  if (why.code == io || why.code == not_found || why.code == corrupt) return fail(why.detail);
  if (given.json) {
    std::string out = "{\"" + member + "\":false";
    append_field(out, "error", why.detail);
    std::cout << out << "}\n";
  }
  complain(words + why.detail);
  return 1;
}

int verify(const Options& given) {
  const auto key = key_of(given.key);
  if (!key) return refuse_usage(key.error().detail);
  auto it = verified(given, key.value());
  if (!it) return deny(given, "verified", "not proven: ", it.error());
  const std::string event = event_json(it.value());
  if (given.json) {
    std::cout << json_of(it.value(), event) << "\n";
    return 0;
  }
  std::cout << "proven: position " << it.value().file.entry.index + 1 << " is in " << it.value().checkpoint.origin
            << " as of size " << it.value().checkpoint.size
            << (it.value().file.entry.content ? "" : "; its content was erased or is not shown") << "\n";
  std::cout << event << "\n";
  return 0;
}

// A path out of another log's folder, or of damaged hashes, would accuse the checkpoints of what is the folder's. Where
// it has the newer one's root, its path to that is proven, and the older one's root is on it or is not that log's.
Result<void> check_folder(const Options& given, const Folder& folder, const proof::Checkpoint& newer) {
  const auto& own = folder.last.checkpoint;
  const auto fault = [](std::string what) { return base::error(base::ErrorCode::not_found, std::move(what)); };
  if (newer.size > own.size) {
    return fault("the newer checkpoint covers " + std::to_string(newer.size) + " events, the folder " + given.data +
                 " is signed up to " + std::to_string(own.size) + ": this says nothing about the checkpoints");
  }
  TRY(const auto root, proof::root_at(*folder.tiles, newer.size));
  if (root == newer.root) return base::success();
  return fault("the folder " + given.data + ", of the log " + own.origin + ", has another root at size " +
               std::to_string(newer.size) +
               " than the newer checkpoint: it is not the folder of that log, its hashes " +
               "are damaged (hansard-replay verify tells), or two logs were signed with this key; this says nothing " +
               "about whether the checkpoints are consistent");
}

Result<proof::ConsistencyFile> path_between(const Options& given, const proof::Checkpoint& older,
                                            const proof::Checkpoint& newer) {
  if (!given.path.empty()) {
    TRY(auto text, read_text(given.path));
    return proof::parse_consistency(text);
  }
  if (older.size > newer.size) {
    return base::error(base::ErrorCode::refused, "the older checkpoint covers more than the newer one");
  }
  if (older.size == newer.size) return proof::ConsistencyFile{older.size, newer.size, {}};
  TRY(auto folder, open_folder(given.data));
  TRY(check_folder(given, folder, newer));
  return proof::Prover(*folder.engine->log(), *folder.tiles).consistency(older.size, newer.size);
}

Result<std::string> prove_consistency(const Options& given, const proof::VerifierKey& key) {
  const Patience patience("proof", given.json);
  TRY(auto older_note, read_text(given.older));
  TRY(auto newer_note, read_text(given.newer));
  TRY(auto older, proof::open_checkpoint(key, older_note));
  TRY(auto newer, proof::open_checkpoint(key, newer_note));
  TRY(auto path, path_between(given, older, newer));
  TRY(proof::check_consistency(path, older, newer));
  if (!given.out.empty()) {
    TRY(put(proof::consistency_json(path), given.out));
  }
  std::string out = "{\"consistent\":true";
  append_field(out, "from", older.size);
  append_field(out, "to", newer.size);
  if (given.json) return out + "}";
  return "consistent: the log of size " + std::to_string(newer.size) + " begins with everything the one of size " +
         std::to_string(older.size) + " had";
}

int consistency(const Options& given) {
  if (given.data.empty() == given.path.empty()) {
    return refuse_usage("give either --data or --path");
  }
  if (!given.data.empty()) {
    if (auto store = find_store(given.data); !store) return refuse_usage(store.error().detail);
  }
  const auto key = key_of(given.key);
  if (!key) return refuse_usage(key.error().detail);
  auto sentence = prove_consistency(given, key.value());
  if (!sentence) return deny(given, "consistent", "not consistent: ", sentence.error());
  std::cout << sentence.value() << "\n";
  return 0;
}

using Run = int (*)(const Options&);
struct Word {
  CLI::App* words;
  Run run;
};

CLI::Option* add_data(CLI::App& words, Options& options) {
  return words.add_option("--data", options.data, "the data folder; a running server's too")->type_name("DIR");
}

void add_key(CLI::App& words, Options& options) {
  words.add_option("--key", options.key, "the verifier key of the log, or a file with it")->required();
}

Word add_key_word(CLI::App& proof, Options& options) {
  auto* words = proof.add_subcommand("key", "print the verifier key that the log's checkpoints are signed with");
  add_data(*words, options)->required();
  words->footer("Example:\n  hansard-replay proof key --data data > log.key");
  return {words, print_key};
}

Word add_make_word(CLI::App& proof, Options& options) {
  auto* words = proof.add_subcommand("make", "write the proof of one event as a file that stands by itself");
  add_data(*words, options)->required();
  add_position_option(*words, "--position", options.position, "of the event: 1, 2, ... or as the API prints it")
      ->required();
  words->add_option("--out", options.out, "the file; standard output when it is not given");
  words->footer("Example:\n  hansard-replay proof make --data data --position 4711 --out 4711.proof");
  return {words, make};
}

Word add_verify_word(CLI::App& proof, Options& options) {
  auto* words = proof.add_subcommand("verify", "check a proof file; needs neither the log nor a server");
  words->add_option("--proof", options.proof, "the proof file")->required()->check(CLI::ExistingFile);
  add_key(*words, options);
  words->add_flag("--json", options.json, "the outcome as one JSON object");
  words->footer("Example:\n  hansard-replay proof verify --proof 4711.proof --key log.key");
  return {words, verify};
}

Word add_consistency_word(CLI::App& proof, Options& options) {
  auto* words = proof.add_subcommand("consistency", "check that a newer checkpoint only adds to an older one");
  words->add_option("--old", options.older, "the older checkpoint, as it was pushed or fetched")
      ->required()
      ->check(CLI::ExistingFile);
  words->add_option("--new", options.newer, "the newer checkpoint")->required()->check(CLI::ExistingFile);
  add_key(*words, options);
  add_data(*words, options);
  words->add_option("--path", options.path, "an answer of GET /api/v1/proofs/consistency, instead of --data")
      ->check(CLI::ExistingFile);
  words->add_option("--out", options.out, "also write the path to this file");
  words->add_flag("--json", options.json, "the outcome as one JSON object");
  words->footer(
      "Examples:\n"
      "  hansard-replay proof consistency --old january.note --new february.note --key log.key --data data\n"
      "  hansard-replay proof consistency --old january.note --new february.note --key log.key --path path.json");
  return {words, consistency};
}
}  // namespace

int verify_proof_file(const std::string& proof, const std::string& key, bool json) {
  Options options;
  options.proof = proof;
  options.key = key;
  options.json = json;
  return verify(options);
}

Command add_proof(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("proof", "prove that an event is in the log, and check such proofs");
  words->require_subcommand(1);
  const std::array<Word, 4> all = {add_key_word(*words, *options), add_make_word(*words, *options),
                                   add_verify_word(*words, *options), add_consistency_word(*words, *options)};
  words->footer(
      "Example:\n"
      "  hansard-replay proof key --data data > log.key\n"
      "  hansard-replay proof make --data data --position 4711 --out 4711.proof\n"
      "  hansard-replay proof verify --proof 4711.proof --key log.key\n"
      "  hansard-replay proof consistency --old january.note --new february.note --key log.key --data data");
  return {words, [options, all] {
            for (const Word& word : all) {
              if (*word.words) return word.run(*options);
            }
            return 2;
          }};
}

}  // namespace hansard::replay
