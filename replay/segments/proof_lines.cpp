#include "replay/segments/proof_lines.h"

#include <utility>

namespace hansard::segments {

Result<std::unique_ptr<EvidenceProver>> EvidenceProver::open(const std::string& data_folder, const log::EventLog& log,
                                                             const std::string& note, const std::string& verifier_key) {
  TRY(auto key, proof::VerifierKey::parse(verifier_key));
  TRY(auto checkpoint, proof::open_checkpoint(key, note));
  TRY(auto tiles, proof::TileStore::open(proof::ProofPaths(data_folder).folder, proof::TileStore::Mode::read_only));
  return std::unique_ptr<EvidenceProver>(new EvidenceProver(log, note, std::move(checkpoint), std::move(tiles)));
}

Result<std::optional<std::string>> EvidenceProver::line(base::Position at) const {
  if (at.value > checkpoint_.size) return std::optional<std::string>();
  TRY(auto file, prover_.event(at, checkpoint_, note_));
  std::string line = proof::proof_json(file);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return std::optional<std::string>(std::move(line));
}

Result<void> ProofLines::add(base::Position at) {
  TRY(auto line, prover_.line(at));
  if (!line) return base::success();
  text_ += *line;
  text_ += '\n';
  return text_.size() < kBlockBytes ? Result<void>(base::success()) : flush();
}

Result<void> ProofLines::flush() {
  if (!file_) {
    TRY(file_, FileWriter::create(io_, path_));
  }
  hash_.update(text_);
  return file_->append(std::exchange(text_, {}));
}

Result<std::optional<PlainFile>> ProofLines::finish() {
  if (!text_.empty()) {
    TRY(flush());
  }
  if (!file_) return std::optional<PlainFile>();
  TRY(file_->finish());
  return std::optional<PlainFile>(PlainFile{"", file_->size(), hash_.finish()});
}

}  // namespace hansard::segments
