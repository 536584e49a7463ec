-- Sends the requests of a file, one after the other and again from its beginning:
--   wrk … -s workload.lua URL -- FILE FIRST [TOKEN]
-- A line is METHOD, PATH, a header's name and value, and a body, between tabs; FIRST is the line to begin with.
-- Prints what came of it as JSON, in a line of its own.

local requests = {}
local position = 0

function init(args)
    for line in io.lines(args[1]) do
        local method, path, name, value, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
        local headers = {}
        if name ~= "" then headers[name] = value end
        if args[3] then headers["Authorization"] = "Bearer " .. args[3] end
        if body ~= "" then
            headers["Content-Type"] = method == "PATCH" and "application/merge-patch+json" or "application/json"
        end
        requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
    position = tonumber(args[2])
end

function request()
    position = position + 1
    return requests[position % #requests + 1]
end

function done(summary, latency, _)
    local errors = summary.errors
    print(string.format(
        '{"requests": %d, "seconds": %.6f, "bytes": %d, "p99_ms": %.3f, "failed": %d}',
        summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(99) / 1e3,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout
    ))
end
