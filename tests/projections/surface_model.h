// Reactions, files, scheduled messages and retention by brute force: keeps everything that happened and answers by
// looking at each. Also where its log comes from: the model says which random step makes sense.
//
// Thread: one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/queries.h"
#include "tests/projections/draw.h"
#include "tests/projections/log_builder.h"

namespace hansard::projections {

class SurfaceModel {
 public:
  enum class Status { live, deleted, expired, erased };
  struct Message {
    domain::MessageFacts facts;
    Status status = Status::live;
    std::vector<base::FileId> files;
    std::vector<std::pair<std::string, std::set<std::string>>> reactions;  // emoji and whose, by the emoji
  };
  struct Conversation {
    base::ConversationId id;
    domain::Settings settings;
    std::map<std::string, std::uint64_t> members;  // and the last ordinal when they joined
    std::vector<Message> messages;
  };
  struct File {
    base::FileId id;
    std::string owner;
    base::Digest sha256{};
    base::Timestamp uploaded_at;
    bool erased = false;
    bool collected = false;
  };
  struct Waiting {
    domain::MessageFacts draft;
    base::Timestamp send_at;
    bool erased = false;
  };

  void step(const Draw& draw);

  const LogBuilder& log() const { return log_; }
  const std::vector<Conversation>& conversations() const { return conversations_; }
  const std::vector<File>& files() const { return files_; }
  static const std::vector<std::string>& users();

  static std::vector<ReactionView> reactions(const Message& message, const std::string& viewer);
  std::vector<base::MessageId> expirable(base::Timestamp now) const;
  bool may_read(const File& file, const std::string& user) const;
  std::vector<CollectableFile::Place> collectable(base::Timestamp uploaded_before) const;
  bool is_blob_used(const base::Digest& sha256) const;
  std::vector<DueSend> due_sends(base::Timestamp until) const;
  std::vector<base::MessageId> scheduled(const std::string& author) const;

 private:
  void create(const Draw& draw);
  void send(Conversation& in, const Draw& draw);
  void change(Conversation& in, const Draw& draw);
  void react(Conversation& in, const Draw& draw);
  void change_settings(Conversation& in, const Draw& draw);
  void move_member(Conversation& in, const Draw& draw);
  void move_file(const Draw& draw);
  void move_schedule(Conversation& in, const Draw& draw);
  std::vector<base::FileId> draw_files(const Draw& draw) const;
  bool is_attached(const File& file) const;
  bool is_carried(const File& file) const;

  LogBuilder log_;
  std::vector<Conversation> conversations_;
  std::vector<File> files_;
  std::vector<Waiting> waiting_;
};

}  // namespace hansard::projections
