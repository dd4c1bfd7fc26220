// Runs a fuzz target over the files given as arguments, so that the corpus is part of the quick
// tests and needs no libFuzzer. An invariant that does not hold ends the process.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      static_cast<void>(std::fprintf(stderr, "replay: cannot read %s\n", argv[i]));
      return 1;
    }
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  static_cast<void>(std::printf("%d inputs held\n", argc - 1));
  return 0;
}
