// Presses every cell of a page in Firefox, from the first to the last, and says as JSON what each gave.
import puppeteer from "puppeteer-core";

const [executablePath, address, name, press] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, protocolTimeout: 600_000 });
const page = await browser.newPage();
const outside = [], errors = [];
page.on("request", (request) => {
  const url = request.url();
  if (!url.startsWith(address) && !/^(data|blob):/.test(url)) outside.push(url);
});
page.on("pageerror", (error) => errors.push(String(error)));
await page.goto(`${address}/${name}`);
const cells = await page.evaluate(() => document.querySelectorAll(".cell_input:not(.of-your-own)").length);
const ran = [];
for (let number = 0; number < cells; number++) ran.push(await page.evaluate(`(${press})(${number})`));
console.log(JSON.stringify({ ran, outside, errors }));
await browser.close();
