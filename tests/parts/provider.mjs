// A real OpenID Connect provider (panva oidc-provider) with a form to sign in, on loopback, in memory.
// usage: node provider.mjs      environment: OP_PORT, OP_CONFIG (a JSON file: {clients, users, claims}), OP_ALGS,
// OP_GENERATION (part of the keys' names: a restart with another one has rotated them), OP_PARTS (node_modules)
// What the tests turn: POST /__test/faults, POST /__test/users, GET /__test/log (what we were asked; drained).
import { readFileSync } from 'node:fs';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
// oidc-provider 9 calls URL.parse() in its CORS and URL checks; Node 20 does not have it (added in 22.1)
URL.parse ??= (u, b) => { try { return new URL(u, b); } catch { return null; } };
const parts = createRequire(`${process.env.OP_PARTS}/`);
const { default: Provider } = await import(parts.resolve('oidc-provider'));

const port = Number(process.env.OP_PORT);
const issuer = process.env.OP_ISSUER || `http://127.0.0.1:${port}`;
const cfg = process.env.OP_CONFIG ? JSON.parse(readFileSync(process.env.OP_CONFIG, 'utf8')) : {};
const ttl = { access: 60, id: 60, refresh: 3600, session: 3600, ...cfg.ttl };
const users = cfg.users || {
  alice: { password: 'alice-pw', email: 'alice@example.test', name: 'Alice Example', groups: ['dev', 'ops'] },
  bob:   { password: 'bob-pw', email: 'bob@example.test', name: 'Bob Example', groups: ['dev'] },
};
const clients = cfg.clients || [{
  client_id: 'rp', client_secret: 'rp-secret-rp-secret-rp-secret-0001',
  redirect_uris: ['http://127.0.0.1:8080/auth/callback'],
  post_logout_redirect_uris: ['http://127.0.0.1:8080/'],
  backchannel_logout_uri: 'http://127.0.0.1:8080/auth/backchannel',
  backchannel_logout_session_required: true,
  grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'RS256',
}];
const jwk = (kid, alg = 'RS256') => {
  const k = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...k.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
};
const jwks = { keys: (process.env.OP_ALGS || 'RS256,ES256').split(',').map((a) => jwk(`${a.toLowerCase()}-${process.env.OP_GENERATION || 1}`, a)) };

const account = (id) => (users[id] && !users[id].disabled ? {
  accountId: id,
  claims: () => { const { password, disabled, ...c } = users[id]; return { sub: id, ...c }; },
} : undefined);
const provider = new Provider(issuer, {
  clients, jwks,
  findAccount: (ctx, id) => account(id),
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'], groups: ['groups'], ...cfg.claims },
  scopes: ['openid', 'offline_access', 'email', 'profile', 'groups'],
  conformIdTokenClaims: false, // put email/name/groups in the ID token as well as in userinfo
  cookies: { keys: ['test-only-cookie-key'] },
  pkce: { required: () => process.env.OP_PKCE === 'required' },
  ttl: { AccessToken: ttl.access, IdToken: ttl.id, RefreshToken: ttl.refresh, Session: ttl.session,
    Interaction: 600, Grant: ttl.refresh, AuthorizationCode: 60 },
  rotateRefreshToken: process.env.OP_ROTATE !== '0',
  issueRefreshToken: async (ctx, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true }, introspection: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true,
      logoutSource: async (ctx, form) => { ctx.type = 'html'; ctx.body =
        `<!doctype html><title>Sign out</title>${form}<button autofocus form="op.logoutForm" value="yes" name="logout">Sign out</button>`; } },
  },
  // v9 refuses to fetch from loopback (back-channel logout, jwks_uri) by its own dispatcher: use plain fetch
  fetch: (u, { dispatcher, ...o }) => fetch(u, o),
  interactions: { url: (ctx, i) => `/interaction/${i.uid}` },
  // first-party: no consent screen, a grant is made on the fly
  loadExistingGrant: async (ctx) => {
    const { provider: p, client, session, params } = ctx.oidc;
    const gid = session.grantIdFor(client.clientId);
    const g = (gid && await p.Grant.find(gid)) || new p.Grant({ clientId: client.clientId, accountId: session.accountId });
    g.addOIDCScope(params.scope); await g.save(); return g;
  },
});
for (const ev of ['server_error', 'backchannel.error', 'backchannel.success', 'grant.error', 'authorization.error']) {
  provider.on(ev, (ctx, e) => console.error(ev, e?.clientId || e));
}

// ---- test control and login form, in front of the provider ----
const log = []; let faults = []; // fault: {path, count, status|delay_ms|reset}
const body = (req) => new Promise((ok) => { let b = ''; req.on('data', (d) => { b += d; }); req.on('end', () => ok(b)); });
const json = (res, o, s = 200) => { res.writeHead(s, { 'content-type': 'application/json' }); res.end(JSON.stringify(o)); };
const esc = (s) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const cb = provider.callback();
createServer(async (req, res) => {
  const u = new URL(req.url, issuer);
  if (u.pathname === '/__test/log') { const l = log.splice(0); return json(res, l); }
  if (u.pathname === '/__test/faults') { faults = JSON.parse(await body(req) || '[]'); return json(res, faults); }
  if (u.pathname === '/__test/users') { for (const [k, v] of Object.entries(JSON.parse(await body(req) || '{}'))) users[k] = { ...users[k], ...v }; return json(res, users); }
  log.push({ method: req.method, path: u.pathname, query: u.search, auth: req.headers.authorization?.split(' ')[0] });
  const f = faults.find((x) => u.pathname === x.path && (x.count ?? 1) > 0);
  if (f) {
    f.count = (f.count ?? 1) - 1;
    if (f.delay_ms) await new Promise((r) => setTimeout(r, f.delay_ms));
    if (f.reset) return req.socket.destroy();
    if (f.status) return json(res, { error: 'temporarily_unavailable' }, f.status);
  }
  const m = /^\/interaction\/([\w-]+)$/.exec(u.pathname);
  if (!m) return cb(req, res);
  try {
    const d = await provider.interactionDetails(req, res);
    let err = '';
    if (d.prompt.name === 'consent') { // prompt=consent (needed for offline_access): granted at once
      const g = (d.grantId && await provider.Grant.find(d.grantId)) || new provider.Grant({ accountId: d.session.accountId, clientId: d.params.client_id });
      g.addOIDCScope(d.params.scope);
      return await provider.interactionFinished(req, res, { consent: { grantId: await g.save() } }, { mergeWithLastSubmission: true });
    }
    if (req.method === 'POST') {
      const p = new URLSearchParams(await body(req)); const id = p.get('username');
      if (p.get('cancel')) return await provider.interactionFinished(req, res, { error: 'access_denied', error_description: 'cancelled' });
      if (account(id) && users[id].password === p.get('password')) {
        return await provider.interactionFinished(req, res, { login: { accountId: id, amr: ['pwd'] } }, { mergeWithLastSubmission: false });
      }
      err = '<p class="err">Wrong user or password</p>';
    }
    res.writeHead(err ? 401 : 200, { 'content-type': 'text/html', 'cache-control': 'no-store' });
    res.end(`<!doctype html><title>Test IdP sign in</title><h1>Test IdP (${esc(d.prompt.name)})</h1>${err}
<form method="post"><input name="username" autofocus><input name="password" type="password"><button name="login" value="1">Sign in</button>
<button name="cancel" value="1">Cancel</button></form>`);
  } catch (e) { json(res, { error: e.name, error_description: e.error_description || e.message }, 400); }
}).listen(port, '127.0.0.1', () => console.log(`READY ${issuer} pid=${process.pid} ${randomUUID()}`));
