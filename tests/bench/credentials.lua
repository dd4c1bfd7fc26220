-- Sends another credential with each request, round and round. CREDENTIALS names a file of fields as they are
-- sent, one a line. Each thread starts somewhere else.
local fields = {}
for line in io.lines(os.getenv("CREDENTIALS")) do
  local name, value = line:match("^([^:]+): (.*)$")
  fields[#fields + 1] = { [name] = value }
end
local threads = 0
local at = 0

function setup(thread)
  thread:set("offset", threads)
  threads = threads + 1
end

function init()
  at = offset * math.floor(#fields / 2)
end

function request()
  at = at % #fields + 1
  return wrk.format("GET", nil, fields[at])
end
