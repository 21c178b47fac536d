#include "tests/faults/disk_journal.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace hansard::faults {

namespace {
struct Head {
  OpKind kind;
  std::uint8_t unused[3];
  std::uint32_t path, other, bytes;
  std::uint64_t file, at;
};

std::string take(std::string_view& rest, std::size_t count) {
  std::string taken(rest.substr(0, count));
  rest.remove_prefix(count);
  return taken;
}
}  // namespace

std::string encode(const Op& op) {
  const Head head{op.kind,
                  {},
                  static_cast<std::uint32_t>(op.path.size()),
                  static_cast<std::uint32_t>(op.other.size()),
                  static_cast<std::uint32_t>(op.bytes.size()),
                  op.file,
                  op.at};
  std::string out(reinterpret_cast<const char*>(&head), sizeof head);
  return out + op.path + op.other + op.bytes;
}

std::vector<Op> read_journal(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  std::string_view rest = all;
  std::vector<Op> ops;
  Head head{};
  while (rest.size() >= sizeof head) {
    std::memcpy(&head, rest.data(), sizeof head);
    rest.remove_prefix(sizeof head);
    if (rest.size() < std::size_t{head.path} + head.other + head.bytes) break;
    Op op;
    op.kind = head.kind;
    op.file = head.file;
    op.at = head.at;
    op.path = take(rest, head.path);
    op.other = take(rest, head.other);
    op.bytes = take(rest, head.bytes);
    ops.push_back(std::move(op));
  }
  return ops;
}

}  // namespace hansard::faults
