#include "latchkey/telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>

#include <chrono>
#include <type_traits>
#include <utility>

#include "telemetry/escape.h"
#include "telemetry/sink.h"

namespace latchkey::telemetry {
namespace {

const SystemClock kSystemClock;

std::string_view padded(Level level) {
  switch (level) {
    case Level::kDebug: return "debug ";
    case Level::kInfo: return "info  ";
    case Level::kWarn: return "warn  ";
    case Level::kError: return "error ";
  }
  return "error ";
}

std::string_view word_of(Level level) {
  const std::string_view text = padded(level);
  return text.substr(0, text.find(' '));
}

template <typename AppendText>
void append_value(std::string& line, const Field& field, AppendText append_text) {
  std::visit(
      [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string_view>) {
          append_text(line, value);
        } else if constexpr (std::is_same_v<Value, bool>) {
          line += value ? "true" : "false";
        } else {
          line += std::to_string(value);
        }
      },
      field.value());
}

// What follows the time, which the pattern of the formatter writes.
std::string text_line(Level level, Name event, Fields fields) {
  std::string line(padded(level));
  line += event.text();
  std::size_t count = 0;
  for (const Field& field : fields) {
    if (++count > kFieldsMax) break;
    line += ' ';
    line += field.name();
    line += '=';
    append_value(line, field, append_text_value);
  }
  return line;
}

std::string json_line(Level level, Name event, Fields fields) {
  std::string line = "\"level\":\"";
  line += word_of(level);
  line += "\",\"event\":\"";
  line += event.text();
  line += '"';
  std::size_t count = 0;
  for (const Field& field : fields) {
    if (++count > kFieldsMax) break;
    line += ",\"";
    line += field.name();
    line += "\":";
    append_value(line, field, append_json_string);
  }
  line += '}';
  return line;
}

std::unique_ptr<spdlog::formatter> formatter_for(Format format) {
  const char* pattern = format == Format::kJson ? R"({"time":"%Y-%m-%dT%H:%M:%SZ",%v)"
                                                : "%Y-%m-%dT%H:%M:%SZ %v";
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n");
}

}  // namespace

struct Log::Output {
  // `file` is the sink that reopen() asks, or null when there is nothing to open again.
  Output(spdlog::sink_ptr sink, std::shared_ptr<AppendSink> opened, Format line_format,
         const Clock& time)
      : logger("latchkey", std::move(sink)),
        file(std::move(opened)),
        format(line_format),
        clock(time) {
    logger.set_formatter(formatter_for(format));
    logger.set_level(spdlog::level::trace);  // Log itself decides what is written
  }
  spdlog::logger logger;
  std::shared_ptr<AppendSink> file;
  Format format;
  const Clock& clock;
};

Log::Log(std::unique_ptr<Output> output, Level level) : output_(std::move(output)), level_(level) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() = default;

Result<Log> Log::open(const LogOptions& options, const Clock& clock) {
  auto sink = std::make_shared<AppendSink>(options.file);
  LK_CHECK(sink->open());
  return Log(std::make_unique<Output>(sink, sink, options.format, clock), options.level);
}

Log Log::to_stderr(Level level, Format format) {
  auto sink = std::make_shared<AppendSink>();
  return Log(std::make_unique<Output>(sink, nullptr, format, kSystemClock), level);
}

Log Log::to_string(std::string& out, const Clock& clock, Level level, Format format) {
  auto sink = std::make_shared<StringSink>(out);
  return Log(std::make_unique<Output>(sink, nullptr, format, clock), level);
}

Log Log::null() { return Log(nullptr, Level::kError); }

Outcome Log::reopen() {
  if (!output_ || !output_->file) return {};
  return output_->file->open();
}

Outcome Log::give_to(unsigned user, unsigned group) {
  if (!output_ || !output_->file) return {};
  return output_->file->give_to(user, group);
}

void Log::write(Level level, Name event, Fields fields) const {
  if (!output_ || !enabled(level)) return;
  const std::string line = output_->format == Format::kJson ? json_line(level, event, fields)
                                                            : text_line(level, event, fields);
  output_->logger.log(output_->clock.now(), spdlog::source_loc{}, spdlog::level::info, line);
}

}  // namespace latchkey::telemetry
