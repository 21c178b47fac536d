#include "projections/process/proof_keeper.h"

#include <catch2/catch.hpp>

#include "engine/base/whole_file.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/temp_folder.h"

using namespace hansard;
using namespace hansard::process;
using std::chrono::seconds;

namespace {
// Answers what it is told and keeps what it got.
class FakePost final : public HttpPost {
 public:
  struct Mail {
    std::vector<HttpRequest> requests;
    int status = 204;
  };
  explicit FakePost(std::shared_ptr<Mail> mail) : mail_(std::move(mail)) {}
  HttpReply send(const HttpRequest& request) override {
    mail_->requests.push_back(request);
    return {mail_->status, mail_->status == 0 ? "nobody there" : ""};
  }
  void cancel() override {}

 private:
  std::shared_ptr<Mail> mail_;
};

struct Keeping {
  Keeping() {
    store->meta["cluster_id"] = "c";
    log = std::make_unique<support::MemoryLog>(store);
    proofs = std::move(proof::Proofs::open(*log, clock, {folder.path(), "example.com/chat"}).value());
    push.file = folder.path("outside.note");
    push.url = "http://127.0.0.1:9/notes";
    keeper =
        std::make_unique<ProofKeeper>(ProofKeeper::Parts{*proofs, clock, log->durable_gate(base::kPartition), 1'000,
                                                         [this](const std::string& what) { troubles.push_back(what); }},
                                      push, std::make_unique<FakePost>(mail));
  }
  // Whole seconds until the next look.
  auto look() {
    const auto next = keeper->push();
    return std::chrono::duration_cast<seconds>(next - clock.monotonic()).count();
  }
  std::string outside() const {
    return base::read_file_if_there(folder.path("outside.note"), 1'000).value().value_or("");
  }

  support::TempFolder folder;
  support::ManualClock clock;
  std::shared_ptr<support::MemoryStore> store = std::make_shared<support::MemoryStore>();
  std::unique_ptr<support::MemoryLog> log;
  std::unique_ptr<proof::Proofs> proofs;
  std::shared_ptr<FakePost::Mail> mail = std::make_shared<FakePost::Mail>();
  std::vector<std::string> troubles;
  PushOptions push;
  std::unique_ptr<ProofKeeper> keeper;
};
}  // namespace

TEST_CASE("the newest checkpoint is pushed once, to the file and to the receiver") {
  Keeping keeping;
  CHECK(keeping.look() == keeping.push.interval_s);
  const std::string note = keeping.proofs->checkpoint()->note;
  CHECK(keeping.outside() == note);
  REQUIRE(keeping.mail->requests.size() == 1);
  CHECK(keeping.mail->requests[0].body == note);
  CHECK(keeping.mail->requests[0].is_loopback);
  keeping.look();
  CHECK(keeping.mail->requests.size() == 1);
  CHECK(keeping.troubles.empty());
}

TEST_CASE("a receiver that is away is asked again later and later, told of once, and gets the newest") {
  Keeping keeping;
  keeping.mail->status = 0;
  const std::vector<long> waits = {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
  for (long wait : waits) CHECK(keeping.look() == wait);
  CHECK(keeping.troubles.size() == 1);
  keeping.mail->status = 503;
  keeping.look();
  CHECK(keeping.troubles.size() == 2);
  keeping.mail->status = 200;
  CHECK(keeping.look() == keeping.push.interval_s);
  CHECK(keeping.mail->requests.back().body == keeping.proofs->checkpoint()->note);
}

TEST_CASE("a file that cannot be written is told of and does not keep the receiver from its note") {
  Keeping keeping;
  std::filesystem::create_directory(keeping.folder.path("outside.note"));
  CHECK(keeping.look() == 1);
  CHECK(keeping.mail->requests.size() == 1);
  CHECK(keeping.troubles.size() == 1);
}
