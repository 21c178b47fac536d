// What the rows share: a server, its users' tokens and conversations made through the public API.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/report.h"
#include "tests/bench/server_process.h"

namespace hansard::bench {

struct Scene {
  ServerProcess& server;
  double seconds;              // of each timed row
  std::string scratch;         // a folder on the server's disk
  bool shows_threads = false;  // in the notes: processor time by thread
};

// Ids of `count` group conversations; conversation i has its owner `owner<i>` and `members` further members
// `m<i>-<k>`, behind the tag and what tells this process's users apart.
std::vector<std::string> make_conversations(Scene& scene, const std::string& tag, std::size_t count,
                                            std::size_t members);
// For a data folder that has users of earlier runs: from now on those of this process have names of their own.
void name_users_apart();
std::string owner_of(const std::string& tag, std::size_t i);
std::string member_of(const std::string& tag, std::size_t i, std::size_t k);

// A message.send frame with `id` and a text of about a hundred bytes that begins with `stamp`.
void append_send(std::string& out, std::uint64_t id, const std::string& conversation, std::uint64_t stamp);

// What a row of sends cost, from before its first send until every view has the last: batch and limit, processor time a
// send by the server and by the load, and in the note how far the views were behind at its end and how long they took.
class SendMeter {
 public:
  explicit SendMeter(Scene& scene);
  // At the end of the sends.
  void finish(Row& row);

 private:
  std::string drain();

  Scene& scene_;
  double commits_, events_, server_s_, load_s_;
  std::map<std::string, double> threads_s_;
};

std::vector<Row> send_rows(Scene& scene);      // WebSocket closed loop and pipelined, HTTP
Row pipelined_send_row(Scene& scene);          // the first of them
std::vector<Row> delivery_rows(Scene& scene);  // open loop latency, fan-out
std::vector<Row> member_rows(Scene& scene);    // sends as the members of the conversation grow
Row sustained_row(Scene& scene);               // the highest rate at which the views keep up
std::vector<Row> read_rows(Scene& scene);      // history, unread
Row idle_row(Scene& scene);
Row resume_row(Scene& scene);
// Starts servers of its own.
std::vector<Row> proof_cost_rows(const std::string& binary, double seconds);
// Without the server: a log of `events` generated events in a folder below `scratch`, verified, folded, hashed.
std::vector<Row> verify_rows(const std::string& scratch, std::uint64_t events);
std::vector<Row> rebuild_rows(const std::string& scratch, std::uint64_t events);
Row hashing_row(const std::string& scratch, std::uint64_t events);
// Starts a server of its own on such a log: sends without and with a rebuild beside them.
std::vector<Row> beside_rebuild_rows(const std::string& binary, double seconds, std::uint64_t events);
// Servers of its own on such a log, or on the folder of `setup`: how long a start takes.
std::vector<Row> start_rows(const ServerSetup& setup, const std::string& scratch, double seconds, std::uint64_t events);
// Without the server: the past of one long conversation beside its present.
std::vector<Row> past_rows(const std::string& scratch, double seconds);
// A server of its own on a generated log of `events` events, in a folder below `scratch`.
std::vector<Row> audit_rows(const std::string& binary, const std::string& scratch, double seconds,
                            std::uint64_t events);
// Without the server: an index of `messages` in a folder below `scratch`.
std::vector<Row> search_rows(const std::string& scratch, double seconds, std::uint64_t messages);
// Without the server: a log of `events` generated messages, exported and restored in folders below `scratch`.
std::vector<Row> segment_rows(const std::string& scratch, std::uint64_t events);

}  // namespace hansard::bench
