#include "projections/search/characters.h"

#include <algorithm>
#include <array>
#include <memory>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "engine/base/check.h"

namespace hansard::search {

namespace {
constexpr int kRulesVersion = 2;
constexpr char32_t kTableEnd = 0x10000;
constexpr char32_t kZeroWidthJoiner = 0x200D;

struct Range {
  char32_t first, last;
};
// Marks that readers leave out: general, Cyrillic, Hebrew points, Arabic vowel and Quran signs, extended, for symbols.
constexpr Range kSilentMarks[] = {{0x0300, 0x036F}, {0x0483, 0x0487}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},
                                  {0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A},
                                  {0x0640, 0x0640}, {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},
                                  {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x1AB0, 0x1AFF},
                                  {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}};
// Letters of their own that merely look composed.
constexpr char32_t kWholeLetters[] = {0x0439, 0x0453, 0x0457, 0x045C, 0x045E};
struct Stroke {
  char32_t letter;
  std::string_view plain;
};
constexpr Stroke kStrokes[] = {{0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"},  {0x0111, "d"}, {0x0127, "h"},
                               {0x0131, "i"},  {0x0142, "l"}, {0x0153, "oe"}, {0x0167, "t"}};

bool is_silent(char32_t c) {
  return std::any_of(std::begin(kSilentMarks), std::end(kSilentMarks),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}
bool is_whole_letter(char32_t c) {
  return std::find(std::begin(kWholeLetters), std::end(kWholeLetters), c) != std::end(kWholeLetters);
}
const Stroke* stroke_of(char32_t c) {
  auto found = std::find_if(std::begin(kStrokes), std::end(kStrokes), [c](const auto& s) { return s.letter == c; });
  return found == std::end(kStrokes) ? nullptr : found;
}

const icu::Normalizer2& normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* found = get(error);
  CHECK(U_SUCCESS(error), u_errorName(error));
  return *found;
}
const icu::Normalizer2& casefold() {
  static const icu::Normalizer2& it = normalizer(icu::Normalizer2::getNFKCCasefoldInstance);
  return it;
}
const icu::Normalizer2& decomposer() {
  static const icu::Normalizer2& it = normalizer(icu::Normalizer2::getNFDInstance);
  return it;
}
const icu::Normalizer2& composer() {
  static const icu::Normalizer2& it = normalizer(icu::Normalizer2::getNFCInstance);
  return it;
}

bool is_spaceless(char32_t c) {
  auto u = static_cast<UChar32>(c);
  if (u_getIntPropertyValue(u, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) return true;
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(u, &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI:
      return true;
    default:
      break;
  }
  return c == 0x30FC || c == 0xFF70 || c == 0xFF9E || c == 0xFF9F;  // shared by both kana
}

CharClass classify_letter_or_mark(char32_t c, int8_t category) {
  switch (category) {
    case U_NON_SPACING_MARK:
    case U_COMBINING_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return CharClass::mark;
    case U_CONNECTOR_PUNCTUATION:
      return CharClass::connector;
    case U_DECIMAL_DIGIT_NUMBER:
    case U_LETTER_NUMBER:
    case U_OTHER_NUMBER:
      return CharClass::word;
    case U_OTHER_SYMBOL:
    case U_CURRENCY_SYMBOL:
      return c < 0x80 ? CharClass::other : CharClass::symbol;
    default:
      return u_isUAlphabetic(static_cast<UChar32>(c)) ? CharClass::word : CharClass::other;
  }
}

CharClass classify(char32_t c) {
  auto u = static_cast<UChar32>(c);
  auto category = u_charType(u);
  if (c == kZeroWidthJoiner || c == 0x200C || c == 0xAD || (c >= 0xFE00 && c <= 0xFE0F)) return CharClass::joiner;
  if (c >= 0xE0020 && c <= 0xE007F) return CharClass::tag;
  bool is_mark = category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK;
  if (is_spaceless(c) && !(is_mark && joins_base(c)) && category != U_OTHER_SYMBOL) return CharClass::gram;
  if (u_hasBinaryProperty(u, UCHAR_REGIONAL_INDICATOR)) return CharClass::regional;
  if (u_hasBinaryProperty(u, UCHAR_EMOJI_MODIFIER)) return CharClass::modifier;
  if (c > 0x80 && u_hasBinaryProperty(u, UCHAR_EXTENDED_PICTOGRAPHIC)) return CharClass::emoji;
  return classify_letter_or_mark(c, category);
}

// Folded in full, whatever stands beside what.
void fold_slowly(std::string& out, std::span<const char32_t> word) {
  icu::UnicodeString text;
  for (char32_t c : word) text.append(static_cast<UChar32>(c));
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString folded = casefold().normalize(text, error);
  icu::UnicodeString plain, parts;
  auto keep = [&](UChar32 c) {
    auto letter = static_cast<char32_t>(c);
    if (is_silent(letter)) return;
    if (const Stroke* stroke = stroke_of(letter)) {
      plain.append(icu::UnicodeString::fromUTF8(stroke->plain));
    } else {
      plain.append(c);
    }
  };
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    UChar32 c = folded.char32At(i);
    bool splits = !is_whole_letter(static_cast<char32_t>(c)) && decomposer().getDecomposition(c, parts);
    if (!splits) {
      keep(c);
      continue;
    }
    for (std::int32_t k = 0; k < parts.length(); k = parts.moveIndex32(k, 1)) keep(parts.char32At(k));
  }
  composer().normalize(plain, error).toUTF8String(out);
  CHECK(U_SUCCESS(error), u_errorName(error));
}

// Class and folded form of the code points below 0x10000. A form of 0 means: not alone, or not one code point.
struct Tables {
  std::array<CharClass, kTableEnd> classes;
  std::array<char16_t, kTableEnd> folded;
};

char16_t folded_alone(char32_t c, CharClass kind) {
  if (kind != CharClass::word && kind != CharClass::connector && kind != CharClass::gram) return 0;
  if (joins_base(c) || (c >= 0x1100 && c <= 0x11FF)) return 0;  // composes with its neighbours
  std::string bytes;
  fold_slowly(bytes, {&c, 1});
  std::vector<char32_t> points;
  decode_utf8(bytes, points);
  bool is_simple = points.size() == 1 && points[0] < kTableEnd && !U_IS_SURROGATE(points[0]);
  return is_simple ? static_cast<char16_t>(points[0]) : 0;
}

const Tables& tables() {
  static const std::unique_ptr<const Tables> built = [] {
    auto made = std::make_unique<Tables>();
    for (char32_t c = 0; c < kTableEnd; ++c) {
      made->classes[c] = classify(c);
      made->folded[c] = folded_alone(c, made->classes[c]);
    }
    return made;
  }();
  return *built;
}
}  // namespace

void classes_of(std::span<const char32_t> text, std::vector<CharClass>& out) {
  const Tables& known = tables();
  out.resize(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    out[i] = text[i] < kTableEnd ? known.classes[text[i]] : classify(text[i]);
  }
}

bool is_upper(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return u_isupper(static_cast<UChar32>(c)) || u_istitle(static_cast<UChar32>(c));
}
bool is_lower(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  return u_islower(static_cast<UChar32>(c));
}

bool joins_base(char32_t c) {
  return c == 0x3099 || c == 0x309A || c == 0xFF9E || c == 0xFF9F || (c >= 0x1160 && c <= 0x11FF);
}

// ICU's macros narrow their own integers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
void decode_utf8(std::string_view text, std::vector<char32_t>& out) {
  out.resize(text.size());
  std::size_t points = 0;
  const char* bytes = text.data();
  auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, i, size, c);
    out[points++] = static_cast<char32_t>(c);
  }
  out.resize(points);
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) return out.push_back(static_cast<char>(c));
  char bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
  auto u = static_cast<UChar32>(c);
  U8_APPEND_UNSAFE(bytes, size, u);
  out.append(bytes, static_cast<std::size_t>(size));
}
#pragma GCC diagnostic pop

void append_folded(std::string& out, std::span<const char32_t> word) {
  const Tables& known = tables();
  std::size_t before = out.size();
  for (char32_t c : word) {
    char16_t alone = c < kTableEnd ? known.folded[c] : char16_t{0};
    if (alone == 0) {
      out.resize(before);
      return fold_slowly(out, word);
    }
    append_utf8(out, alone);
  }
}

std::string tokenizer_version() {
  UVersionInfo unicode;
  u_getUnicodeVersion(unicode);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(unicode, text);
  return std::to_string(kRulesVersion) + "/unicode-" + text;
}

}  // namespace hansard::search
