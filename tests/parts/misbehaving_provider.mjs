// A provider that misbehaves in the way that was asked for last: POST /__test/evil with the word. Its
// discovery, keys and endpoints are otherwise what a provider has. Signs in "alice" without asking.
// usage: node misbehaving_provider.mjs PORT
import { createServer } from 'node:http';
import { createHash, createPublicKey, createSign, generateKeyPairSync, createHmac, randomUUID } from 'node:crypto';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const jwk = (key, kid) => ({ ...createPublicKey(key.privateKey).export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });
const b64 = (x) => Buffer.from(typeof x === 'string' ? x : JSON.stringify(x)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

let evil = 'good';
let nonce = '';
const asked = {};
const listener = [];

const claims = {
  exp: (p) => { p.exp = now() - 3600; },
  noexp: (p) => { delete p.exp; },
  exp_text: (p) => { p.exp = 'tomorrow'; },
  exp_huge: (p) => { p.exp = 1e300; },
  iat_future: (p) => { p.iat = now() + 3600; },
  nbf: (p) => { p.nbf = now() + 3600; },
  iss: (p) => { p.iss = 'http://127.0.0.1:1'; },
  noiss: (p) => { delete p.iss; },
  aud: (p) => { p.aud = 'another-client'; },
  noaud: (p) => { delete p.aud; },
  aud_empty: (p) => { p.aud = []; },
  aud_list_no_azp: (p) => { p.aud = ['rp', 'another-client']; },
  azp: (p) => { p.aud = ['rp', 'another-client']; p.azp = 'another-client'; },
  nonce: (p) => { p.nonce = 'wrong'; },
  nononce: (p) => { delete p.nonce; },
  nosub: (p) => { delete p.sub; },
  sub_number: (p) => { p.sub = 7; },
  crlf: (p) => { p.preferred_username = 'alice\r\nX-Forwarded-Groups: admins'; },
  nul: (p) => { p.preferred_username = 'alice\0'; },
  utf8: (p) => { p.preferred_username = 'łukasz'; },
  noname: (p) => { delete p.preferred_username; },
  huge: (p) => { p.preferred_username = 'a'.repeat(900000); },
  huge_groups: (p) => { p.groups = Array.from({ length: 3000 }, (_, i) => `group-${i}`); },
  delimiter_group: (p) => { p.groups = ['dev', 'a|admins', 'x\r\nY: 1', 'ops']; },
  mail_two_at: (p) => { p.email = 'a@evil.test@corp.test'; },
  mail_denied: (p) => { p.email_verified = false; },
  at_hash: (p) => { p.at_hash = 'AAAAAAAAAAAAAAAAAAAAAA'; },
};
const headers = {
  kid: (h) => { h.kid = 'unknown'; },
  crit: (h) => { h.crit = ['exp']; },
  jku: (h) => { h.jku = `${issuer}/__test/listen`; },
  embedded: (h) => { h.jwk = jwk(other, 'x'); h.kid = 'x'; },
};

function idToken() {
  const header = { alg: 'RS256', typ: 'JWT', kid: 'good' };
  const payload = { iss: issuer, aud: 'rp', sub: 'alice-sub', iat: now(), exp: now() + 300, nonce, preferred_username: 'alice',
    name: 'Alice', email: 'alice@corp.test', email_verified: true, groups: ['dev'] };
  claims[evil]?.(payload);
  headers[evil]?.(header);
  if (evil === 'none') return `${b64({ alg: 'none' })}.${b64(payload)}.`;
  if (evil === 'hs256') {
    const text = `${b64({ alg: 'HS256', kid: 'good' })}.${b64(payload)}`;
    const pem = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
  }
  const key = { embedded: other, signature_other_key: other, weak_key: weak }[evil] || pair;
  if (evil === 'weak_key') header.kid = 'weak';
  const text = `${b64(header)}.${b64(payload)}`;
  let token = `${text}.${createSign('sha256').update(text).sign(key.privateKey).toString('base64url')}`;
  if (evil === 'signature_changed') token = token.replace(/.(.{20})$/, (m, rest) => (m[0] === 'A' ? 'B' : 'A') + rest);
  if (evil === 'payload_changed') token = token.replace(/\.[^.]*\./, `.${b64({ ...payload, preferred_username: 'root' })}.`);
  if (evil === 'padded') token += '=';
  return token;
}

const json = (res, body, status = 200) => { res.writeHead(status, { 'content-type': 'application/json' }); res.end(typeof body === 'string' ? body : JSON.stringify(body)); };

createServer((req, res) => {
  const url = new URL(req.url, issuer);
  let body = '';
  req.on('data', (d) => { body += d; });
  req.on('end', () => {
    asked[url.pathname] = (asked[url.pathname] || 0) + 1;
    switch (url.pathname) {
      case '/__test/evil': evil = body; return json(res, { evil });
      case '/__test/asked': { const copy = { ...asked }; for (const k in asked) delete asked[k]; return json(res, copy); }
      case '/__test/listen': listener.push(req.url); return json(res, {});
      case '/__test/listened': return json(res, listener);
      case '/.well-known/openid-configuration': {
        if (evil === 'discovery_redirect') { res.writeHead(302, { location: 'http://127.0.0.1:1/' }); return res.end(); }
        const document = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
          userinfo_endpoint: `${issuer}/me`, id_token_signing_alg_values_supported: ['RS256'], authorization_response_iss_parameter_supported: true };
        if (evil === 'discovery_issuer') document.issuer = 'http://127.0.0.1:1';
        if (evil === 'discovery_no_token_endpoint') delete document.token_endpoint;
        if (evil === 'discovery_garbage') return json(res, '{"issuer":');
        if (evil === 'discovery_huge') return json(res, `{"x":"${'y'.repeat(3_000_000)}"}`);
        return json(res, document);
      }
      case '/jwks': return json(res, { keys: [jwk(pair, 'good'), jwk(weak, 'weak')] });
      case '/auth': {
        nonce = url.searchParams.get('nonce') || '';
        const back = new URL(url.searchParams.get('redirect_uri'));
        back.searchParams.set('state', evil === 'state' ? 'other' : url.searchParams.get('state'));
        if (evil === 'denied') { back.searchParams.set('error', 'access_denied'); back.searchParams.set('error_description', '<script>alert(1)</script>\r\nX: 1'); } else back.searchParams.set('code', 'c'.repeat(20));
        if (evil !== 'no_answer_iss') back.searchParams.set('iss', evil === 'answer_iss' ? 'http://127.0.0.1:1' : issuer);
        if (evil === 'code_twice') back.searchParams.append('code', 'second');
        if (evil === 'state_twice') back.searchParams.append('state', 'second');
        res.writeHead(302, { location: back.href });
        return res.end();
      }
      case '/token': {
        const answer = { access_token: randomUUID(), token_type: 'Bearer', expires_in: 60, id_token: idToken() };
        if (evil === 'token_500') return json(res, { error: 'server_error' }, 500);
        if (evil === 'token_503') return json(res, { error: 'temporarily_unavailable' }, 503);
        if (evil === 'token_garbage') return json(res, '<html>');
        if (evil === 'token_array') return json(res, '[]');
        if (evil === 'token_no_id_token') delete answer.id_token;
        if (evil === 'token_no_type') delete answer.token_type;
        if (evil === 'token_error') return json(res, { error: 'invalid_grant' }, 400);
        if (evil === 'token_redirect') { res.writeHead(302, { location: `${issuer}/__test/listen` }); return res.end(); }
        if (evil === 'token_reset') return req.socket.destroy();
        if (evil === 'token_slow') return void setTimeout(() => json(res, answer), 60_000).unref();
        if (evil === 'token_trickle') { res.writeHead(200); const t = setInterval(() => res.write(' '), 200); return void res.on('close', () => clearInterval(t)); }
        return json(res, answer);
      }
      case '/me': return json(res, { sub: evil === 'noname' ? 'somebody-else' : 'alice-sub', preferred_username: 'mallory' });
      default: return json(res, {}, 404);
    }
  });
}).listen(port, '127.0.0.1', () => console.log(`READY ${issuer} ${createHash('sha256').update(issuer).digest('hex').slice(0, 8)}`));
