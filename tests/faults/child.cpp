#include "tests/faults/child.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/faults/disk_recorder.h"
#include "tests/faults/store_check.h"

namespace hansard::faults {

namespace {
constexpr unsigned kSecondsMost = 180;  // then it hangs, and SIGALRM ends it

[[noreturn]] void leave(int status, const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::fflush(stderr);
  std::_Exit(status);
}

void expect_kept(const Verdict& verdict, int status = kBroken) {
  if (const auto* broken = std::get_if<Broken>(&verdict)) leave(status, "broken promise: " + broken->what);
  if (const auto* told = std::get_if<Told>(&verdict)) leave(kTold, "told: " + told->what);
}

// Whatever was not acknowledged, then `more` new ones; false: the store takes no more.
bool give_work(Load& load, const Promises& promises, std::uint64_t more) {
  const std::uint64_t known = promises.commands.empty() ? 0 : promises.commands.rbegin()->first + 1;
  for (std::uint64_t number = 0; number < known + more; ++number) {
    if (promises.commands.contains(number)) continue;
    if (!load.give(number)) return false;
    if (number % 8 == 0) load.note_checkpoint();
  }
  return true;
}

void carry_out(const ChildOrder& order) {
  ::umask(077);
  ::alarm(kSecondsMost);
  const Promises promises = Promises::load(order.promises);
  auto opened = WholeStore::open(order.data);
  if (!opened) leave(kTold, "told: " + opened.error().detail);
  {
    auto store = std::move(opened).value();
    Load load(*store, order.seed);
    expect_kept(check_open(*store, load, promises));
    note(kOpenNote);
    if (!promises.has_consumer) {
      store->process->consumers().put("reader", {}, {});
      note(kConsumerNote);
    }
    const bool is_taken = give_work(load, promises, order.commands);
    load.finish();
    store->process->consumers().ack("reader", std::nullopt, store->engine->durable());
    if (!is_taken) leave(kTold, "told: the store takes no more");
    if (!store->catch_up()) leave(kTold, "told: a view did not catch up");
    note(kStopNote);
  }
  expect_kept(check_stopped(order.data), kDamaged);
  leave(kSound, "sound");
}
}  // namespace

std::string ChildOrder::text() const {
  std::ostringstream text;
  text << seed << '\n' << commands << '\n' << promises << '\n' << data << '\n';
  return text.str();
}

ChildOrder ChildOrder::parse(const std::string& text) {
  ChildOrder order;
  std::istringstream in(text);
  in >> order.seed >> order.commands >> std::ws;
  std::getline(in, order.promises);
  std::getline(in, order.data);
  return order;
}

void run_if_child() {
  if (const char* text = std::getenv(kChildVariable)) carry_out(ChildOrder::parse(text));
}

}  // namespace hansard::faults
