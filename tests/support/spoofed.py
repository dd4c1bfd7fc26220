"""Names under which a client could try to bring an identity along, and the ways to spell them."""

SPOOFED = ["X-Forwarded-User", "X-Forwarded-Groups", "X-Forwarded-Mail", "X-Forwarded-DisplayName",
           "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Latchkey-Auth", "X-Latchkey-Credential",
           "X-Latchkey-Reason", "X-SSO-USER", "Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name",
           "X-Remote-User", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups",
           "X-Auth-Request-Preferred-Username", "X-Auth-Request-Access-Token", "X-Latchkey-User", "X-Latchkey-Groups",
           "X-Latchkey-Mail", "X-Latchkey-Email", "X-Latchkey-Name"]
# Names that nobody uses, of the families that are latchkey's own and oauth2-proxy's.
BEYOND = ["X-Latchkey-Anything", "X-Auth-Request-Anything"]
SPELLINGS = {"as_is": str, "lower": str.lower, "upper": str.upper,
             "underscores": lambda name: name.replace("-", "_"),
             "mixed": lambda name: name.replace("-", "_", 1),
             "mixed_last": lambda name: "_".join(name.rsplit("-", 1)),
             "dots": lambda name: name.replace("-", "."),
             "tildes": lambda name: name.replace("-", "~"),
             "signs": lambda name: name.replace("-", "!", 1).replace("-", "|")}
