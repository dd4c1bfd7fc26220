#include "latchkey/server/listen.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "../../../src/server/socket_address.h"
#include "support/results.h"

namespace latchkey::server {
namespace {

class ListenSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "lk-listen-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/s";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Address address() const { return UnixAddress{path_}; }

  std::string directory_;
  std::string path_;
};

bool can_connect(const std::string& path) {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
  const SocketAddress address = SocketAddress::unix_path(path);
  return connect(fd.get(), address.get(), address.size()) == 0;
}

TEST_F(ListenSocketTest, HasTheModeItWasGiven) {
  ListenOptions options;
  options.socket_mode = 0660;
  const auto made = ListenSocket::open(address(), options);
  ASSERT_THAT(made, IsOk());
  struct stat found {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0660U);
  EXPECT_TRUE(is_listening(made->listener().fd));
}

TEST_F(ListenSocketTest, LeavesALiveOneToTheFirstInstance) {
  const auto first = ListenSocket::open(address(), {});
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(ListenSocket::open(address(), {}), FailsWith(ErrorCode::kConflict));
  EXPECT_TRUE(can_connect(path_));
}

TEST_F(ListenSocketTest, LeavesALiveOneOfAStrangerWithoutALock) {
  const UniqueFd stranger(socket(AF_UNIX, SOCK_STREAM, 0));
  const SocketAddress where = SocketAddress::unix_path(path_);
  ASSERT_EQ(bind(stranger.get(), where.get(), where.size()), 0);
  ASSERT_EQ(listen(stranger.get(), 1), 0);
  EXPECT_THAT(ListenSocket::open(address(), {}), FailsWith(ErrorCode::kConflict));
}

TEST_F(ListenSocketTest, ReplacesAStaleOne) {
  {
    const auto killed = ListenSocket::open(address(), {});  // ends without remove(), as by KILL
    ASSERT_THAT(killed, IsOk());
  }
  ASSERT_TRUE(std::filesystem::exists(path_));
  ASSERT_FALSE(can_connect(path_));
  const auto next = ListenSocket::open(address(), {});
  ASSERT_THAT(next, IsOk());
  EXPECT_TRUE(can_connect(path_));
}

TEST_F(ListenSocketTest, NeverRemovesAFileThatIsNoSocket) {
  std::ofstream(path_) << "precious";
  EXPECT_THAT(ListenSocket::open(address(), {}), FailsWith(ErrorCode::kConflict));
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(ListenSocketTest, LeavesNoFileBehindWhenRemoved) {
  auto made = ListenSocket::open(address(), {});
  ASSERT_THAT(made, IsOk());
  made->remove();
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(ListenSocketTest, RefusesAGroupThatDoesNotExist) {
  ListenOptions options;
  options.socket_group = "no-such-group-here";
  EXPECT_THAT(ListenSocket::open(address(), options), FailsWith(ErrorCode::kNotFound));
}

TEST_F(ListenSocketTest, AdoptsOnlyWhatListens) {
  UniqueFd idle(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_FALSE(is_listening(idle.get()));
  EXPECT_THAT(ListenSocket::adopt(idle.get(), "it"), FailsWith(ErrorCode::kMalformed));
  const SocketAddress where = SocketAddress::unix_path(path_);
  ASSERT_EQ(bind(idle.get(), where.get(), where.size()), 0);
  ASSERT_EQ(listen(idle.get(), 1), 0);
  const auto adopted = ListenSocket::adopt(idle.release(), "it");
  ASSERT_THAT(adopted, IsOk());
  EXPECT_EQ(adopted->listener().transport, model::Transport::kInherited);
  EXPECT_NE(fcntl(adopted->listener().fd, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(ListenSocketTest, NeverBelievesATcpPortMoreForBeingInheritedC13) {
  const std::map<model::Transport, model::Transport> cases = {
      {model::Transport::kInherited, model::Transport::kInheritedTcp},   // of the web server
      {model::Transport::kUnixSocket, model::Transport::kTcp}};          // of systemd
  for (const auto& [local, expected] : cases) {
    UniqueFd tcp(socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(listen(tcp.get(), 1), 0);
    const auto adopted = ListenSocket::adopt(tcp.release(), "it", local);
    ASSERT_THAT(adopted, IsOk());
    EXPECT_EQ(adopted->listener().transport, expected);
    EXPECT_TRUE(model::is_tcp(expected));
  }
}

TEST(ListenSocketReach, IsThatOfTheAddressItIsBoundTo) {
  const std::map<std::string, bool> cases = {
      {"127.0.0.1", false}, {"127.0.0.2", false},          {"::1", false},
      {"0.0.0.0", true},    {"::ffff:127.0.0.1", false}, {"::", true}};
  for (const auto& [host, reachable] : cases) {
    const SocketAddress where = SocketAddress::tcp({host, 0});
    UniqueFd fd(socket(where.get()->sa_family, SOCK_STREAM, 0));
    if (bind(fd.get(), where.get(), where.size()) != 0) continue;  // a machine without IPv6
    ASSERT_EQ(listen(fd.get(), 1), 0);
    const auto adopted = ListenSocket::adopt(fd.release(), "it");
    ASSERT_THAT(adopted, IsOk());
    EXPECT_EQ(adopted->reachable_from_outside(), reachable) << host;
  }
}

}  // namespace
}  // namespace latchkey::server
