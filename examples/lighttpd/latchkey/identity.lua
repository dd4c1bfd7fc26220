-- Runs twice in a request: before latchkey is asked and, if lighttpd took its answer for an approval,
-- once more. The application learns only what latchkey said between the two.
local request = lighty.r
local field = request.req_header
local said = request.req_env                   -- no client can set these names

-- What latchkey says, and the field in which the application gets it: an empty field is not sent.
local facts = {
  REMOTE_USER         = "X-Forwarded-User",
  REMOTE_GROUPS       = "X-Forwarded-Groups",
  REMOTE_MAIL         = "X-Forwarded-Mail",
  REMOTE_DISPLAY_NAME = "X-Forwarded-DisplayName",
  LATCHKEY_AUTH       = "X-Latchkey-Auth",
  LATCHKEY_CREDENTIAL = "X-Latchkey-Credential",
}

-- Names under which proxies hand on an identity or an address. Nobody may bring one along, and to a CGI
-- or FastCGI application each sign that is no letter or digit is the same.
local refused = {}
for name in ([[
  x-forwarded-user x-forwarded-groups x-forwarded-mail x-forwarded-displayname x-forwarded-email
  x-forwarded-preferred-username x-sso-user remote-user remote-groups remote-email remote-name
  x-remote-user forwarded x-forwarded-for x-forwarded-proto x-forwarded-host x-host x-real-ip
  x-original-url x-rewrite-url
]]):gmatch("%S+") do
  refused[name] = true
end

local function is_refused(name)
  local plain = name:lower():gsub("[^%w]", "-")
  return refused[plain] or plain:find("^x%-latchkey%-") or plain:find("^x%-auth%-request%-")
end

local function clear_what_the_client_brought()
  local found = {}
  for name in pairs(field) do
    if is_refused(name) then found[#found + 1] = name end
  end
  for _, name in ipairs(found) do field[name] = "" end
end

-- The Cookie field without latchkey's own cookies.
local function cookies_of_the_application(cookies)
  local kept = {}
  for pair in cookies:gmatch("[^;]+") do
    local name = pair:match("^%s*([^=]*)"):gsub("%s+$", "")
    local ours = name:gsub("^__Host%-", "")
    if ours ~= "latchkey" and ours ~= "latchkey-login" then kept[#kept + 1] = pair end
  end
  return (table.concat(kept, ";"):gsub("^%s+", ""))
end

-- lighttpd takes an answer that is empty, cut off or has no status for an approval. None of these says how
-- somebody was proven; a real one always does, and has a name or says that nobody needs one here.
local function is_approved()
  local proof = said.LATCHKEY_AUTH or ""
  local user = said.REMOTE_USER or ""
  return proof ~= "" and (user ~= "" or proof == "anonymous")
end

clear_what_the_client_brought()

if said.LATCHKEY_ASKED == nil then
  said.LATCHKEY_ASKED = "1"
  -- How lighttpd reads the path: latchkey refuses what it would read in another way.
  said.LATCHKEY_PATH = request.req_attr["uri.path"]:gsub("%%2f", "%%2F")
  return 0
end
if not is_approved() then return 403 end

for fact, name in pairs(facts) do field[name] = said[fact] or "" end
field["X-Real-IP"] = request.req_attr["request.remote-addr"]
field["Cookie"] = cookies_of_the_application(field["Cookie"] or "")
-- The credential is latchkey's, unless the configuration leaves the field to the application here.
if said.LATCHKEY_AUTHORIZATION ~= "application" then field["Authorization"] = "" end
-- With `Upgrade: h2c` a client could get a tunnel to the application, in which nobody asks latchkey.
if (field["Upgrade"] or ""):lower() ~= "websocket" then field["Upgrade"] = "" end
return 0
