// Opens latchkey's pages in Chromium, light and dark, and lets axe-core look at each.
// usage: node accessible.mjs ORIGIN USER PASSWORD PICTURES PAGE=PATH...       environment: PARTS, CHROMIUM
// The last line of output is JSON: {"PAGE-SCHEME": {bytes, violations: [text]}}.
import { createRequire } from 'node:module';
const require = createRequire(`${process.env.PARTS}/`);
const { chromium } = require('playwright-core');
const axe = require.resolve('axe-core/axe.min.js');
const [, , origin, user, password, pictures, ...pages] = process.argv;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const seen = {};
for (const colorScheme of ['light', 'dark']) {
  // axe-core is a script, and our pages take none.
  const context = await browser.newContext({ colorScheme, bypassCSP: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const look = async (name, answer) => {
    await page.evaluate(() => { for (const one of document.querySelectorAll('details')) one.open = true; });
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    seen[`${name}-${colorScheme}`] = { bytes: answer ? (await answer.body()).length : 0,
      violations: violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' ')}`) };
    await page.screenshot({ path: `${pictures}/${name}-${colorScheme}.png`, fullPage: true });
  };
  await look('sign-in', await page.goto(`${origin}/oauth/login`));
  await page.fill('input[name=username]', user);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((u) => !u.href.includes('/oauth/login')), page.click('form:has(input[name=password]) button')]);
  for (const [name, path] of pages.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)])) {
    await look(name, await page.goto(`${origin}${path}`));
  }
  await page.goto(`${origin}/cli/credentials`);
  await page.fill('input[name=label]', 'laptop');
  const [secret] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.click('form:has(input[name=label]) button')]);
  await page.waitForLoadState();
  await look('secret', secret);
  await page.goto(`${origin}/cli/credentials/user-token`);
  const [pair] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.click('button[value=show]')]);
  await page.waitForLoadState();
  for (const one of await page.locator('summary').all()) await one.click();
  await look('pair', pair);
  await page.click('button[value=reset]');
  await page.goto(`${origin}/cli/credentials/revoke`);
  await page.fill('textarea', 'GET /x HTTP/1.1\nAuthorization: Bearer eyJhbGciOiJub25lIn0.e30.x');
  const [revoked] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.click('form:has(textarea) button')]);
  await page.waitForLoadState();
  await look('revoked', revoked);
  await page.goto(`${origin}/oauth/logout`);
  const [out] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.click('main form button')]);
  await page.waitForLoadState();
  await look('signed-out', out);
  await context.close();
}
await browser.close();
console.log(JSON.stringify(seen));
