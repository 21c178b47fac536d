#include "replay/migrate/slack_text.h"

#include <array>
#include <utility>

#include "engine/base/utf8.h"

namespace hansard::migrate {

namespace {
constexpr std::array<std::pair<std::string_view, char>, 3> kEscapes{{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}}};

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    bool is_escape = false;
    for (const auto& [escape, character] : kEscapes) {
      if (!text.starts_with(escape)) continue;
      out += character;
      text.remove_prefix(escape.size());
      is_escape = true;
      break;
    }
    if (is_escape) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

// `a` and `b` of "<a|b>".
struct Marked {
  std::string what, label;
};

Marked marked_in(std::string_view inside) {
  const std::size_t bar = inside.find('|');
  if (bar == std::string_view::npos) return {unescaped(inside), ""};
  return {unescaped(inside.substr(0, bar)), unescaped(inside.substr(bar + 1))};
}

class Writer {
 public:
  explicit Writer(const SlackNames& names) : names_(names) {}

  void add(const std::string& text) {
    out_.text += text;
    code_points_ += base::count_code_points(text);
  }

  void add_marked(const Marked& marked) {
    switch (marked.what.empty() ? '\0' : marked.what.front()) {
      case '@':
        return add_mention(marked.what.substr(1));
      case '#':
        return add("#" + (marked.label.empty() ? names_.channel_name(marked.what.substr(1)) : marked.label));
      case '!':
        return add_command(marked);
      default:
        return add_link(marked);
    }
  }

  PlainText finish() { return std::move(out_); }

 private:
  void add_mention(const std::string& id) {
    const std::string shown = "@" + names_.user_name(id);
    out_.mentions.push_back({names_.user_id(id), code_points_, base::count_code_points(shown)});
    add(shown);
  }

  // <!here>, <!subteam^S1|@group>, <!date^1392734382^...|fallback>
  void add_command(const Marked& marked) {
    if (!marked.label.empty()) return add(marked.label);
    const std::string word = marked.what.substr(1, marked.what.find('^') - 1);
    if (word == "here" || word == "channel" || word == "everyone") ++out_.broadcasts;
    add("@" + word);
  }

  void add_link(const Marked& marked) {
    const std::string address = marked.what.starts_with("mailto:") ? marked.what.substr(7) : marked.what;
    if (marked.label.empty() || address.ends_with(marked.label)) return add(address);
    add(marked.label + " (" + address + ")");
  }

  const SlackNames& names_;
  PlainText out_;
  std::size_t code_points_ = 0;
};
}  // namespace

PlainText plain_text(std::string_view marked_up, const SlackNames& names) {
  Writer writer(names);
  while (!marked_up.empty()) {
    const std::size_t open = marked_up.find('<');
    const std::size_t close = open == std::string_view::npos ? open : marked_up.find('>', open);
    if (close == std::string_view::npos) break;
    writer.add(unescaped(marked_up.substr(0, open)));
    writer.add_marked(marked_in(marked_up.substr(open + 1, close - open - 1)));
    marked_up.remove_prefix(close + 1);
  }
  writer.add(unescaped(marked_up));
  return writer.finish();
}

}  // namespace hansard::migrate
