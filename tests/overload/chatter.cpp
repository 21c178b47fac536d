#include "tests/overload/chatter.h"

namespace hansard::overload {

using bench::Connection;
using bench::now_ns;

Chatter::Chatter(Site& site, bench::Load& load, const std::string& tag, std::size_t pairs, double per_s)
    : load_(load),
      conversations_(bench::make_conversations(site.scene, tag, pairs, 1)),
      gap_ns_(static_cast<std::uint64_t>(1e9 / per_s)) {
  for (std::size_t i = 0; i < pairs; ++i) {
    senders_.push_back(
        &load.open_websocket(site.server.token(bench::owner_of(tag, i)),
                             [this](Connection& from, std::string_view frame) { on_answer(from, frame); }));
    load.open_websocket(site.server.token(bench::member_of(tag, i, 0)),
                        [this](Connection&, std::string_view frame) { on_delivery(frame); });
  }
}

void Chatter::tick() {
  if (next_due_ == 0) next_due_ = now_ns();
  for (; next_due_ <= now_ns(); next_due_ += gap_ns_, ++sent_) {
    auto i = sent_ % senders_.size();
    frame_.clear();
    bench::append_send(frame_, senders_[i]->sent_at.size(), conversations_[i], next_due_);
    senders_[i]->sent_at.push_back(next_due_);
    senders_[i]->send(frame_);
  }
}

void Chatter::measure() {
  next_due_ = now_ns();
  acks_.clear();
  deliveries_.clear();
}

void Chatter::finish(std::uint64_t within_ns) {
  load_.run(now_ns() + within_ns, [this] { return unanswered() == 0 && undelivered() == 0; });
}

void Chatter::on_answer(Connection& connection, std::string_view frame) {
  bool is_refusal = frame.starts_with(R"({"type":"error")");
  if (!is_refusal && !frame.starts_with(R"({"type":"ack")")) return;
  ++answered_;
  refused_ += is_refusal;
  if (!is_refusal) acks_.push_back(now_ns() - connection.sent_at[number_after(frame, R"("re":)")]);
}

void Chatter::on_delivery(std::string_view frame) {
  if (!frame.starts_with(R"({"type":"message.new")")) return;
  ++delivered_;
  deliveries_.push_back(now_ns() - number_after(frame, R"("content":")"));
}

}  // namespace hansard::overload
