// Answers as servers write them, and probes as they are sent.
#include "latchkey/remote/probe.h"

#include <gtest/gtest.h>

#include "loopback_server.h"
#include "support/results.h"

namespace latchkey::remote {
namespace {

using testing::LoopbackServer;

RawReply whole(std::string_view bytes, Body body = Body::kExpected) {
  const auto reply = read_reply(bytes, body, More::kMayCome);
  EXPECT_TRUE(reply.has_value()) << bytes;
  return reply.value_or(RawReply());
}

TEST(RawReply, HasStatusFieldsInOrderAndTheBody) {
  const RawReply reply = whole("HTTP/1.1 401 Unauthorized\r\nA: 1\r\nb:  2 \r\na: 3\r\n"
                               "Content-Length: 2\r\n\r\nhi");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.all("A"), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(reply.first("B"), "2");
  EXPECT_EQ(reply.first("absent"), "");
  EXPECT_EQ(reply.body, "hi");
}

TEST(RawReply, IsWholeOnlyWithItsBody) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel";
  EXPECT_FALSE(read_reply(bytes, Body::kExpected, More::kMayCome));
  EXPECT_EQ(read_reply(bytes, Body::kExpected, More::kNever)->body, "hel");
  EXPECT_EQ(whole("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Body::kNone).body, "");
}

TEST(RawReply, JoinsChunks) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n";
  EXPECT_EQ(whole(bytes).body, "abcdefg");
  EXPECT_FALSE(read_reply(bytes.substr(0, bytes.size() - 9), Body::kExpected, More::kMayCome));
}

TEST(RawReply, WithAnAbsurdChunkEnds) {
  for (const char* size : {"ffffffffffffffff", "-1", "xyz", ""}) {
    const std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                              std::string(size) + "\r\nabc\r\n";
    const auto reply = read_reply(bytes, Body::kExpected, More::kNever);
    ASSERT_TRUE(reply.has_value()) << size;
    EXPECT_LE(reply->body.size(), bytes.size()) << size;
  }
}

TEST(RawReply, SkipsInterimAnswersButNotASwitch) {
  EXPECT_EQ(whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").status, 204);
  EXPECT_EQ(whole("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n").status, 101);
}

TEST(RawReply, OfSilenceHasNoStatus) {
  EXPECT_EQ(read_reply("", Body::kExpected, More::kNever)->status, 0);
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\n", Body::kExpected, More::kNever)->status, 0);
  EXPECT_EQ(read_reply("garbage\r\n\r\n", Body::kExpected, More::kNever)->status, 0);
  EXPECT_FALSE(read_reply("HTTP/1.1 200 OK\r\n", Body::kExpected, More::kMayCome));
}

TEST(Prober, SendsExactlyTheBytesItIsGiven) {
  LoopbackServer server("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  const std::string request = "get //a/../%2e HTTP/1.1\r\nHost: a\r\nHost: b\r\nX_Y: 1\r\n\r\n";
  const auto reply = make_curl_prober()->exchange({.origin = server.url("")}, request,
                                                  Body::kExpected);
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->status, 400);
  server.stop();
  EXPECT_EQ(server.received(), request);
}

TEST(Prober, MakesAConnectionOfItsOwnForEachProbe) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const std::unique_ptr<Prober> prober = make_curl_prober();
  for (int i = 0; i < 3; ++i) {
    const auto reply = prober->exchange({.origin = server.url("")},
                                        "GET / HTTP/1.1\r\n\r\n", Body::kExpected);
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(reply->status, 200);
  }
  server.stop();
  EXPECT_EQ(server.connections(), 3);
}

TEST(Prober, ConnectsWhereItIsTold) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const std::string address = server.url("").substr(std::string("http://").size());
  const Endpoint endpoint{.origin = "http://no-such-host.invalid", .connect_to = address};
  EXPECT_THAT(make_curl_prober()->exchange(endpoint, "GET / HTTP/1.1\r\n\r\n", Body::kExpected),
              IsOk());
}

TEST(Prober, GivesUpOnSilenceAndOnNobody) {
  LoopbackServer silent("");
  const std::unique_ptr<Prober> prober = make_curl_prober();
  EXPECT_THAT(prober->exchange({.origin = silent.url(), .deadline = Seconds(1)},
                               "GET / HTTP/1.1\r\n\r\n", Body::kExpected),
              FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(prober->exchange({.origin = "http://127.0.0.1:1"}, "GET / HTTP/1.1\r\n\r\n",
                               Body::kExpected),
              FailsWith(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace latchkey::remote
