#include "api/load_shedder.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "engine/base/check.h"
#include "engine/base/work_watch.h"

namespace hansard::api {

namespace {

constexpr std::chrono::milliseconds kBetweenRounds{5};
constexpr double kLowestFactor = 0.25;  // by which one long round lowers the share
constexpr double kRise = 1.1;           // by which one short round raises it

double ratio(base::MonotonicTime::duration part, base::MonotonicTime::duration whole) {
  return static_cast<double>(part.count()) / static_cast<double>(std::max<std::int64_t>(whole.count(), 1));
}

}  // namespace

bool SheddingRule::admit(base::MonotonicTime::duration into_round) {
  ++came_;
  credit_ = std::min(credit_ + share_, 2.0);
  const bool is_overdue = into_round > kPatience;
  const bool is_little = admitted_ < kAlwaysMax && dear_ < kDearMax;
  const bool is_let_in = is_little || (credit_ >= 1 && !is_overdue);
  if (!is_let_in) return false;
  ++admitted_;
  credit_ = std::max(credit_ - 1, 0.0);
  return true;
}

void SheddingRule::on_round(base::MonotonicTime now, base::MonotonicTime::duration took) {
  if (took <= kRoundTarget || last_in_time_ == base::MonotonicTime{}) last_in_time_ = now;
  const bool is_late = now - last_in_time_ > kPatience;
  if (took > kRoundTarget && (is_late || share_ < 1)) {
    const double least = static_cast<double>(kAlwaysMax) / static_cast<double>(std::max(came_, kAlwaysMax));
    share_ = std::max(share_ * std::max(ratio(kRoundTarget, took), kLowestFactor), least);
  } else if (took <= kRoundTarget) {
    share_ = std::min(share_ * kRise, 1.0);
  }
  came_ = admitted_ = 0;
  dear_ = {};
}

LoadShedder::LoadShedder(asio::io_context& io, base::Clock& clock)
    : clock_(clock), descriptor_(io, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(descriptor_.native_handle() >= 0, "no descriptor is left");
}

bool LoadShedder::admit() {
  const auto now = clock_.monotonic();
  if (!is_in_round_ && now - ended_ >= kBetweenRounds) begin_round(now);
  return rule_.admit(is_in_round_ ? now - began_ : base::MonotonicTime::duration::zero());
}

void LoadShedder::note_asking(const base::UserId* user) { shares_.on_request(user, clock_.monotonic()); }

bool LoadShedder::is_over_share(const base::UserId& user) {
  const auto now = clock_.monotonic();
  if (is_in_round_ && now - began_ > SheddingRule::kRoundTarget) last_long_ = now;
  const bool is_slow = last_long_ != base::MonotonicTime{} && now - last_long_ < TimeShares::kWindow;
  return is_slow && shares_.is_over(user, now);
}

// No more than the thread has worked since the last look: it may have been set aside meanwhile.
void LoadShedder::spent(const base::UserId& user, base::MonotonicTime::duration took) {
  const auto cpu = base::thread_cpu_time();
  took = std::min(took, cpu - std::exchange(cpu_looked_at_, cpu));
  rule_.spent(took);
  shares_.add(user, took, clock_.monotonic());
}

Spending::Spending(LoadShedder* shedder, const base::UserId& user)
    : shedder_(shedder),
      user_(user),
      began_(shedder == nullptr ? base::MonotonicTime{} : shedder->clock_.monotonic()) {}

Spending::~Spending() {
  if (shedder_ == nullptr) return;
  const auto took = shedder_->clock_.monotonic() - began_;
  if (took >= TimeShares::kDear) shedder_->spent(user_, took);
}

void LoadShedder::begin_round(base::MonotonicTime now) {
  is_in_round_ = true;
  began_ = now;
  cpu_looked_at_ = base::thread_cpu_time();  // a third of a microsecond, so not for each request
  await_round();
  const std::uint64_t one = 1;
  boost::system::error_code ignored;
  descriptor_.write_some(asio::buffer(&one, sizeof one), ignored);
}

void LoadShedder::await_round() {
  descriptor_.async_wait(asio::posix::descriptor_base::wait_read, [this](boost::system::error_code failed) {
    if (failed) return;
    std::uint64_t count = 0;
    descriptor_.read_some(asio::buffer(&count, sizeof count), failed);
    ended_ = clock_.monotonic();
    is_in_round_ = false;
    if (ended_ - began_ > SheddingRule::kRoundTarget) last_long_ = ended_;
    rule_.on_round(ended_, ended_ - began_);
  });
}

void LoadShedder::stop() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace hansard::api
