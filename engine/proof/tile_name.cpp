#include <charconv>
#include <vector>

#include "engine/proof/tile_store.h"

namespace hansard::proof {

namespace {
// Without a sign, a space or an additional leading zero, at most `most`.
std::optional<std::uint64_t> plain_number(std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

std::vector<std::string_view> pieces_of(std::string_view path) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto slash = path.find('/');
    pieces.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return pieces;
    path.remove_prefix(slash + 1);
  }
}

// "x001", "x234", "067": 1,234,067.
std::optional<std::uint64_t> index_of(std::span<const std::string_view> pieces) {
  if (pieces.empty() || pieces.size() > 6) return std::nullopt;
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string_view digits = pieces[i];
    if (i + 1 < pieces.size()) {
      if (!digits.starts_with('x')) return std::nullopt;
      digits.remove_prefix(1);
    }
    std::uint64_t group = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), group);
    if (digits.size() != 3 || error != std::errc() || end != digits.data() + 3) return std::nullopt;
    index = index * 1'000 + group;
  }
  const bool is_shortest = pieces.size() == 1 || pieces.front() != "x000";
  return is_shortest ? std::optional(index) : std::nullopt;
}
}  // namespace

std::optional<TileName> parse_tile_name(std::string_view path) {
  auto pieces = pieces_of(path);
  TileName tile;
  if (pieces.size() >= 3 && pieces[pieces.size() - 2].ends_with(".p")) {
    const auto width = plain_number(pieces.back(), kTileWidth - 1);
    if (!width || *width == 0) return std::nullopt;
    tile.width = *width;
    pieces.pop_back();
    pieces.back().remove_suffix(2);
  }
  const auto level = plain_number(pieces.front(), 63);
  const auto index = index_of(std::span(pieces).subspan(1));
  if (!level || !index) return std::nullopt;
  tile.level = static_cast<unsigned>(*level);
  tile.index = *index;
  return tile;
}

std::string tile_path(const TileName& tile) {
  const auto three = [](std::uint64_t group) {
    const std::string digits = std::to_string(group);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string index = three(tile.index % 1'000);
  for (std::uint64_t rest = tile.index / 1'000; rest != 0; rest /= 1'000)
    index = "x" + three(rest % 1'000) + "/" + index;
  std::string path = std::to_string(tile.level) + "/" + index;
  if (tile.width != kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

}  // namespace hansard::proof
