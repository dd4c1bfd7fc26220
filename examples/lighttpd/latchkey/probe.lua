-- The answer for the probe of a load balancer: it says that lighttpd lives, and nothing else.
lighty.r.resp_header["Cache-Control"] = "no-store"
return 200
