// What a code point is to the tokenizer, and how a word is folded so that spellings which mean the same meet: case,
// width and compatibility forms (Unicode NFKC_Casefold), then accents, points and vowel signs that readers leave out
// (Latin, Greek, Cyrillic, Hebrew, Arabic), then letters with a stroke (ł, ø, đ). Marks that make another letter stay:
// Indic and Thai vowels, the dakuten of kana, й ї ў ѓ ќ.
//
// Sources: Unicode 15 properties of ICU 72, UAX #15 (normalization), UAX #29 and #14 (LB=SA: scripts without spaces).
// Thread: any; tables are built once. The only file of the room, with characters.cpp, that knows ICU.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hansard::search {

enum class CharClass : std::uint8_t {
  other,      // between words
  word,       // letters and digits of scripts that put spaces between words
  connector,  // underscore and its kin: inside a word, and where it is cut into parts
  mark,       // belongs to what stands before it
  joiner,     // invisible; belongs to what stands before it and is folded away
  gram,       // a letter of a script without spaces between words, and Hangul: found by any part of a run
  emoji,
  modifier,  // a skin tone
  regional,  // half a flag
  tag,       // of a flag of a region
  symbol     // stands for itself: currency signs, arrows
};
// Of each code point; replaces what `out` holds.
void classes_of(std::span<const char32_t> text, std::vector<CharClass>& out);

bool is_upper(char32_t c);
bool is_lower(char32_t c);
// Joins its base when a run of gram characters is folded: voicing marks, vowels and finals of decomposed Hangul.
bool joins_base(char32_t c);

// `text` as code points; what is not UTF-8 becomes U+FFFD.
void decode_utf8(std::string_view text, std::vector<char32_t>& out);
void append_utf8(std::string& out, char32_t c);

// Appends the folded form of one word, or of one base with its marks.
void append_folded(std::string& out, std::span<const char32_t> word);

// Changes whenever the same text may give other tokens: an index of another version is built again.
std::string tokenizer_version();

}  // namespace hansard::search
