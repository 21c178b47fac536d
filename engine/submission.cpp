#include "engine/submission.h"

namespace hansard::engine {

namespace {
std::size_t bytes_in(const domain::SendMessage& send) {
  return send.content.text.size() + send.content.metadata.size() +
         send.content.mentions.size() * sizeof(domain::Mention) +
         send.content.attachments.size() * sizeof(domain::Attachment);
}
std::size_t bytes_in(const domain::EditMessage& edit) {
  return edit.text.size() + (edit.metadata ? edit.metadata->size() : 0) +
         edit.mentions.size() * sizeof(domain::Mention);
}
std::size_t bytes_in(const domain::CreateConversation& create) {
  return create.title.size() + create.metadata.size() + create.members.size() * sizeof(domain::UserId);
}
std::size_t bytes_in(const domain::UpdateConversation& update) {
  return (update.title ? update.title->size() : 0) + (update.metadata ? update.metadata->size() : 0);
}
std::size_t bytes_in(const domain::AddMembers& add) { return add.members.size() * sizeof(domain::MemberEntry); }
std::size_t bytes_in(const domain::PutProfile& put) {
  return put.profile.display_name.size() + put.profile.avatar.size() + put.profile.metadata.size();
}
template <class Small>
std::size_t bytes_in(const Small&) {
  return 0;
}
}  // namespace

std::size_t bytes_of(const domain::Command& command) {
  return sizeof(Pending) + std::visit([](const auto& one) { return bytes_in(one); }, command);
}

}  // namespace hansard::engine
