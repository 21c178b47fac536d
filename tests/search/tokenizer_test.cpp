// What becomes one word, its parts, and which spellings meet: one row per language and kind of text.
#include "projections/search/tokenizer.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace hansard::search {
namespace {

// "whole(part,part) whole ..." by position.
std::string shown(std::string_view text) {
  TokenList list;
  tokenize(text, list);
  std::string out;
  std::uint32_t position = 0;
  bool open = false;
  for (const Token& token : list.tokens) {
    if (token.is_part) {
      out += open ? "," : "(";
      open = true;
    } else {
      if (open) out += ")";
      if (!out.empty()) out += " ";
      open = false;
      CHECK(token.position == position++);
    }
    out += list.text(token);
  }
  return open ? out + ")" : out;
}

std::string ranges(std::string_view text) {
  TokenList list;
  tokenize(text, list);
  std::string out;
  for (const Token& token : list.tokens) {
    if (!token.is_part) out += std::to_string(token.begin) + "-" + std::to_string(token.end) + " ";
  }
  return out;
}

TEST_CASE("words are folded by case, accent and width") {
  CHECK(shown("Hello, World!") == "hello world");
  CHECK(shown("Größe STRASSE Straße") == "grosse strasse strasse");
  CHECK(shown("naïve CAFÉ cafe\xCC\x81") == "naive cafe cafe");
  CHECK(shown("Łódź Ærø Đà Nẵng İstanbul") == "lodz aero da nang istanbul");
  CHECK(shown("Ｆｕｌｌ ﬁne ²") == "full fine 2");
  CHECK(shown("ПРИВЕТ Ёлка мой мои") == "привет елка мой мои");
  CHECK(shown("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ Άλφα") == "οδυσσευσ οδυσσευσ αλφα");
  CHECK(shown("السَّلَامُ أحمد") == "السلام احمد");
  CHECK(shown("שָׁלוֹם עולם") == "שלום עולם");
  CHECK(shown("नमस्ते दुनिया") == "नमस्ते दुनिया");
  CHECK(shown("soft\xC2\xADhyphen") == "softhyphen");
}

TEST_CASE("an identifier and an address stand whole and in parts") {
  CHECK(shown("max_open_files") == "max_open_files(max,open,files,max_open,open_files)");
  CHECK(shown("getUserName") == "getusername(get,user,name,getuser,username)");
  CHECK(shown("parseHTTPResponse") == "parsehttpresponse(parse,http,response,parsehttp,httpresponse)");
  CHECK(shown("__init__") == "__init__(init)");
  CHECK(shown("https://a.example.org/x?y=1") == "https a example org x y 1");
  CHECK(shown("don't 3.14 a-b") == "don t 3 14 a b");
  CHECK(shown("C++ C# i++; #topic a+b") == "c++(c) c#(c) i++(i) topic a b");
  CHECK(shown("____ --- !!!").empty());
}

TEST_CASE("scripts without spaces are pairs and singles") {
  CHECK(shown("東京都") == "東京(東) 京都(京) 都");
  CHECK(shown("ﾄｳｷｮｳ") == shown("トウキョウ"));
  CHECK(shown("ｶﾞｷﾞ") == shown("ガギ"));
  CHECK(shown("か\xE3\x82\x99") == "が");
  CHECK(shown("학교에서") == "학교(학) 교에(교) 에서(에) 서");
  CHECK(shown("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xA8") == "학");
  CHECK(shown("ไทย") == "ไท(ไ) ทย(ท) ย");
  CHECK(shown("iPhone手机 ok") == "iphone(i,phone) 手机(手) 机 ok");
}

TEST_CASE("emoji stand for themselves, with their base") {
  CHECK(shown("👍🏽👍") == "👍🏽(👍) 👍");
  CHECK(shown("❤\xEF\xB8\x8F") == "❤");
  CHECK(shown("🇩🇪🇫🇷") == "🇩🇪 🇫🇷");
  CHECK(shown("👩\u200D💻") == "👩\u200D💻(👩,💻)");
  CHECK(shown("lol😂😂ok") == "lol 😂 😂 ok");
  CHECK(shown("€ → ok") == "€ ok");
}

TEST_CASE("ranges are code points of the text") {
  CHECK(ranges("é x") == "0-1 2-3 ");
  CHECK(ranges("cafe\xCC\x81 x") == "0-5 6-7 ");
  CHECK(ranges("😂 東京 c++") == "0-1 2-4 3-4 5-8 ");
}

TEST_CASE("hostile text becomes tokens without control characters") {
  for (std::string text :
       {std::string("\x1E\x1F\0a\x01", 5), std::string(10'000, 'a'), std::string("\xFF\xFEx"),
        std::string("a\u200D\u200D"), std::string("\xCC\x81\xCC\x81"), std::string("\u200D\u200D")}) {
    TokenList list;
    tokenize(text, list);
    for (char c : list.bytes) CHECK(static_cast<unsigned char>(c) >= 0x20);
    for (const Token& token : list.tokens) CHECK(token.size > 0);
  }
  TokenList list;
  tokenize(std::string(10'000, 'a'), list);
  CHECK(list.positions() == 40);
}

}  // namespace
}  // namespace hansard::search
