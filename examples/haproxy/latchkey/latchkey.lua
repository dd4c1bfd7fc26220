-- The action "latchkey": asks latchkey's authorizer about a request, over FastCGI as it speaks it. An
-- approved request goes on with what latchkey said of the person; any other answer goes to the client.
-- Whatever fails on the way is a 503. HAProxy goes on with a request when an action breaks off, so the last
-- thing done to an approved one is to mark it, and the backend denies what bears no mark.
local SOCKET = "unix@/run/latchkey/authorizer.sock"
local SECONDS = 5
local REPLY_BYTES_MAX = 65536

-- What latchkey says in an approval: all of them, the unknown ones empty.
local FACTS = {
  "x-forwarded-user", "x-forwarded-groups", "x-forwarded-mail", "x-forwarded-displayname",
  "x-latchkey-auth", "x-latchkey-credential",
}

-- Names under which proxies hand on an identity or an address. Nobody may bring one along, and some
-- applications cannot tell `-` from `_`, `.`, `~` and other signs.
local refused = {}
for name in ([[
  x-forwarded-user x-forwarded-groups x-forwarded-mail x-forwarded-displayname x-forwarded-email
  x-forwarded-preferred-username x-sso-user remote-user remote-groups remote-email remote-name
  x-remote-user forwarded x-forwarded-for x-forwarded-proto x-forwarded-host x-real-ip
  x-original-url x-rewrite-url
]]):gmatch("%S+") do
  refused[name] = true
end

local function is_refused(name)
  local plain = name:lower():gsub("[^%w]", "-")
  return refused[plain] or plain:find("^x%-latchkey%-") or plain:find("^x%-auth%-request%-")
end

-- All values of a field as one, joined as the field's own rules say.
local function joined(values, separator)
  local list = {}
  for index, value in pairs(values) do list[index + 1] = value end
  return table.concat(list, separator)
end

-- FastCGI, as far as one question needs it.
local BEGIN, ENDED, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6

local function record(kind, content)
  return string.pack(">BBI2I2BB", 1, kind, 1, #content, 0, 0) .. content
end

local function length_of(text)
  return #text < 128 and string.pack("B", #text) or string.pack(">I4", #text | 0x80000000)
end

local function question(params)
  local pairs_of = {}
  for name, value in pairs(params) do
    pairs_of[#pairs_of + 1] = length_of(name) .. length_of(value) .. name .. value
  end
  local stream = table.concat(pairs_of)
  local records = { record(BEGIN, string.pack(">I2B", 1, 0) .. ("\0"):rep(5)) }
  for at = 1, #stream, 65535 do
    records[#records + 1] = record(PARAMS, stream:sub(at, at + 65534))
  end
  records[#records + 1] = record(PARAMS, "") .. record(STDIN, "")
  return table.concat(records)
end

-- Returns: the whole answer, or nil when it is cut off, too large or not ended as FastCGI wants it.
local function answer_of(socket)
  local output, size = {}, 0
  while true do
    local head = socket:receive(8)
    if head == nil or #head ~= 8 then return nil end
    local version, kind, _, length, padding = string.unpack(">BBI2I2B", head)
    local content = length + padding > 0 and socket:receive(length + padding) or ""
    if version ~= 1 or content == nil or #content ~= length + padding then return nil end
    if kind == ENDED then
      local ended_well = length == 8 and string.unpack(">I4B", content) == 0 and content:byte(5) == 0
      return ended_well and table.concat(output) or nil
    elseif kind == STDOUT then
      output[#output + 1] = content:sub(1, length)
      size = size + length
      if size > REPLY_BYTES_MAX then return nil end
    end
  end
end

local function ask(params)
  local socket = core.tcp()
  socket:settimeout(SECONDS)
  if socket:connect(SOCKET) == nil then return nil end
  local answer = socket:send(question(params)) and answer_of(socket)
  socket:close()
  return answer
end

-- Returns: status, fields as {lower-case name: {values}}, body; nothing for what has no status of its own.
local function parse(answer)
  local head, body = answer:match("^(.-\r\n)\r\n(.*)$")
  if head == nil then return nil end
  local status, fields = nil, {}
  for line in head:gmatch("(.-)\r\n") do
    local name, value = line:match("^([^:%s]+):%s*(.-)%s*$")
    if name == nil then return nil end
    name = name:lower()
    if name == "status" then
      status = tonumber(value:match("^%d%d%d$") or value:match("^(%d%d%d) "))
    else
      fields[name] = fields[name] or {}
      table.insert(fields[name], value)
    end
  end
  return status, fields, body
end

local function is_approved(status, fields)
  if status ~= 200 then return false end
  for _, fact in ipairs(FACTS) do
    if fields[fact] == nil or #fields[fact] ~= 1 then return false end
  end
  local user, proof = fields["x-forwarded-user"][1], fields["x-latchkey-auth"][1]
  return proof ~= "" and (user ~= "" or proof == "anonymous")
end

local function params_of(txn, fields)
  local params = {
    LATCHKEY_MODE   = "forward",
    LATCHKEY_SCHEME = txn.f:ssl_fc() == 1 and "https" or "http",   -- behind a balancer: "https"
    REQUEST_METHOD  = txn.f:method(),
    REQUEST_URI     = txn.f:url(),                                  -- raw, as the application gets it
    SERVER_PROTOCOL = "HTTP/" .. txn.f:req_ver(),
    REMOTE_ADDR     = txn.f:src(),
  }
  for name, values in pairs(fields) do
    -- `_` would be taken for `-`.
    if not name:find("[^%w-]") then
      params["HTTP_" .. name:upper():gsub("-", "_")] = joined(values, name == "cookie" and "; " or ", ")
    end
  end
  return params
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

local function set(http, name, value)
  if value == "" then http:req_del_header(name) else http:req_set_header(name, value) end
end

local function pass_on(txn, fields, said)
  local http = txn.http
  for _, fact in ipairs(FACTS) do set(http, fact, said[fact][1]) end
  set(http, "x-real-ip", txn.f:src())
  set(http, "x-forwarded-for", txn.f:src())
  set(http, "x-forwarded-proto", txn.f:ssl_fc() == 1 and "https" or "http")
  set(http, "x-forwarded-host", joined(fields["host"] or {}, ","))
  set(http, "cookie", cookies_of_the_application(joined(fields["cookie"] or {}, "; ")))
  -- The credential is latchkey's, unless the configuration leaves the field to the application here.
  if txn:get_var("txn.latchkey_authorization") ~= "application" then http:req_del_header("authorization") end
  -- With `Upgrade: h2c` a client could get a tunnel to the application, in which nobody asks latchkey; with
  -- `Connection: X-Forwarded-User` it could have a field removed that was set above.
  if joined(fields["upgrade"] or {}, ","):lower() == "websocket" then
    http:req_set_header("connection", "Upgrade")
  else
    http:req_del_header("upgrade")
    http:req_del_header("connection")
  end
  txn:set_var("txn.latchkey_approved", true)
end

local function refuse(txn, status, fields, body)
  local reply = txn:reply({ status = status, body = body })
  for name, values in pairs(fields) do
    for _, value in ipairs(values) do reply:add_header(name, value) end
  end
  txn:done(reply)
end

core.register_action("latchkey", { "http-req" }, function(txn)
  local fields = txn.http:req_get_headers()
  for name in pairs(fields) do
    if is_refused(name) then txn.http:req_del_header(name) end
  end
  local answer = ask(params_of(txn, fields))
  local status, said, body = parse(answer or "")
  if is_approved(status, said) then return pass_on(txn, fields, said) end
  if status == nil or status < 300 then
    status, said, body = 503, { ["cache-control"] = { "no-store" } }, "latchkey cannot be asked.\n"
  end
  refuse(txn, status, said, body)
end, 0)
