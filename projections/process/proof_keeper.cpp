#include "projections/process/proof_keeper.h"

#include <algorithm>
#include <utility>

#include "engine/base/durable_file.h"
#include "engine/base/this_thread.h"
#include "projections/process/post_url.h"

namespace hansard::process {

ProofKeeper::ProofKeeper(Parts parts, const PushOptions& options, std::unique_ptr<HttpPost> post)
    : parts_(std::move(parts)),
      push_(options),
      post_(std::move(post)),
      hashing_(parts_.clock, parts_.gate, base::in_thread("proof hashing", [this] { return step(); })),
      pushing_(parts_.clock, parts_.gate, base::in_thread("proof pushing", [this] { return base::Wake{push(), {}}; })) {
}

ProofKeeper::~ProofKeeper() { stop(); }

void ProofKeeper::start() {
  hashing_.start();
  if (!push_.file.empty() || !push_.url.empty()) pushing_.start();
}

void ProofKeeper::stop() {
  if (std::exchange(is_stopped_, true)) return;
  post_->cancel();
  pushing_.stop();
  hashing_.stop();
  parts_.proofs.step();
}

base::Wake ProofKeeper::step() {
  parts_.proofs.step();
  tell(hash_trouble_, parts_.proofs.status().trouble.value_or(""));
  if (!hash_trouble_.empty()) return {};
  return {parts_.clock.monotonic() + std::chrono::milliseconds(parts_.interval_ms), parts_.proofs.next_step()};
}

base::MonotonicTime ProofKeeper::push() {
  const std::string note = parts_.proofs.checkpoint()->note;
  const auto now = parts_.clock.monotonic();
  if (note == pushed_) return now + std::chrono::seconds(push_.interval_s);
  tell(file_trouble_, push_file(note));
  tell(url_trouble_, push_url(note));
  if (file_trouble_.empty() && url_trouble_.empty()) {
    pushed_ = note;
    failures_ = 0;
    return now + std::chrono::seconds(push_.interval_s);
  }
  const std::uint32_t wait_s = 1u << std::min(failures_++, 10u);
  return now + std::chrono::seconds(std::min(wait_s, kRetryMostS));
}

std::string ProofKeeper::push_file(const std::string& note) const {
  if (push_.file.empty()) return "";
  auto written = base::replace_file(push_.file, note);
  return written ? "" : written.error().detail;
}

std::string ProofKeeper::push_url(const std::string& note) {
  if (push_.url.empty()) return "";
  HttpRequest request;
  request.url = push_.url;
  request.headers = {"Content-Type: text/plain; charset=utf-8"};
  request.body = note;
  request.timeout_ms = push_.timeout_ms;
  const auto url = post_url_of(push_.url);
  request.is_loopback = url && url->is_loopback;
  request.ca_file = push_.ca_file;
  const HttpReply reply = post_->send(request);
  if (reply.status >= 200 && reply.status < 300) return "";
  if (reply.status != 0) return "the receiver of checkpoints answered " + std::to_string(reply.status);
  return "the receiver of checkpoints cannot be reached: " + reply.trouble;
}

void ProofKeeper::tell(std::string& last, const std::string& what) const {
  if (last == what) return;
  last = what;
  if (!what.empty() && parts_.trouble) parts_.trouble(what);
}

}  // namespace hansard::process
