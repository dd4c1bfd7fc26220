#include "algorithm.h"

#include <array>

#include "latchkey/crypto/jwks.h"

namespace latchkey::crypto {
namespace {

constexpr std::array<Algorithm, 10> kAlgorithms{{
    {"RS256", KeyType::kRsa, Hash::kSha256, Padding::kPkcs1, ""},
    {"RS384", KeyType::kRsa, Hash::kSha384, Padding::kPkcs1, ""},
    {"RS512", KeyType::kRsa, Hash::kSha512, Padding::kPkcs1, ""},
    {"PS256", KeyType::kRsa, Hash::kSha256, Padding::kPss, ""},
    {"PS384", KeyType::kRsa, Hash::kSha384, Padding::kPss, ""},
    {"PS512", KeyType::kRsa, Hash::kSha512, Padding::kPss, ""},
    {"ES256", KeyType::kEc, Hash::kSha256, Padding::kNone, "P-256"},
    {"ES384", KeyType::kEc, Hash::kSha384, Padding::kNone, "P-384"},
    {"ES512", KeyType::kEc, Hash::kSha512, Padding::kNone, "P-521"},
    {"EdDSA", KeyType::kEd25519, Hash::kNone, Padding::kNone, "Ed25519"},
}};

constexpr std::array<Curve, 3> kCurves{{{"P-256", 32}, {"P-384", 48}, {"P-521", 66}}};

}  // namespace

const Algorithm* algorithm_named(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

const Curve* curve_named(std::string_view name) {
  for (const Curve& curve : kCurves) {
    if (curve.name == name) return &curve;
  }
  return nullptr;
}

}  // namespace latchkey::crypto
