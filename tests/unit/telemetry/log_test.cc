#include "latchkey/telemetry/log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <type_traits>

#include "latchkey/model/canonical_request.h"
#include "latchkey/model/decision.h"
#include "latchkey/telemetry/logged_path.h"
#include "support/results.h"

namespace latchkey::telemetry {
namespace {

using ::testing::HasSubstr;

template <typename T>
concept Loggable = requires(const T& value) { Field("name", value); };

// What must never be printed does not compile (O16).
static_assert(!Loggable<SecretString>);
static_assert(Loggable<std::string> && Loggable<std::string_view> && Loggable<bool> &&
              Loggable<int>);
static_assert(Loggable<std::size_t> && Loggable<Seconds>);
// A text that is known only while running is no name.
static_assert(!std::is_constructible_v<Name, std::string>);
static_assert(!std::is_constructible_v<Name, const char*>);

class LogLines : public ::testing::Test {
 protected:
  static TimePoint noon() { return from_unix(1'795'255'200); }  // 2026-11-21T10:00:00Z

  std::string text_of(std::string_view value) {
    Log::to_string(out_, clock_).info("e", {{"v", value}});
    return out_;
  }
  std::string json_of(std::string_view value) {
    Log::to_string(out_, clock_, Level::kDebug, Format::kJson).info("e", {{"v", value}});
    return out_;
  }

  ManualClock clock_{noon()};
  std::string out_;
};

TEST_F(LogLines, WritesTimeLevelEventAndFields) {
  const Log log = Log::to_string(out_, clock_);

  log.info("started", {{"workers", 4}, {"socket", "unix:/run/a.sock"}, {"root", false}});
  log.warn("slow", {{"after", Seconds(30)}});

  EXPECT_EQ(out_,
            "2026-11-21T10:00:00Z info  started workers=4 socket=unix:/run/a.sock root=false\n"
            "2026-11-21T10:00:00Z warn  slow after=30\n");
}

TEST_F(LogLines, WritesOneJsonObjectPerLine) {
  const Log log = Log::to_string(out_, clock_, Level::kDebug, Format::kJson);

  log.error("store_failed", {{"detail", "disk \"full\""}, {"errno", -28}, {"again", true}});

  EXPECT_EQ(out_,
            "{\"time\":\"2026-11-21T10:00:00Z\",\"level\":\"error\",\"event\":\"store_failed\","
            "\"detail\":\"disk \\\"full\\\"\",\"errno\":-28,\"again\":true}\n");
}

TEST_F(LogLines, LeavesOutWhatIsBelowTheLevel) {
  Log log = Log::to_string(out_, clock_, Level::kWarn);

  log.info("quiet");
  log.debug("quiet");
  EXPECT_EQ(out_, "");
  log.set_level(Level::kDebug);
  log.debug("loud");

  EXPECT_EQ(out_, "2026-11-21T10:00:00Z debug loud\n");
}

TEST_F(LogLines, RefusesToEndTheLineForALineBreakInAUserNameC22) {
  EXPECT_EQ(text_of("ann\n2026-11-21T10:00:00Z info  decision reason=allowed"),
            "2026-11-21T10:00:00Z info  e "
            "v=\"ann\\n2026-11-21T10:00:00Z info  decision reason=allowed\"\n");
}

TEST_F(LogLines, RefusesToEndTheJsonObjectForAQuoteC22) {
  EXPECT_THAT(json_of("ann\",\"level\":\"error\r\n"),
              HasSubstr("\"v\":\"ann\\\",\\\"level\\\":\\\"error\\r\\n\"}"));
}

TEST_F(LogLines, EscapesEveryControlCharacterC22) {
  for (int c = 0; c < 0x20; ++c) {
    for (const Format format : {Format::kText, Format::kJson}) {
      std::string line;
      const std::string value(1, static_cast<char>(c));
      Log::to_string(line, clock_, Level::kDebug, format).info("e", {{"v", value}});
      EXPECT_EQ(line.find(value[0]), value[0] == '\n' ? line.size() - 1 : std::string::npos) << c;
    }
  }
  EXPECT_THAT(text_of("\x1b[2J\x7f"), HasSubstr("v=\"\\u001b[2J\\u007f\""));
}

TEST_F(LogLines, EscapesC1ControlsAndWhatReordersTheTerminalC22) {
  EXPECT_THAT(text_of("\xc2\x9b" "31m \xe2\x80\xae \xe2\x80\xa8 \xef\xbb\xbf"),
              HasSubstr("v=\"\\u009b31m \\u202e \\u2028 \\ufeff\""));
}

TEST_F(LogLines, EscapesBytesThatAreNoUtf8C22) {
  // Overlong slash, surrogate, beyond U+10FFFF, lonely continuation, cut character.
  EXPECT_THAT(text_of("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \x80 \xe2\x82"),
              HasSubstr("v=\"\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\x80 \\xe2\\x82\""));
  out_.clear();
  EXPECT_THAT(json_of("\xff"), HasSubstr("\"v\":\"\\\\xff\""));
}

TEST_F(LogLines, KeepsOtherLettersReadable) {
  EXPECT_THAT(text_of("J\xc3\xb6rg \xf0\x9f\x97\x9d"),
              HasSubstr("v=\"J\xc3\xb6rg \xf0\x9f\x97\x9d\""));
}

TEST_F(LogLines, QuotesWhatCouldBeTakenForAnotherField) {
  EXPECT_THAT(text_of("a reason=allowed"), HasSubstr("v=\"a reason=allowed\"\n"));
  out_.clear();
  EXPECT_THAT(text_of("reason=allowed"), HasSubstr("v=\"reason=allowed\"\n"));
  out_.clear();
  EXPECT_THAT(text_of("C:\\"), HasSubstr("v=\"C:\\\\\"\n"));
  out_.clear();
  EXPECT_THAT(text_of(""), HasSubstr("v=\"\"\n"));
}

TEST_F(LogLines, CutsLongValuesAndMarksThem) {
  EXPECT_THAT(text_of(std::string(kValueBytesMax, 'a')), Not(HasSubstr("...")));
  out_.clear();
  EXPECT_THAT(text_of(std::string(kValueBytesMax + 1, 'a')),
              HasSubstr("v=\"" + std::string(kValueBytesMax, 'a') + "...\"\n"));
}

TEST_F(LogLines, NeverCutsInsideACharacter) {
  const std::string long_value = std::string(kValueBytesMax - 1, 'a') + "\xe2\x82\xac and more";
  EXPECT_THAT(text_of(long_value), HasSubstr(std::string(kValueBytesMax - 1, 'a') + "...\"\n"));
}

TEST_F(LogLines, WriteNothingOfTheNullLog) {
  const Log log = Log::null();
  log.error("lost", {{"v", "x"}});
  EXPECT_EQ(out_, "");
}

class DecisionLine : public LogLines {
 protected:
  model::CanonicalRequest request() const {
    model::CanonicalRequest request;
    request.host = "nexus.example";
    request.method = "GET";
    request.path = "/repository/x y";
    request.query = "token=secret-of-the-application";
    return request;
  }
};

TEST_F(DecisionLine, IsWrittenAtInfoForARefusal) {
  const Log log = Log::to_string(out_, clock_, Level::kInfo);

  log.decision(request(), model::Decision::refuse(model::Reason::kNoCredential, "none"),
               "192.0.2.1");

  EXPECT_EQ(
      out_,
      "2026-11-21T10:00:00Z info  decision reason=no_credential host=nexus.example method=GET "
      "path=\"/repository/x y\" user=\"\" auth=\"\" credential=\"\" rule=0 remote=192.0.2.1 "
      "detail=none\n");
}

TEST_F(DecisionLine, IsWrittenAtDebugForWhatIsLetThrough) {
  Log log = Log::to_string(out_, clock_, Level::kInfo);

  log.decision(request(), model::Decision::health(), "");
  EXPECT_EQ(out_, "");
  log.set_level(Level::kDebug);
  log.decision(request(), model::Decision::health(), "");

  EXPECT_THAT(out_, HasSubstr(" debug decision reason=health "));
}

TEST_F(DecisionLine, IsAWarningWhenWeCannotTell) {
  const Log log = Log::to_string(out_, clock_, Level::kWarn);

  log.decision(request(), model::Decision::refuse(model::Reason::kStoreUnavailable, "locked"), "");

  EXPECT_THAT(out_, HasSubstr(" warn  decision reason=store_unavailable "));
}

TEST_F(DecisionLine, NeverHoldsTheQueryO16) {
  const Log log = Log::to_string(out_, clock_);
  log.decision(request(), model::Decision::refuse(model::Reason::kNoRule, ""), "");
  EXPECT_THAT(out_, Not(HasSubstr("secret-of-the-application")));
}

class LogFile : public LogLines {
 protected:
  LogFile() {
    std::string name = std::filesystem::temp_directory_path() / "latchkey-log-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~LogFile() override { std::filesystem::remove_all(directory_); }

  LogOptions options() const { return {Level::kInfo, Format::kText, directory_ + "/l.log"}; }

  std::string contents(const std::string& name) const {
    std::ifstream file(directory_ + "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::string directory_;
};

TEST_F(LogFile, IsMadeForItsOwnerAndGroupAndAppendedTo) {
  {
    const auto log = Log::open(options(), clock_);
    ASSERT_THAT(log, IsOk());
    log->info("first");
  }
  const auto log = Log::open(options(), clock_);
  ASSERT_THAT(log, IsOk());
  log->info("second");

  EXPECT_EQ(contents("l.log"),
            "2026-11-21T10:00:00Z info  first\n2026-11-21T10:00:00Z info  second\n");
  struct stat about {};
  ASSERT_EQ(::stat((directory_ + "/l.log").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0137U, 0U);
}

TEST_F(LogFile, IsOpenedAgainByItsNameAfterRotation) {
  auto log = Log::open(options(), clock_);
  ASSERT_THAT(log, IsOk());
  log->info("before");
  std::filesystem::rename(directory_ + "/l.log", directory_ + "/l.log.1");

  ASSERT_THAT(log->reopen(), IsOk());
  log->info("after");

  EXPECT_THAT(contents("l.log.1"), HasSubstr("before"));
  EXPECT_EQ(contents("l.log"), "2026-11-21T10:00:00Z info  after\n");
}

TEST_F(LogFile, StaysInUseWhenItCannotBeOpenedAgain) {
  auto log = Log::open(options(), clock_);
  ASSERT_THAT(log, IsOk());
  std::filesystem::rename(directory_ + "/l.log", directory_ + "/l.log.1");
  std::filesystem::create_directory(directory_ + "/l.log");

  EXPECT_THAT(log->reopen(), FailsWith(ErrorCode::kUnavailable));
  log->info("still_here");

  EXPECT_THAT(contents("l.log.1"), HasSubstr("still_here"));
}

TEST_F(LogFile, FailsWhereItCannotBeOpened) {
  LogOptions options = this->options();
  options.file = directory_ + "/none/l.log";
  EXPECT_THAT(Log::open(options, clock_), FailsWith(ErrorCode::kUnavailable));
}

TEST(LoggedPath, EndsBeforeTheCredentialThatNpmPutsIntoIt) {
  EXPECT_EQ(without_token("/repository/npm/-/user/token/eyJhbGciOi.x.y"),
            "/repository/npm/-/user/token/");
  EXPECT_EQ(without_token("/repository/npm/-/user"), "/repository/npm/-/user");
}

// Long lines, so that anything that splits a write would show.
TEST_F(LogFile, NeverMixesTheLinesOfSeveralProcesses) {
  constexpr int kProcesses = 4;
  constexpr int kLines = 200;
  const auto log = Log::open(options(), clock_);
  ASSERT_THAT(log, IsOk());
  for (int process = 0; process < kProcesses; ++process) {
    if (::fork() != 0) continue;
    const std::string value(400, static_cast<char>('a' + process));
    for (int i = 0; i < kLines; ++i) {
      log->info("e", {{"a", value}, {"b", value}, {"c", value}, {"d", value}, {"e", value},
                      {"f", value}, {"g", value}, {"h", value}, {"i", value}, {"j", value},
                      {"k", value}, {"l", value}});
    }
    ::_exit(0);
  }
  while (::wait(nullptr) > 0) {
  }

  std::istringstream lines(contents("l.log"));
  std::set<std::string> different;
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) different.insert(line);

  EXPECT_EQ(count, kProcesses * kLines);
  EXPECT_EQ(different.size(), static_cast<std::size_t>(kProcesses));
}

}  // namespace
}  // namespace latchkey::telemetry
