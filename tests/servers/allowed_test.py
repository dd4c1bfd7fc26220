"""What the application learns of those who are let through, and what it does not."""


def test_allowed_by_a_session_with_all_facts(front, session):
    """a session is let through, and the application sees user, groups, mail, display name and how it was proven"""
    front.change_account("alice", group_names="dev\nops", mail="alice@example.com", mail_verified=1,
                         display_name="Alice Example")
    seen = front.nexus.get("/some/page?q=1", cookie=session).seen()
    assert seen["x-forwarded-user"] == ["alice"] and seen["x-forwarded-groups"] == ["dev|ops"]
    assert seen["x-forwarded-mail"] == ["alice@example.com"] and seen["x-forwarded-displayname"] == ["Alice Example"]
    assert seen["x-latchkey-auth"] == ["session"] and "x-latchkey-credential" not in seen


def test_allowed_by_a_credential(front, credential):
    """a credential is let through as Basic and Bearer, and the application sees its owner and its id"""
    ways = [{"basic": (user, credential["password"])} for user in ("alice", "token", "")]
    for way in [*ways, {"bearer": credential["password"]}]:
        seen = front.nexus.get("/repository/maven/x.jar", **way).seen()
        assert seen["x-forwarded-user"] == ["alice"] and seen["x-latchkey-auth"] == ["jwt"], way
        assert seen["x-latchkey-credential"] == [credential["id"]], way


def test_allowed_without_anybody_on_an_open_page(front):
    """a page that is open to anyone is shown to nobody in particular, without an identity"""
    reply = front.nexus.get("/public/page")
    if front.serves_files:
        assert reply.status == 200 and reply.text == "GET /public/page\n", reply
        return
    seen = reply.seen()
    assert seen["x-latchkey-auth"] == ["anonymous"]
    assert not {"x-forwarded-user", "x-forwarded-groups", "x-forwarded-mail", "x-forwarded-displayname"} & set(seen)


def test_empty_facts_are_absent(front):
    """a fact that is not known is an absent field at the application, never an empty one"""
    issued = front.fresh_account("bob")
    seen = front.nexus.get("/x", bearer=issued["password"]).seen()
    assert seen["x-forwarded-user"] == ["bob"]
    assert not {"x-forwarded-groups", "x-forwarded-mail"} & set(seen), seen


def test_credential_and_cookie_stay_here(front, session, credential):
    """neither latchkey's cookies nor the Authorization field reach the application; other cookies do"""
    kept = front.nexus.get("/x", cookie=f"theme=dark; {session}; other=1").seen()["cookie"]
    assert [part.strip() for part in kept[0].split(";")] == ["theme=dark", "other=1"]
    seen = front.nexus.get("/x", cookie=session, bearer=credential["password"]).seen()
    assert "authorization" not in seen and "cookie" not in seen
    planted = "; ".join(f"latchkey-login={number}" for number in range(6))
    for cookies in (f"{session}; {planted}", f"{planted}; {session}"):
        seen = front.nexus.get("/x", cookie=cookies).seen()
        assert session.split("=", 1)[1] not in str(seen), cookies


def test_large_groups(front, credential):
    """groups close to the limit reach the application whole; beyond it the request is refused with 403"""
    root = front.fresh_account("root")
    names = [f"group-{number:04d}-{'x' * 30}" for number in range(120)]
    fits = next(count for count in range(120, 0, -1) if len("|".join(names[:count])) < 3700)
    front.change_account("root", group_names="\n".join(names[:fits]))
    seen = front.nexus.get("/x", bearer=root["password"]).seen()
    assert seen["x-forwarded-groups"] == ["|".join(names[:fits])] and seen["x-forwarded-user"] == ["root"]
    front.change_account("root", group_names="\n".join(names))
    front.application.clear()
    assert front.nexus.get("/too-many", bearer=root["password"]).status == 403
    assert front.application.requests == []


def test_two_cookie_lines_plant_nothing(front, session, credential):
    """a session in a second Cookie field, which servers join in their own ways, is found or not, but never another's"""
    own, bob = session, front.sign_in("bob")
    comma = front.name.startswith(("apache", "caddy"))  # they join the fields by one, others by a semicolon or not at all
    for first, second in ((own, "a=1"), ("a=1", own), (f"a=b, {bob}", own), (own, f"a=1, {bob}")):
        reply = front.nexus.get("/x", fields=[("Cookie", first), ("Cookie", second)])
        assert reply.status == (401 if comma else 200), reply
        if not comma:
            assert reply.seen()["x-forwarded-user"] == ["alice"], (first, second)
    for planted in (f"a=b, {bob}", f"a=b,{bob}"):
        assert front.nexus.get("/x", cookie=planted).status == 401
    both = front.nexus.get("/x", fields=[("Cookie", own), ("Cookie", bob)])
    assert both.status == (401 if comma else 400), both
