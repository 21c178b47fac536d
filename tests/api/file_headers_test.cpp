#include "api/file_headers.h"

#include <catch2/catch.hpp>

namespace hansard::api {
namespace {

Request request_with(const std::string& name, const std::string& value) {
  Request request;
  request.headers.emplace_back(name, value);
  return request;
}

std::string name_in(const std::string& disposition) {
  auto name = file_name_of(request_with("content-disposition", disposition));
  return name ? name.value() : "refused: " + std::to_string(name.error().status);
}

std::string type_in(const std::string& field) {
  auto type = media_type_of(request_with("content-type", field));
  return type ? type.value() : "refused: " + std::to_string(type.error().status);
}

// "first+size", "whole" or "416".
std::string range_in(const std::string& field, std::uint64_t size, const std::string& if_range = "") {
  Request request = request_with("range", field);
  if (!if_range.empty()) request.headers.emplace_back("if-range", if_range);
  auto range = range_of(request, size, "\"tag\"");
  if (const auto* part = std::get_if<FileRange>(&range))
    return std::to_string(part->first) + "+" + std::to_string(part->size);
  return std::holds_alternative<WholeFile>(range) ? "whole" : "416";
}

}  // namespace

TEST_CASE("a file's name comes from Content-Disposition in all its forms") {
  CHECK(name_in("attachment; filename=plan.pdf") == "plan.pdf");
  CHECK(name_in("attachment; filename=\"a plan.pdf\"") == "a plan.pdf");
  CHECK(name_in("inline;FileName = \"a;b=c.txt\" ; x=y") == "a;b=c.txt");
  CHECK(name_in(R"(attachment; filename="a\"b.txt")") == "a\"b.txt");
  CHECK(name_in("attachment; filename=\"é.txt\"") == "é.txt");
  CHECK(name_in("attachment; filename=\"e.txt\"; filename*=UTF-8''%C3%A9.txt") == "é.txt");
  CHECK(name_in("attachment; filename*=utf-8'de'%E2%82%AC%20rates; filename=x") == "€ rates");
  CHECK(name_in("attachment; filename*=ISO-8859-1''%E9.txt; filename=\"e.txt\"") == "e.txt");
  CHECK(name_in("attachment; filename*=UTF-8''%E9.txt; filename=\"e.txt\"") == "e.txt");
  CHECK(name_in("attachment") == "file");
  CHECK(name_in("attachment; filename=\"\"") == "file");
  CHECK(file_name_of(Request{}).value() == "file");
}

TEST_CASE("a malformed Content-Disposition is refused") {
  for (const char* field : {"", "; filename=a", "attachment; filename=a b", "attachment; filename",
                            "attachment filename=a", "attachment; filename=\"a", "attachment; filename=\"a\\",
                            "attachment; =a", "attachment; filename=\"\xff.txt\"", "attachment; filename=\"a\" b"}) {
    INFO(field);
    CHECK(name_in(field) == "refused: 400");
  }
}

TEST_CASE("a hostile name becomes a harmless one") {
  CHECK(clean_file_name("../../etc/passwd") == "passwd");
  CHECK(clean_file_name("C:\\Windows\\cmd.exe") == "cmd.exe");
  CHECK(clean_file_name("..") == "file");
  CHECK(clean_file_name("a/..") == "file");
  CHECK(clean_file_name(".htaccess") == "htaccess");
  CHECK(clean_file_name("a\r\nb\x7f.txt") == "ab.txt");
  CHECK(clean_file_name(std::string("a\0b", 3)) == "ab");
  CHECK(clean_file_name("a\u0085b") == "ab");
  CHECK(clean_file_name("photo\u202Egpj.exe") == "photogpj.exe");
  CHECK(clean_file_name("  a b . ") == "a b");
  CHECK(clean_file_name("   ") == "file");
  CHECK(clean_file_name("日本語.txt") == "日本語.txt");
}

TEST_CASE("a long name keeps its extension and whole letters") {
  std::string cut = clean_file_name(std::string(300, 'a') + ".pdf");
  CHECK(cut.size() == kFileNameBytesMax);
  CHECK(cut.ends_with("a.pdf"));
  std::string letters;
  for (int i = 0; i < 200; ++i) letters += "é";
  CHECK(clean_file_name(letters).size() == 254);
  CHECK(clean_file_name(letters + ".pdf").size() == 254);
  CHECK(clean_file_name("a." + std::string(400, 'x')).size() == kFileNameBytesMax);
}

TEST_CASE("a name is told so that every client gets it") {
  CHECK(disposition_of("plan.pdf") == "attachment; filename=\"plan.pdf\"");
  CHECK(disposition_of("a b.txt") == "attachment; filename=\"a b.txt\"");
  CHECK(disposition_of("é\"\\%.txt") == "attachment; filename=\"____.txt\"; filename*=UTF-8''%C3%A9%22%5C%25.txt");
  for (const char* name : {"plan.pdf", "é.txt", "100%.txt", "a\"b;c.txt", "日本 語"}) {
    INFO(name);
    CHECK(name_in(disposition_of(name)) == name);
  }
}

TEST_CASE("a media type is a type, a subtype and parameters, nothing else") {
  CHECK(type_in("image/png") == "image/png");
  CHECK(type_in("Image/PNG") == "image/png");
  CHECK(type_in("text/plain; charset=UTF-8") == "text/plain; charset=UTF-8");
  CHECK(type_in("application/vnd.oasis.opendocument.text") == "application/vnd.oasis.opendocument.text");
  CHECK(media_type_of(Request{}).value() == "application/octet-stream");
  CHECK(type_in("") == "application/octet-stream");
  for (const char* field : {"png", "image/", "/png", "image/png, text/html", "image png", "text/plain; charset",
                            "text/plain;", "te\xc3\xa9/x", "text/plain; a=\"\t\""}) {
    INFO(field);
    CHECK(type_in(field) == "refused: 415");
  }
  CHECK(type_in("text/" + std::string(300, 'x')) == "refused: 415");
}

TEST_CASE("types are allowed one by one or as a family") {
  const std::vector<std::string> images = {"image/*", "application/pdf"};
  CHECK(is_type_allowed("image/png", images));
  CHECK(is_type_allowed("application/pdf; v=1", images));
  CHECK_FALSE(is_type_allowed("application/pdfx", images));
  CHECK_FALSE(is_type_allowed("text/html", images));
  CHECK_FALSE(is_type_allowed("imagex/png", images));
  CHECK(is_type_allowed("text/html", std::vector<std::string>{"*/*"}));
  CHECK(is_type_allowed("text/html", {}));
}

TEST_CASE("one range of bytes is a part of the file") {
  CHECK(range_in("bytes=0-0", 10) == "0+1");
  CHECK(range_in("bytes=2-4", 10) == "2+3");
  CHECK(range_in("bytes=2-", 10) == "2+8");
  CHECK(range_in("bytes=2-99", 10) == "2+8");
  CHECK(range_in("bytes=9-18446744073709551615", 10) == "9+1");
  CHECK(range_in("bytes=9-18446744073709551616", 10) == "9+1");
  CHECK(range_in("bytes=-3", 10) == "7+3");
  CHECK(range_in("bytes=-99999999999999999999999", 10) == "0+10");
  CHECK(range_in("bytes=-99", 10) == "0+10");
  CHECK(range_in("Bytes= 2-4", 10) == "2+3");
}

TEST_CASE("a range beyond the end cannot be satisfied") {
  CHECK(range_in("bytes=10-", 10) == "416");
  CHECK(range_in("bytes=10-20", 10) == "416");
  CHECK(range_in("bytes=18446744073709551616-", 10) == "416");
  CHECK(range_in("bytes=-0", 10) == "416");
  CHECK(range_in("bytes=0-", 0) == "416");
  CHECK(range_in("bytes=-1", 0) == "416");
}

TEST_CASE("what is no single range of bytes means the whole file") {
  for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=1-b", "bytes=0-1,3-4",
                            "lines=1-2", "bytes=1", "bytes=--1", "bytes=+1-2"}) {
    INFO(field);
    CHECK(range_in(field, 10) == "whole");
  }
  CHECK(std::holds_alternative<WholeFile>(range_of(Request{}, 10, "\"tag\"")));
}

TEST_CASE("If-Range takes the range only of the file it names") {
  CHECK(range_in("bytes=2-4", 10, "\"tag\"") == "2+3");
  CHECK(range_in("bytes=2-4", 10, "\"other\"") == "whole");
  CHECK(range_in("bytes=2-4", 10, "W/\"tag\"") == "whole");
  CHECK(range_in("bytes=2-4", 10, "Sat, 25 Dec 2004 09:14:00 GMT") == "whole");
  CHECK(range_in("bytes=99-", 10, "\"other\"") == "whole");
}

}  // namespace hansard::api
