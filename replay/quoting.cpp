#include "replay/quoting.h"

#include <cstdio>

namespace hansard::replay {

namespace {
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The size of the code point at the front.
std::size_t first_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && continues(text[size])) ++size;
  return size;
}

// C0, DEL and C1 (U+0080 to U+009F, two bytes), and the marks that turn the direction of what follows.
bool is_control(std::string_view point) {
  auto first = static_cast<unsigned char>(point[0]);
  if (first < 0x20 || first == 0x7F) return true;
  if (first == 0xC2 && point.size() == 2) return static_cast<unsigned char>(point[1]) < 0xA0;
  return point == "\u202A" || point == "\u202B" || point == "\u202C" || point == "\u202D" || point == "\u202E" ||
         point == "\u2066" || point == "\u2067" || point == "\u2068" || point == "\u2069";
}

unsigned number_of(std::string_view point) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(point[i])); };
  if (point.size() == 1) return byte(0);
  if (point.size() == 2) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
}

void append_visible(std::string& out, std::string_view point) {
  if (point == "\n") {
    out += "⏎";
  } else if (is_control(point)) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", number_of(point));
    out += escaped;
  } else {
    out += point;
  }
}
}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = first_size(text);
    append_visible(out, text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

std::string quoted(std::string_view text, std::size_t characters_max) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < characters_max && end < text.size(); ++i) end += first_size(text.substr(end));
  return "«" + one_line(text.substr(0, end)) + (end < text.size() ? "…»" : "»");
}

}  // namespace hansard::replay
