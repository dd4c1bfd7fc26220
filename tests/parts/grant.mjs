// A person who was shown the address of a program's login: opens it in Chromium, signs in here or at the provider,
// compares the code, decides.
// usage: node grant.mjs URL USER PASSWORD approve|deny PICTURE       environment: PARTS, CHROMIUM
// The last line of output is JSON: what was seen.
import { createRequire } from 'node:module';
const { chromium } = createRequire(`${process.env.PARTS}/`)('playwright-core');
const [, , url, user, password, decision, picture] = process.argv;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
page.setDefaultTimeout(15000);
await page.goto(url);
await page.fill('input[name=username]', user);
await page.fill('input[name=password]', password);
await Promise.all([page.waitForURL(/oauth\/device/), page.click('form:has(input[name=password]) button')]);
// What comes from another site, as from a provider, is only filled in.
const typed = await page.locator('form:has(input[name=code][required]) button').count();
if (typed) await Promise.all([page.waitForSelector('.big'), page.click('form:has(input[name=code][required]) button')]);
const seen = { typed, url: page.url(), code: (await page.textContent('.big')).trim(), asks: await page.textContent('main') };
await page.screenshot({ path: picture, fullPage: true });
await page.click(`button[value=${decision}]`);
await page.waitForLoadState();
seen.told = await page.textContent('main');
await browser.close();
console.log(JSON.stringify(seen));
