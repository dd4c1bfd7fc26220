-- Sends a different token with each request, round and round. Each thread starts somewhere else.
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = "Bearer " .. line end
local threads = 0
local at = 0

function setup(thread)
  thread:set("offset", threads)
  threads = threads + 1
end

function init()
  at = offset * math.floor(#tokens / 2)
end

function request()
  at = at % #tokens + 1
  return wrk.format("GET", nil, { ["Authorization"] = tokens[at] })
end
