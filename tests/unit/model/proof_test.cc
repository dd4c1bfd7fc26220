#include "latchkey/model/proof.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <vector>

namespace latchkey::model {
namespace {

TEST(Proof, HasAWordOfItsOwnEach) {
  std::set<std::string_view> words;
  for (const Proof proof : all_proofs()) words.insert(name_of(proof));

  EXPECT_EQ(words.size(), all_proofs().size());
}

TEST(Proof, IsAmbientWhereABrowserSendsItByItself) {
  std::vector<Proof> ambient;
  std::ranges::copy_if(all_proofs(), std::back_inserter(ambient), is_ambient);

  EXPECT_THAT(ambient, testing::UnorderedElementsAre(Proof::kSession, Proof::kCertificate,
                                                     Proof::kRemoteUser));
}

}  // namespace
}  // namespace latchkey::model
