#include "engine/proof/note.h"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "engine/proof/base64.h"
#include "tests/proof/tree.h"

using namespace hansard::proof;
using hansard::base::ErrorCode;

namespace {
// The key pair and the note of the documentation of golang.org/x/mod/sumdb/note (package example).
const std::string kSigner = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string kVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kText =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const std::string kNote =
    kText +
    "\n\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// The note of C2SP tlog-checkpoint.md.
const std::string kC2spText = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
}  // namespace

TEST_CASE("base 64 is that of RFC 4648 section 10") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
  for (const auto* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z===", "Zm 9", "Zm9-", "===="}) {
    INFO(text);
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("base 64 gives any bytes back") {
  rc::prop("any bytes", [](const std::string& bytes) { RC_ASSERT(from_base64(base64(bytes)) == bytes); });
}

TEST_CASE("keys and notes are those of Go's note package") {
  const auto signer = SigningKey::parse(kSigner);
  const auto verifier = VerifierKey::parse(kVerifier);
  REQUIRE(signer);
  REQUIRE(verifier);
  CHECK(signer.value().verifier().text() == kVerifier);
  CHECK(signer.value().text() == kSigner);
  CHECK(verifier.value().text() == kVerifier);
  CHECK(signer.value().sign(kText) == kNote);
  CHECK(verifier.value().open(kNote).value() == kText);
}

TEST_CASE("a note with any byte changed does not open to another text") {
  const auto key = VerifierKey::parse(kVerifier).value();
  for (std::size_t at = 0; at < kNote.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string note = kNote;
      note[at] = static_cast<char>(note[at] ^ (1 << bit));
      INFO(at << " bit " << bit);
      REQUIRE_FALSE(key.open(note));
    }
  }
}

TEST_CASE("a note of another key is refused, and a second signature does no harm") {
  const auto key = VerifierKey::parse(kVerifier).value();
  const SigningKey other = SigningKey::make("witness.example/w1");
  const std::string foreign = other.sign(kText);
  CHECK(key.open(foreign).error().code == ErrorCode::refused);
  const std::string both = kNote + foreign.substr(kText.size() + 1);
  CHECK(key.open(both).value() == kText);
  CHECK(other.verifier().open(both).value() == kText);
}

TEST_CASE("what is no note is malformed") {
  const auto key = VerifierKey::parse(kVerifier).value();
  for (const char* note : {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\nno dash\n",
                           "text\n\n\xE2\x80\x94 PeterNeumann\n", "a\tb\n\n\xE2\x80\x94 a Zm9vYmFy\n"}) {
    INFO(note);
    CHECK(key.open(note).error().code == ErrorCode::malformed);
  }
  CHECK(key.open(kText + std::string(kNoteBytesMax, 'x')).error().code == ErrorCode::malformed);
}

TEST_CASE("what is no key is refused") {
  const std::vector<std::string> texts = {"",
                                          "a",
                                          "a+b",
                                          "a+00000000+AAAA",
                                          kSigner,
                                          "X" + kVerifier,
                                          kVerifier + "=",
                                          kVerifier.substr(0, kVerifier.size() - 4)};
  for (const auto& text : texts) {
    INFO(text);
    CHECK_FALSE(VerifierKey::parse(text));
  }
  CHECK_FALSE(SigningKey::parse(kVerifier));
  CHECK_FALSE(is_key_name("with space"));
  CHECK_FALSE(is_key_name("a+b"));
  CHECK(is_key_name("example.com/chat"));
}

TEST_CASE("a checkpoint is three lines, and more are ignored") {
  const auto parsed = Checkpoint::parse(kC2spText);
  REQUIRE(parsed);
  CHECK(parsed.value().origin == "example.com/behind-the-sofa");
  CHECK(parsed.value().size == 20852163);
  CHECK(parsed.value().text() == kC2spText);
  CHECK(Checkpoint::parse(kC2spText + "an extension\n").value() == parsed.value());
  for (const char* text :
       {"", "a\n1\n", "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1\nCsUYapGG\n",
        "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "a\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"}) {
    INFO(text);
    CHECK_FALSE(Checkpoint::parse(text));
  }
}

TEST_CASE("a checkpoint opens with the key of its origin only") {
  const SigningKey key = SigningKey::make("example.com/chat");
  const Checkpoint mine{"example.com/chat", 7, leaf_hash("x")};
  CHECK(open_checkpoint(key.verifier(), key.sign(mine.text())).value() == mine);
  const Checkpoint foreign{"example.com/other", 7, leaf_hash("x")};
  CHECK(open_checkpoint(key.verifier(), key.sign(foreign.text())).error().code == ErrorCode::refused);
  const SigningKey renamed = key.renamed("example.com/other");
  CHECK(renamed.verifier().key() == key.verifier().key());
  CHECK(open_checkpoint(renamed.verifier(), renamed.sign(foreign.text())).value() == foreign);
}
