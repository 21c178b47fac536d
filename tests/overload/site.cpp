#include "tests/overload/site.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "replay/client.h"

namespace hansard::overload {

using bench::now_ns;

namespace {
constexpr std::uint64_t kSampleNs = 50'000'000;
constexpr std::uint64_t kNormalNs = 60'000'000'000;  // waited for at most
constexpr std::uint64_t kLookNs = 20'000'000;        // between two looks
constexpr std::size_t kDescriptorsMore = 60;
constexpr int kServerNiceness = 5;  // what the load takes of the processor would be other machines'
constexpr double kMega = 1'048'576;
}  // namespace

Sizes Sizes::for_ci() {
  Sizes sizes;
  sizes.seconds = 3;
  sizes.senders = 200;
  sizes.silent = 200;
  sizes.storm = 600;
  sizes.cuts = 2;
  sizes.resuming = 100;
  sizes.missed = 300;
  sizes.members = 1'000;
  sizes.messages = 20;
  sizes.are_times_bars = false;
  return sizes;
}

Site::Site(const std::string& binary, const std::string& limits)
    : server({.binary = binary, .limits = limits, .niceness = kServerNiceness}),
      scene{server, 0, std::filesystem::path(server.data_folder()).parent_path().string()} {}

void Site::begin() {
  resident_before_ = resident_peak_ = server.resident_bytes();
  descriptors_before_ = server.descriptors();
}

void Site::watch() {
  if (bench::now_ns() < next_sample_) return;
  next_sample_ = bench::now_ns() + kSampleNs;
  resident_peak_ = std::max(resident_peak_, server.resident_bytes());
}

double Site::peak_growth_mb() const { return static_cast<double>(resident_peak_ - resident_before_) / kMega; }

bool Site::is_ready() const {
  replay::Client client({"127.0.0.1", std::to_string(server.port())}, "", std::chrono::seconds(0));
  auto page = client.send({"GET", "/ready", "", "", ""});
  return page && page.value().status == 200;
}

bool Site::is_normal() const {
  return server.descriptors() <= descriptors_before_ + kDescriptorsMore && is_ready() &&
         server.metric("hansard_queue_commands") == 0 && server.metric("hansard_sessions_lagging") == 0;
}

void Site::must_be_normal_again(Outcome& outcome, std::uint64_t since) {
  const std::uint64_t until = now_ns() + kNormalNs;
  bool normal = is_normal();
  for (; !normal && now_ns() < until; normal = is_normal()) idle_.run(now_ns() + kLookNs);
  outcome.saw("normal again after", static_cast<double>(now_ns() - since) / 1e9, "s");
  outcome.at_least("ready again, nothing queued, nobody lagging, descriptors as before", normal, 1);
  outcome.saw("descriptors before", static_cast<double>(descriptors_before_));
  outcome.saw("descriptors after", static_cast<double>(server.descriptors()));
  outcome.saw("memory before", static_cast<double>(resident_before_) / kMega, "MB");
  outcome.saw("memory at most", static_cast<double>(resident_peak_) / kMega, "MB");
  outcome.saw("memory after", static_cast<double>(server.resident_bytes()) / kMega, "MB");
}

std::uint64_t number_after(std::string_view text, std::string_view name) {
  auto at = text.find(name);
  return at == std::string_view::npos ? 0 : std::strtoull(text.data() + at + name.size(), nullptr, 10);
}

std::string_view text_after(std::string_view text, std::string_view name) {
  auto at = text.find(name);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + name.size());
  return text.substr(0, text.find('"'));
}

std::string source_of(std::size_t index) { return "127.0.0." + std::to_string(2 + index % 50); }

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace hansard::overload
