// One device of a user: a socket, commands it repeats with the same idempotency key until they are answered, reads, and
// everything it was told, checked as it arrives.
//
// Invariants: of what was accepted once every repeat says the same position; no event is claimed by two commands; what
// one socket sent first was accepted first.
// Thread: one. Limits: kPendingMax commands and kLooksMax reads under way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "tests/sim/ask.h"
#include "tests/sim/look.h"
#include "tests/sim/network.h"
#include "tests/sim/push_checker.h"

namespace hansard::sim {

// What all clients share: the truth, and where observations go.
struct Scene {
  Model& model;
  std::vector<std::string> users;
  Bug bug = Bug::none;
  std::function<void(const std::string&)> observe;  // everything a client sees, in order
  std::uint64_t next_number = 1;
  std::map<std::string, Place> told;    // by user: the highest position he was acknowledged
  std::map<std::string, Place> done;    // by idempotency key: where its command stands
  std::map<Place, std::string> claims;  // by first event: the key it belongs to
};

class Client {
 public:
  Client(Scene& scene, std::string user) : scene_(scene), user_(std::move(user)) {}

  void act(Node& node, Chance& chance);
  void look(Node& node, Chance& chance);
  void connect(Node& node, Chance& chance);
  void hang_up();
  bool notice();
  // Forgets that a command is under way and sends it again.
  void give_up(Chance& chance);

  bool carry_to_server(Node& node, Chance& chance);
  bool carry_to_client(std::size_t frames);
  // Takes what has arrived: up to `frames` frames, and every response.
  bool receive(std::size_t frames);

  // The server's process is gone, and with it what it had not put on the wire.
  void lose_server();
  // Sends again what nobody answers any more.
  void repeat_lost(Chance& chance);
  bool is_idle() const;
  void finish(Place end);
  bool has_socket() const { return socket_ != nullptr; }

 private:
  static constexpr std::size_t kPendingMax = 6;
  static constexpr std::size_t kLooksMax = 2;

  struct Pending {
    Ask ask;
    Place asked_at = 0;
    std::unique_ptr<Exchange> exchange;  // under way as a request
    bool is_on_socket = false;           // under way as a frame
    bool is_first = true;                // never repeated
  };
  struct Looking {
    Look look;
    Exchange exchange;
  };

  void send(std::uint64_t id, Pending& pending, Chance& chance);
  void on_frame(const std::string& text);
  void on_answer(bool is_ack, base::JsonValue frame);
  void on_reply(std::uint64_t id, const Reply& reply);
  void on_accepted(const Pending& pending, const Reply& reply);
  void check_order(std::uint64_t id, Place place);
  void receive_responses();
  void drop_socket();

  Scene& scene_;
  const std::string user_;
  std::unique_ptr<Socket> socket_;
  std::vector<std::unique_ptr<Socket>> dropped_;  // hung up, not yet noticed
  std::unique_ptr<PushChecker> checker_;
  std::optional<Place> resumed_from_;  // of the handshake
  std::optional<Place> resuming_;      // a resume frame under way
  std::optional<Place> last_seen_;
  std::optional<KnownPointers> known_;  // by what was seen
  std::map<std::uint64_t, Pending> pending_;
  std::vector<Looking> looking_;
  std::map<std::uint64_t, Place> accepted_on_socket_;  // sends of this socket, by id
  base::JsonParser parser_;
};

}  // namespace hansard::sim
