-- SPDX-License-Identifier: GPL-2.0-only OR MIT
-- Asks for each line of a file in turn (path, tab, ETag or nothing), or posts a whole file; tells the figures in one line.
local requests, at = {}, 0

function init(arguments)
  local kind, file = arguments[1], arguments[2]
  if kind == "post" then
    local body = io.open(file):read("*a")
    local headers = { ["Content-Type"] = "application/json" }
    requests[1] = wrk.format("POST", "/v1/resolve", headers, body)
    return
  end
  for line in io.lines(file) do
    local path, tag = line:match("^(%S+)\t?(.*)$")
    requests[#requests + 1] = wrk.format("GET", path, tag ~= "" and { ["If-None-Match"] = tag } or {})
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local wrong = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("FIGURES %d %d %d %d", summary.requests, summary.duration, latency:percentile(99), wrong))
end
