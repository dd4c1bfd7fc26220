#!/bin/sh
# latchkey's own pages, as plain CGI. What a client appends to the address is no command line here.
exec /home/me/latchkey/bin/latchkey-responder
