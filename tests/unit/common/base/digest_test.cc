#include "common/base/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/bytes.h"

namespace kopa {
namespace {

std::string Hex(absl::string_view hex) { return *FromHex(hex); }

// FIPS 180-4 examples (NIST, "SHA256.pdf"), and the empty message.
TEST(Digest, Sha256KnownAnswers) {
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// RFC 4231, test cases 1, 2, 3 and 6.
TEST(Digest, HmacSha256KnownAnswers) {
  EXPECT_EQ(ToHex(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(HmacSha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(ToHex(HmacSha256(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, HmacTakesAnEmptyKeyAndAnEmptyMessage) {
  EXPECT_EQ(ToHex(HmacSha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(HmacSha256(absl::string_view(), absl::string_view()), HmacSha256("", ""));
}

// RFC 5869, test case 3: no salt, no info.
TEST(Digest, HkdfKnownAnswerWithoutSaltAndInfo) {
  EXPECT_EQ(ToHex(DeriveKey(std::string(22, '\x0b'), "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// The formula itself, with what has known answers above: PRK = HMAC(32 zero bytes, secret).
TEST(Digest, HkdfWithInfoIsTheFormulaOfTheRfc) {
  const std::string secret = Hex("000102030405060708090a0b0c0d0e0f");
  const std::string prk = HmacSha256(std::string(32, '\0'), secret);
  const std::string first = HmacSha256(prk, std::string("kopa request\x01"));
  const std::string second = HmacSha256(prk, first + std::string("kopa request\x02"));
  EXPECT_EQ(DeriveKey(secret, "kopa request", 48), (first + second).substr(0, 48));
}

TEST(Digest, KeysForDifferentPurposesDiffer) {
  EXPECT_NE(DeriveKey("secret", "a", 32), DeriveKey("secret", "b", 32));
  EXPECT_EQ(DeriveKey("secret", "a", 64).substr(0, 32), DeriveKey("secret", "a", 32));
}

}  // namespace
}  // namespace kopa
