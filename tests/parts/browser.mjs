// What a person does, in Chromium. usage: node browser.mjs provider|local|targets on|off ORIGIN PICTURES
// environment: PARTS (folder of node_modules), CHROMIUM. The last line of output is JSON: what was seen.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const { chromium } = createRequire(`${process.env.PARTS}/`)('playwright-core');
const [, , story, scripts, origin, pictures] = process.argv;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const context = await browser.newContext({ javaScriptEnabled: scripts === 'on' });
const page = await context.newPage();
page.setDefaultTimeout(15000);
const seen = { violations: [], errors: [] };
page.on('console', (m) => { if (/Content.Security.Policy|Refused to/i.test(m.text())) seen.violations.push(m.text()); });
page.on('pageerror', (e) => seen.errors.push(String(e)));
const shot = (name) => page.screenshot({ path: `${pictures}/${story}-${scripts}-${name}.png`, fullPage: true });
const sessionCookie = async () => (await context.cookies(origin)).find((c) => c.name.endsWith('latchkey'));

async function atTheProvider() {
  await page.fill('input[name=username]', 'alice');
  await page.fill('input[name=password]', 'alice-pw');
  await Promise.all([page.waitForURL((u) => u.href.startsWith(origin)), page.click('button[name=login]')]);
}

// Creates a credential on the page and returns its secret, as a person would copy it.
async function create(label) {
  await page.goto(`${origin}/cli/credentials`);
  await page.fill('input[name=label]', label);
  await page.click('form:has(input[name=label]) button[type=submit], form:has(input[name=label]) button:not([type])');
  await page.waitForLoadState();
  const html = await page.content();
  const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(html);
  if (!token) throw new Error(`no secret on the page: ${html.slice(0, 2000)}`);
  await shot(`secret-${label}`);
  return token[0];
}

if (story === 'provider') {
  await page.goto(`${origin}/deep/page?x=1`);
  await shot('choose');
  await Promise.all([page.waitForURL(/localhost/), page.click('text=Company sign-in')]);
  await atTheProvider();
  seen.application = await page.textContent('body');
  const cookie = await sessionCookie();
  seen.cookie = `${cookie.name}=${cookie.value}`;
  seen.cookies = { httpOnly: cookie.httpOnly, sameSite: cookie.sameSite };
  seen.revoked = await create(`laptop-${scripts}`);
  seen.secret = await create(`ci-${scripts}`);
  await page.goto(`${origin}/cli/credentials`);
  await shot('credentials');
  const body = await page.textContent('body');
  seen.owner = body.includes('alice') ? 'alice' : '';
  if (body.includes(seen.secret)) throw new Error('the secret is shown again');
  const row = page.locator('tr, li, article, section').filter({ hasText: `laptop-${scripts}` }).filter({ has: page.locator('form[action*="/revoke"]') }).last();
  seen.listed = await page.locator('form[action*="/revoke"]').count();
  await row.locator('form[action*="/revoke"] button').click();
  await page.waitForLoadState();
  await shot('revoked');
  await page.goto(`${origin}/oauth/logout`);
  await shot('logout');
  await page.click('main form button');
  await page.waitForLoadState();
  if (page.url().includes('/session/end')) { await page.click('button[name=logout]'); await page.waitForLoadState(); }
  await page.goto(`${origin}/deep/page`);
  seen.afterLogout = page.url().startsWith(`${origin}/oauth/login`) ? 'sign-in' : page.url().includes('localhost') ? 'provider' : page.url();
} else if (story === 'targets') {
  // Where this engine takes each line of targets.json, as a link and as an address, from a page of the site.
  await page.goto(`${origin}/whoami`);
  seen.origins = await page.evaluate((targets) => targets.map((target) => {
    const link = document.createElement('a');
    link.href = target;
    try { return [new URL(target, location.href).origin, link.origin]; } catch { return ['no URL', link.origin]; }
  }), JSON.parse(readFileSync('targets.json', 'utf8')));
} else {
  await page.goto(`${origin}/hello`);
  seen.pageBytes = (await page.content()).length;
  await page.fill('input[name=username]', 'carol');
  await page.fill('input[name=password]', 'wrong');
  const [refused] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.click('form:has(input[name=password]) button')]);
  seen.wrong = refused.status();
  await page.waitForLoadState();
  await shot('wrong');
  await page.fill('input[name=username]', 'carol');
  await page.fill('input[name=password]', 'carol-pw');
  await Promise.all([page.waitForURL(/\/hello/), page.click('form:has(input[name=password]) button')]);
  seen.application = await page.textContent('body');
}
await browser.close();
console.log(JSON.stringify(seen));
