// Web servers that stall, trickle, lie or keep connections; answers that must be whole or nothing.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <thread>

#include "process/fcgi_client.h"
#include "process/pool_process.h"

namespace latchkey::testing {
namespace {

using std::chrono::milliseconds;

// One worker, so that a peer which holds it would starve everybody.
class Peer : public ::testing::Test {
 protected:
  void start() {
    pool_.options.settings.limits.receive = milliseconds(300);
    pool_.options.settings.limits.body = milliseconds(300);
    pool_.options.settings.limits.bodies = fcgi::Bodies::kRead;
    pool_.start();
  }
  PoolProcess pool_;
};

TEST_F(Peer, IsDroppedWhenItSaysNothing) {
  start();
  const UniqueFd silent = connect_to(pool_.where());
  ASSERT_TRUE(silent.valid());
  EXPECT_EQ(ask(pool_.where(), "ok").status(), 200);
  EXPECT_TRUE(is_closed(silent.get()));
}

TEST_F(Peer, IsDroppedWhenItStallsInTheParameters) {
  start();
  const UniqueFd stalled = connect_to(pool_.where());
  const std::string whole = request("ok");
  ASSERT_TRUE(send_bytes(stalled.get(), whole.substr(0, 40)));
  EXPECT_EQ(ask(pool_.where(), "ok").status(), 200);
  EXPECT_TRUE(is_closed(stalled.get()));
}

TEST_F(Peer, CannotHoldAWorkerByTricklingABytePerWhile) {
  start();
  const UniqueFd trickling = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(trickling.get(), begin_record(kResponderRole)));
  std::thread next([this] { EXPECT_EQ(ask(pool_.where(), "ok").status(), 200); });
  // A byte each 20 ms for ever: only a deadline for the whole ends it.
  const std::string endless = record(4, std::string(60'000, '\x01'));
  std::size_t sent = 0;
  while (sent < endless.size() && send_bytes(trickling.get(), endless.substr(sent, 1))) {
    ++sent;
    poll(nullptr, 0, 20);
  }
  next.join();
  EXPECT_LT(sent, 500U);
}

TEST_F(Peer, MayBeSlowWithinTheLimitAcrossTicks) {
  pool_.options.settings.limits.receive = milliseconds(8'000);
  pool_.start();
  const UniqueFd slow = connect_to(pool_.where());
  const std::string whole = request("ok");
  ASSERT_TRUE(send_bytes(slow.get(), whole.substr(0, 30)));
  poll(nullptr, 0, 350);  // the timer ticks several times into the blocked read
  ASSERT_TRUE(send_bytes(slow.get(), whole.substr(30)));
  EXPECT_EQ(read_reply(slow.get()).status(), 200);
}

TEST_F(Peer, CannotHoldAWorkerWithABodyThatNeverComes) {
  start();
  const UniqueFd stalled = connect_to(pool_.where());
  const std::string whole = request("body", {.body = "abc"}, {{"CONTENT_LENGTH", "3"}});
  ASSERT_TRUE(send_bytes(stalled.get(), whole.substr(0, whole.size() - 8)));
  EXPECT_EQ(ask(pool_.where(), "ok").status(), 200);
}

TEST_F(Peer, CannotHoldAWorkerByNotReadingItsAnswer) {
  pool_.options.settings.limits.send = milliseconds(300);
  start();
  const UniqueFd deaf = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(deaf.get(), request("large")));
  EXPECT_EQ(ask(pool_.where(), "ok").status(), 200);
}

TEST_F(Peer, KeepsAConnectionForSeveralRequests) {
  start();
  const UniqueFd kept = connect_to(pool_.where());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send_bytes(kept.get(), request("ok", {.keep = true, .body = "unread"})));
    const Reply reply = read_reply(kept.get());
    EXPECT_EQ(reply.status(), 200);
    EXPECT_TRUE(reply.complete);
  }
}

TEST_F(Peer, LosesAnIdleKeptConnectionToSomebodyWhoWaits) {
  start();
  const UniqueFd kept = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(kept.get(), request("ok", {.keep = true})));
  ASSERT_EQ(read_reply(kept.get()).status(), 200);
  EXPECT_EQ(ask(pool_.where(), "ok").status(), 200);
  EXPECT_TRUE(is_closed(kept.get()));
}

TEST_F(Peer, CannotDelayTheEndByStallingOrKeeping) {
  pool_.options.settings.workers = 3;
  start();
  const UniqueFd kept = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(kept.get(), request("ok", {.keep = true})));
  ASSERT_EQ(read_reply(kept.get()).status(), 200);
  const UniqueFd stalled = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(stalled.get(), request("ok").substr(0, 20)));
  const UniqueFd silent = connect_to(pool_.where());
  pool_.signal(SIGTERM);
  EXPECT_EQ(pool_.exit_status(milliseconds(5'000)), server::kExitGood);
  EXPECT_FALSE(pool_.logged("worker_not_drained")) << pool_.log();
}

// Of those behind the first each waits for a byte, so that more than a few of them would be seen.
TEST_F(Peer, CannotKeepAnotherSocketWaitingByAskingAllTheTime) {
  const std::string other = "unix:" + pool_.path("t");
  pool_.options.sockets = {pool_.where(), other};
  start();
  std::vector<UniqueFd> busy;
  for (int i = 0; i < 30; ++i) {
    busy.push_back(connect_to(pool_.where()));
    ASSERT_TRUE(send_bytes(busy.back().get(), request("wait")));
  }
  ASSERT_TRUE(pool_.signals.entered.take());
  const UniqueFd patient = connect_to(other);
  ASSERT_TRUE(send_bytes(patient.get(), request("ok")));
  for (int i = 0; i < 10; ++i) pool_.signals.release.put();
  EXPECT_EQ(read_reply(patient.get()).status(), 200);
  for (int i = 10; i < 30; ++i) pool_.signals.release.put();
  EXPECT_EQ(read_reply(busy.back().get()).status(), 200);
}

TEST_F(Peer, GetsItsWholeBodyRead) {
  start();
  const std::string body(90'000, 'b');
  const Reply reply = ask(pool_.where(), "body", {.body = body},
                          {{"CONTENT_LENGTH", std::to_string(body.size())}});
  EXPECT_EQ(reply.body(), body);
  const Reply over = ask(pool_.where(), "body", {.body = std::string(200'000, 'b')});
  EXPECT_EQ(over.status(), 400);
  const Reply less = ask(pool_.where(), "body", {.body = "abc"}, {{"CONTENT_LENGTH", "4"}});
  EXPECT_EQ(less.status(), 400);
}

TEST_F(Peer, IsNotAskedForABodyInTheAuthorizerRole) {
  start();
  const Reply reply = ask(pool_.where(), "body", {.role = kAuthorizerRole, .with_stdin = false},
                          {{"CONTENT_LENGTH", "5"}});
  EXPECT_EQ(reply.status(), 200);
  EXPECT_EQ(reply.body(), "");
}

TEST_F(Peer, GetsTheRoleFromTheRecordAndNoParameter) {
  start();
  const Pairs lie = {{"FCGI_ROLE", "AUTHORIZER"}};
  EXPECT_EQ(ask(pool_.where(), "role", {}, lie).body(), "responder");
  EXPECT_EQ(ask(pool_.where(), "role", {.role = kAuthorizerRole}).body(), "authorizer");
  EXPECT_EQ(ask(pool_.where(), "ok", {.role = kFilterRole}).status(), 503);
}

TEST_F(Peer, GetsALargeAnswerWhole) {
  start();
  const Reply reply = ask(pool_.where(), "large");
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(reply.body().size(), 1'000'000U);
}

TEST_F(Peer, GetsARefusalWhereNoAnswerCanBeSent) {
  start();
  for (const char* verb : {"silent", "bad"}) {
    const Reply reply = ask(pool_.where(), verb);
    EXPECT_EQ(reply.status(), 503) << verb;
    EXPECT_TRUE(reply.complete);
  }
}

TEST_F(Peer, GetsNoByteOfAnApprovalFromAWorkerKilledBeforeItsAnswer) {
  start();
  const UniqueFd waiting = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(waiting.get(), request("wait")));
  ASSERT_TRUE(pool_.signals.entered.take());
  pool_.signal(SIGKILL);  // the supervisor; its worker would still answer
  pool_.signals.release.put();
  EXPECT_EQ(read_reply(waiting.get()).status(), 200);
  PoolProcess second;
  second.start();
  EXPECT_FALSE(ask(second.where(), "crash").any);
}

TEST_F(Peer, GetsAWholeHeaderBlockFromAWorkerKilledRightAfterItsAnswer) {
  start();
  const Reply small = ask(pool_.where(), "die-after");
  EXPECT_TRUE(small.complete);
  EXPECT_EQ(small.text, "Status: 200 OK\r\n\r\nok");
}

TEST_F(Peer, GetsAHeaderBlockBeyondLibfcgisBufferInOneWrite) {
  start();
  const UniqueFd fd = connect_to(pool_.where());
  ASSERT_TRUE(send_bytes(fd.get(), request("headers")));
  std::string first(262'144, '\0');
  const ssize_t got = recv(fd.get(), first.data(), first.size(), 0);
  EXPECT_GT(got, 42'000);
  EXPECT_NE(first.find("\r\n\r\n"), std::string::npos);
}

TEST_F(Peer, IsToldWhenItsParametersAreTooManyC12) {
  start();
  const Reply large = ask(pool_.where(), "ok", {}, {{"HTTP_X", std::string(200'000, 'x')}});
  EXPECT_EQ(large.status(), 403);
  Pairs many;
  for (int i = 0; i < 300; ++i) many.emplace_back("HTTP_N" + std::to_string(i), "v");
  EXPECT_EQ(ask(pool_.where(), "ok", {}, many).status(), 403);
}

TEST_F(Peer, NeverGetsAnApprovalForBrokenRecordsC12) {
  pool_.options.settings.workers = 2;
  start();
  const std::string begin = begin_record(kResponderRole);
  const std::string lying = pair_bytes("VERB", "ok").replace(1, 1, "\x7f");
  std::string negative = pair_bytes(std::string(200, 'n'), "v");
  negative[0] = '\xff';
  std::string old_version = request("ok");
  old_version[0] = 9;
  const std::vector<std::pair<std::string, std::string>> attacks = {
      {"garbage", std::string(5'000, 'g')},
      {"http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"unknown version", old_version},
      {"parameters without a beginning", record(4, pair_bytes("VERB", "ok")) + record(4, "")},
      {"a length beyond its record", begin + record(4, lying) + record(4, "")},
      {"a negative length", begin + record(4, negative) + record(4, "")},
      {"an unknown role", begin_record(77) + record(4, "") + record(5, "")},
      {"get-values", record(9, pair_bytes("FCGI_MAX_CONNS", ""), 0)},
      {"an unknown type", record(200, "x", 0)},
      {"a short begin", record(1, "ab")},
  };
  for (const auto& [name, bytes] : attacks) {
    const UniqueFd fd = connect_to(pool_.where());
    ASSERT_TRUE(fd.valid());
    send_bytes(fd.get(), bytes);
    shutdown(fd.get(), SHUT_WR);
    EXPECT_EQ(read_reply(fd.get()).text, "") << name;
    EXPECT_EQ(ask(pool_.where(), "ok").status(), 200) << "after " << name;
  }
}

// libfcgi takes an abort for the end of the parameters. What it answers then goes to the peer that
// wrote them all and is not waiting; what counts is that the worker goes on.
TEST_F(Peer, MayAbortAndLeavesTheWorkerServingC12) {
  start();
  const UniqueFd fd = connect_to(pool_.where());
  const std::string begin = begin_record(kResponderRole) + record(4, pair_bytes("VERB", "silent"));
  ASSERT_TRUE(send_bytes(fd.get(), begin + record(2, "")));
  EXPECT_EQ(read_reply(fd.get()).status(), 503);  // the prepared refusal, as nothing was written
  EXPECT_EQ(ask(pool_.where(), "ok").status(), 200);
}

TEST_F(Peer, CannotSlipASecondRequestIntoOneConnectionC12) {
  start();
  const UniqueFd fd = connect_to(pool_.where());
  const std::string other = begin_record(kResponderRole, false, 2) +
                            record(4, pair_bytes("VERB", "config"), 2) + record(4, "", 2);
  ASSERT_TRUE(send_bytes(fd.get(), begin_record(kResponderRole) + other +
                                       record(4, pair_bytes("VERB", "ok")) + record(4, "") +
                                       record(5, "")));
  // Multiplexing is refused: only the first request is ever answered.
  std::string seen;
  for (Reply reply = read_reply(fd.get()); reply.any; reply = read_reply(fd.get())) {
    seen += reply.text;
  }
  EXPECT_EQ(seen, "Status: 200 OK\r\n\r\nok");
}

}  // namespace
}  // namespace latchkey::testing
