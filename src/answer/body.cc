#include "body.h"

namespace latchkey::answer {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string link(const std::string& url) {
  return "<a href=\"" + escaped(url) + "\">" + escaped(url) + "</a>";
}

// The places to go instead: a wildcard is no address, so it is shown, not linked.
std::string host_list(const RefusalSettings& settings) {
  std::string list = "<ul>";
  for (const std::string& name : settings.hosts.names()) {
    const bool wildcard = name.starts_with('*');
    const std::string shown = wildcard ? escaped(name) : link(settings.hosts.origin_of(name) + "/");
    list += "<li>" + shown + "</li>";
  }
  return list + "</ul>";
}

std::string way_out(const RefusalSettings& settings, const Refused& refused, model::Reason reason) {
  if (reason == model::Reason::kUnknownHost) return host_list(settings);
  if (reason == model::Reason::kHttpsRequired) {
    return "<p>" + link(settings.hosts.https_origin_of(refused.request.host) + "/") + "</p>";
  }
  return {};
}

}  // namespace

std::string page(const RefusalSettings& settings, const Refused& refused, model::Reason reason,
                 const Words& words) {
  std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  html += escaped(words.title) + " - " + escaped(settings.title);
  html += "</title></head>\n<body><h1>" + escaped(words.title) + "</h1>\n<p>";
  html += escaped(words.sentence) + "</p>\n";
  html += way_out(settings, refused, reason);
  html += "<p><small>" + escaped(model::name_of(reason)) + "</small></p>\n</body></html>\n";
  return html;
}

std::string error_list(const Words& words) {
  return R"({"errors":[{"code":")" + std::string(words.docker_code) + R"(","message":")" +
         std::string(words.sentence) + R"(","detail":null}]})" + "\n";
}

std::string text(const RefusalSettings& settings, model::Reason reason, const Words& words) {
  std::string line(words.sentence);
  if (reason == model::Reason::kUnknownHost) {
    line += " Use one of:";
    for (const std::string& name : settings.hosts.names()) line += " " + name;
  }
  return line + "\n";
}

}  // namespace latchkey::answer
