// How the projector's thread stands behind others, seen from inside a view that it folds.
#include "projections/projector.h"

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>

#include <catch2/catch.hpp>

#include "tests/projections/log_builder.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temp_folder.h"

namespace hansard::projections {
namespace {

constexpr int kLowest = 19;
constexpr std::chrono::seconds kPatience{20};
using Wait = base::PositionGate::Wait;

std::atomic<int> niceness_inside;  // of the thread that applied an event last

base::Result<bool> note_niceness(const domain::RecordedEvent&, RowBatch&) {
  niceness_inside = ::getpriority(PRIO_PROCESS, 0);
  return true;
}

ViewKind probe_kind() {
  ViewKind kind;
  kind.name = "probe";
  kind.apply = note_niceness;
  return kind;
}

bool is_skipped() {
  if (base::StepBack::is_possible() && ::getpriority(PRIO_PROCESS, 0) < kLowest - 5) return false;
  std::cout << "skipped: threads of this process may not come forward again (CAP_SYS_NICE or RLIMIT_NICE)\n";
  return true;
}

class Probe {
 public:
  Probe() {
    log_.create({"ann", "bob"});
    projector_.start();
  }
  ~Probe() { projector_.stop(); }

  // The niceness at which the next event is applied, with somebody at the gate since before it came.
  int apply_one(Wait wait) {
    auto reached = std::make_shared<std::promise<void>>();
    view_.gate().notify_at(engine_.durable().next(), [reached] { reached->set_value(); }, wait);
    log_.send(conversation_id(1), "ann");
    engine_.append(*log_.events().back());
    REQUIRE(reached->get_future().wait_for(kPatience) == std::future_status::ready);
    return niceness_inside;
  }

 private:
  static OpenedView open(const engine::Engine& engine, const std::string& folder) {
    auto opened = open_view(engine, {folder + "/views/probe", 1}, {1u << 20, 1u << 20});
    REQUIRE(opened);
    return std::move(opened.value());
  }

  const ViewKind kind_ = probe_kind();
  support::TempFolder folder_;
  LogBuilder log_;
  support::FakeEngine engine_;
  LiveView view_{engine_, kind_, open(engine_, folder_.path())};
  Projector projector_{engine_, {&view_}, ViewOptions{}};
};

TEST_CASE("a batch nobody waits for is folded behind everybody else") {
  if (is_skipped()) return;
  Probe probe;
  int rounds = 0;  // a round that begins late stays where it is
  while (rounds < 200 && probe.apply_one(Wait::follows) != kLowest) ++rounds;
  CHECK(rounds < 200);
}

TEST_CASE("a batch somebody waits for is folded where the projector stands") {
  if (is_skipped()) return;
  Probe probe;
  int rounds = 0;
  while (rounds < 200 && probe.apply_one(Wait::follows) != kLowest) ++rounds;
  REQUIRE(rounds < 200);
  int behind = 0;
  for (int i = 0; i < 20; ++i) behind += probe.apply_one(Wait::hurries) == kLowest ? 1 : 0;
  CHECK(behind == 0);
}

}  // namespace
}  // namespace hansard::projections
