// [device].
#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeviceSection : public Workshop {};

TEST_F(DeviceSection, TakesPlacesOfRegistries) {
  const Device device =
      good(kShortest + "[device]\nenabled = false\nnpm_registries = [\"/\", \"/npm/*\"]\n").device;
  EXPECT_FALSE(device.enabled);
  EXPECT_THAT(device.npm_registries, ElementsAre("/", "/npm/*"));
  EXPECT_THAT(good(kShortest + "[device]\nnpm_registries = []\n").device.npm_registries, IsEmpty());
}

TEST_F(DeviceSection, RefusesPlacesThatAreNotCanonical) {
  for (const char* path : {"npm", "/npm/", "/a/../b", "/a%2Fb", "/npm*", ""}) {
    EXPECT_EQ(faults_of(kShortest + "[device]\nnpm_registries = [\"" + path + "\"]\n").size(), 1U)
        << path;
  }
}

}  // namespace
}  // namespace latchkey::config
