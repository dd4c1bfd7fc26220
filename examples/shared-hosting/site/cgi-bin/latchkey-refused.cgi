#!/bin/sh
# What a refused client gets, with mod_fcgid: the way to the sign-in, a challenge, or a page that explains.
# The mode is set here, because suEXEC takes names that it does not know out of the environment.
LATCHKEY_MODE=refused
export LATCHKEY_MODE
exec /home/me/latchkey/bin/latchkey-authorizer
