#!/bin/sh
# Decides about each file, with mod_cgi alone: leads Apache to the file, or refuses.
# The mode is set here, because suEXEC takes names that it does not know out of the environment.
LATCHKEY_MODE=gate
export LATCHKEY_MODE
exec /home/me/latchkey/bin/latchkey-authorizer
