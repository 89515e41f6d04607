// flame_page.mjs FOLDER: what tests/interop/flame.sh says, on the pages it made there.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const {chromium} = createRequire(`${process.env.PLAYWRIGHT}/`)('playwright-core');
const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']});
const folder = process.argv[2], pictures = process.env.SCREENSHOTS;
let passed = 0;

// Opens a page; whatever it logs, throws or asks for is a failure of the test.
async function open(name, options = {}) {
  const page = await browser.newPage({viewport: {width: 1400, height: 900}, ...options}), troubles = [];
  page.on('console', message => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', error => troubles.push(`error: ${error.message}`));
  page.setDefaultTimeout(10000);
  page.on('dialog', dialog => troubles.push(`dialog: ${dialog.message()}`));
  page.on('request', request => request.url().startsWith('file:') || troubles.push(`request: ${request.url()}`));
  await page.goto(pathToFileURL(`${folder}/${name}.html`).href);
  page.troubles = troubles;
  return page;
}

async function check(what, name, body, options) {
  const page = await open(name, options);
  try {
    await body(page);
    assert.deepEqual(page.troubles, []);
    passed++;
  } catch (error) {
    process.exitCode = 1;
    console.log(`${what}: ${error.message}`);
  }
  await page.close();
}

// The names of the frames that are drawn.
const frames = page => page.$$eval('#frames .frame', all => all.map(group => group.getAttribute('aria-label')));
const frame = (page, name) => page.locator(`#frames .frame[aria-label="${name}"]`).first();
const settle = page => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
const paint = (page, name) => frame(page, name).locator('rect').getAttribute('class');
const column = (page, n) => page.$$eval(`#table tbody tr td:nth-child(${n})`, cells => cells.map(cell => cell.textContent));
const choose = (page, name) => page.locator('label', {hasText: new RegExp(`^${name}$`)}).click();
const matched = page => page.locator('#matched').textContent();

await check('frames, colours and the legend of a difference', 'difference', async page => {
  assert.deepEqual((await frames(page)).sort(), ['all', 'append', 'main', 'number', 'parse', 'print', 'skip_blanks', 'utf8_check']);
  assert.equal(await paint(page, 'skip_blanks'), 'up6'); // 30.5 → 47.5 ms
  assert.equal(await paint(page, 'append'), 'down4'); // 20.5 → 16.5 ms
  assert.equal(await paint(page, 'number'), 'same'); // 44.5 → 44.75 ms
  assert.equal(await paint(page, 'utf8_check'), 'new');
  assert.match(await page.locator('#legend').textContent(), /blue: less in new than in old.*orange: more in new/);
  assert.match(await page.locator('#notes').textContent(), /Gone: stacks of 2\.55% of the old total/);
});

await check('widths: the gone appear where the old counts', 'difference', async page => {
  assert.ok(!(await frames(page)).includes('legacy'));
  await choose(page, 'old cost');
  assert.ok(!(await frames(page)).includes('utf8_check'));
  assert.equal(await paint(page, 'legacy'), 'gone');
  await choose(page, 'both');
  assert.equal(await paint(page, 'legacy'), 'gone');
  assert.equal(await paint(page, 'utf8_check'), 'new');
  await choose(page, 'share');
  assert.equal(await paint(page, 'all'), 'same'); // the whole is all of it on both sides
  assert.equal(await paint(page, 'number'), 'down3'); // 45.41 → 41.15 %
});

await check('zoom, the path back, and reset', 'difference', async page => {
  const whole = (await frame(page, 'parse').boundingBox()).width;
  await frame(page, 'parse').click();
  assert.ok((await frame(page, 'parse').boundingBox()).width > whole * 1.1);
  assert.ok(!(await frames(page)).includes('print'));
  assert.match(await page.locator('#path').textContent(), /^all›main›parse$/);
  await page.locator('#path button', {hasText: 'main'}).click();
  assert.ok((await frames(page)).includes('print'));
  await frame(page, 'skip_blanks').click();
  await page.locator('#reset').click();
  assert.equal((await frame(page, 'parse').boundingBox()).width, whole);
  assert.ok(await page.locator('#reset').isDisabled());
});

await check('search: plain text, an expression, a broken one, and the share that matched', 'difference', async page => {
  await page.fill('#search', 'SKIP');
  await page.waitForFunction(() => document.querySelectorAll('#frames .hit').length === 1);
  assert.match(await matched(page), /^1 function: 31\.12% → 43\.68% of all, 30\.50ms → 47\.50ms \(\+55\.74%\)/);
  assert.deepEqual(await column(page, 1), ['skip_blanks']);
  await page.fill('#search', '/^(parse|skip_blanks|print)$/');
  await page.waitForFunction(() => document.querySelectorAll('#frames .hit').length === 3);
  assert.match(await matched(page), /^3 functions: 97\.45% → 100\.00% of all/); // 191 of 196, 217.5 of 217.51
  for (const broken of ['/(/', '[', '(((', '*', '\\']) {
    await page.fill('#search', broken);
    await settle(page);
    assert.equal(await page.locator('#frames .hit').count(), 0);
    assert.equal(await page.locator('#search').evaluate(box => box.classList.contains('bad')), broken === '/(/');
  }
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#search'), '');
  assert.equal(await matched(page), '');
});

await check('the table is sorted by its heads, and tied to the graph', 'difference', async page => {
  assert.deepEqual((await column(page, 1)).slice(0, 3), ['parse', 'skip_blanks', 'main']); // +17.25, +17, +10.75 ms
  assert.deepEqual((await column(page, 4)).slice(0, 2), ['+17.3ms (+23.0%)', '+17.0ms (+55.7%)']);
  await page.locator('th button', {hasText: 'Function'}).click();
  assert.deepEqual((await column(page, 1)).slice(0, 3), ['append', 'legacy', 'main']);
  await page.locator('th button', {hasText: 'Function'}).click();
  assert.deepEqual((await column(page, 1)).slice(0, 2), ['utf8_check', 'tick']);
  await page.locator('th button', {hasText: 'Old'}).click();
  assert.deepEqual((await column(page, 1)).slice(0, 2), ['main', 'parse']);
  assert.equal(await page.locator('th[aria-sort=descending]').count(), 1);
  await choose(page, 'self');
  assert.deepEqual((await column(page, 2)).slice(0, 2), ['44.5ms', '30.5ms']);
  await page.locator('#table tbody tr', {hasText: 'number'}).click();
  assert.equal(await page.locator('#frames .hit').count(), 1);
  assert.match(await matched(page), /^number: 45\.41% → 41\.15%/);
  await page.keyboard.press('Escape');
  await frame(page, 'append').click();
  assert.equal(await page.locator('#table tr.current td').first().textContent(), 'append');
});

await check('callers below: the functions that spend, and who called them', 'difference', async page => {
  await choose(page, 'callers below');
  const row = n => page.$$eval(`#frames .frame:has(rect[y="${20 * n}"])`, all => all.map(group => group.getAttribute('aria-label')));
  const sorted = async n => (await row(n)).sort();
  assert.deepEqual(await sorted(1), ['append', 'number', 'skip_blanks', 'utf8_check']);
  assert.deepEqual(await sorted(2), ['parse', 'parse', 'print', 'skip_blanks']);
  assert.equal(await paint(page, 'utf8_check'), 'new');
  await frame(page, 'utf8_check').click();
  assert.match(await page.locator('#path').textContent(), /all›utf8_check$/);
  assert.deepEqual([await row(2), await row(3), await row(4)], [['skip_blanks'], ['parse'], ['main']]);
});

await check('keyboard: slash, arrows, Enter, Escape', 'difference', async page => {
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  await page.keyboard.type('a/b');
  assert.equal(await page.inputValue('#search'), 'a/b');
  await page.keyboard.press('Escape');
  await page.locator('#frames').focus();
  const said = () => page.locator('#spoken').textContent();
  for (const [key, name] of [['ArrowDown', 'all'], ['ArrowDown', 'main'], ['ArrowDown', 'parse'], ['ArrowDown', 'skip_blanks'],
    ['ArrowLeft', 'number'], ['ArrowRight', 'skip_blanks'], ['ArrowUp', 'parse'], ['ArrowRight', 'print']]) {
    await page.keyboard.press(key);
    assert.equal((await said()).split(',')[0], name, key);
  }
  assert.match(await said(), /^print, total 20\.50ms → 16\.50ms \(-19\.51%\), self 0 → 0, share 20\.92% → 15\.17%$/);
  await page.keyboard.press('Enter');
  assert.match(await page.locator('#path').textContent(), /›print$/);
  await page.keyboard.press('Escape');
  assert.ok((await frames(page)).includes('parse'));
});

await check('the tip says what is under the pointer', 'difference', async page => {
  await frame(page, 'utf8_check').hover();
  assert.match(await page.locator('#tip').innerText(), /^utf8_check\ntotal 0 → 6ms \(new\)\nself 0 → 6ms \(new\)\nshare 0\.00% → 5\.52%$/);
  await page.mouse.move(5, 5);
  assert.ok(await page.locator('#tip').isHidden());
});

await check('several benchmarks: what regressed first, tested frames coloured, the rest grey', 'pages', async page => {
  assert.deepEqual(await page.$$eval('#benchmark option', all => all.map(option => option.textContent)), ['Parse/size=1k', 'Sort']);
  assert.match(await page.locator('#summary').textContent(), /^Parse\/size=1k · cpu per operation: 102\.\d\dms → 123\.\d\dms \(\+20\.\d\d%\), 12 and 12 rounds$/);
  assert.match(await paint(page, 'skip_blanks'), /^up[45]$/);
  assert.equal(await paint(page, 'utf8_check'), 'new');
  assert.equal(await paint(page, 'rare'), 'same'); // doubled, but of too few samples to be tested
  assert.match(await page.locator('#legend').textContent(), /grey: not significant, not tested, or less than 1%.*gone\?.*new\?/s);
  assert.deepEqual(await page.$$eval('#table th', heads => heads.map(head => head.textContent.replace(/ .$/, ''))), ['Function', 'Old', 'New', 'Change', 'p', 'Verdict']);
  const verdicts = Object.fromEntries((await column(page, 1)).map((name, i) => [name, i]));
  const verdict = async name => (await column(page, 6))[verdicts[name]];
  assert.equal(await verdict('skip_blanks'), 'self regressed');
  assert.equal(await verdict('main'), ''); // it only calls
  await page.locator('th button', {hasText: 'Verdict'}).click();
  await page.locator('th button', {hasText: /^p/}).click();
  const p = (await column(page, 5)).map(text => text === '' ? 2 : Number(text)); // the least first, without a test last
  assert.deepEqual(p, p.slice().sort((a, b) => a - b));
  await page.selectOption('#benchmark', 'Sort');
  assert.deepEqual((await frames(page)).sort(), ['all', 'main', 'sort']);
  assert.match(await page.locator('#summary').textContent(), /^Sort · cpu per operation: 50/);
  assert.equal(await page.locator('#table thead tr').count(), 1);
  await choose(page, 'callers below');
  await page.selectOption('#benchmark', 'Parse/size=1k');
  assert.ok((await frames(page)).includes('number'));
}, {viewport: {width: 1400, height: 900}});

for (const [width, scheme] of [[1400, 'light'], [1400, 'dark'], [380, 'light'], [380, 'dark']])
  await check(`the report of a comparison with a store, ${width} pixels, ${scheme}`, 'stored', async page => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways');
    const line = page.locator('svg.history').first();
    assert.equal(await line.locator('circle').count(), 14); // thirteen stored, and the head
    assert.equal(await line.locator('path.jump.worse').count(), 1);
    assert.match(await page.locator('small.jumped').first().textContent(), /^level changed at [0-9a-f]{12}: \+13\.\d+% \(p = 0\.0/);
    if (pictures)
      await page.screenshot({path: `${pictures}/stored-${width}-${scheme}.png`, fullPage: true});
    await page.locator('a', {hasText: 'The page of the flame graphs'}).click();
    await page.waitForSelector('#frames .frame');
    if (pictures)
      await page.screenshot({path: `${pictures}/pages-${width}-${scheme}.png`, fullPage: true});
  }, {viewport: {width, height: 900}, colorScheme: scheme});

await check('one profile: no sides to choose', 'one', async page => {
  assert.equal(await page.locator('.difference:visible').count(), 0);
  assert.match(await paint(page, 'parse'), /^hue\d+$/);
  assert.deepEqual(await page.$$eval('#table th', heads => heads.map(head => head.textContent)), ['Function', 'Cost ▾', 'Share']);
});

await check('hostile names are texts', 'hostile', async page => {
  const shown = await column(page, 1);
  for (const name of ['</script><script>alert(1)</script>', '<!--<script>', '{{script}}', '" onload="alert(1)" x="', '__proto__', 'constructor',
    '<img src=x onerror=alert(1)>', '\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD[31m'])
    assert.ok(shown.includes(name), name);
  assert.equal(await page.locator('script').count(), 2);
  assert.equal(await page.locator('img').count(), 0);
  await page.fill('#search', '__proto__');
  await page.waitForFunction(() => document.querySelectorAll('#frames .hit').length === 1);
  await choose(page, 'callers below');
});

await check('nothing else may run, and nothing be fetched', 'one', async page => {
  const violations = await page.evaluate(async () => {
    const seen = [];
    document.addEventListener('securitypolicyviolation', event => seen.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.broken = true';
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.broken = true"><b style="color:red">');
    await fetch('https://example.org').catch(() => null);
    await new Promise(done => setTimeout(done, 300));
    return [window.broken, ...seen];
  });
  assert.deepEqual(violations.slice(0, 1).concat([...new Set(violations.slice(1))].sort()), [undefined, 'connect-src', 'img-src', 'script-src-attr', 'script-src-elem', 'style-src-attr']);
  page.troubles.length = 0; // they were asked for
});

for (const [width, scheme] of [[1400, 'light'], [1400, 'dark'], [380, 'light'], [380, 'dark']])
  await check(`fits ${width} pixels, ${scheme}`, 'difference', async page => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways');
    const before = await page.locator('#frames').getAttribute('viewBox');
    await page.setViewportSize({width: width + 120, height: 900});
    await page.waitForFunction(old => document.getElementById('frames').getAttribute('viewBox') !== old, before);
    await page.setViewportSize({width, height: 900});
    if (pictures)
      await page.screenshot({path: `${pictures}/flame-${width}-${scheme}.png`, fullPage: true});
  }, {viewport: {width, height: 900}, colorScheme: scheme});

// The best of five: what else the machine does is not the page's.
await check('100 000 distinct stacks', 'many', async page => {
  let opened = Infinity;
  for (let i = 0; i < 5 && opened >= 1000; i++) {
    await page.reload();
    opened = Math.min(opened, await page.evaluate(() => performance.getEntriesByType('navigation')[0].domComplete));
  }
  const drawn = await page.locator('#frames rect').count();
  console.log(`100 000 distinct stacks: open after ${(opened / 1000).toFixed(2)} s, ${drawn} elements drawn`);
  assert.ok(drawn > 50 && drawn < 5000, `${drawn} drawn`);
  assert.ok(opened < 1000, `${opened} ms`);
  const click = await page.evaluate(() => {
    const start = performance.now();
    document.querySelectorAll('#frames .frame')[1].dispatchEvent(new MouseEvent('click', {bubbles: true}));
    document.querySelector('input[value=callers]').click();
    return performance.now() - start;
  });
  assert.ok(click < 1000, `zoom and turning around took ${click} ms`);
  await page.fill('#search', 'function_12');
  await page.waitForFunction(() => document.getElementById('matched').textContent.startsWith('111 functions'));
  if (pictures)
    await page.screenshot({path: `${pictures}/flame-many.png`});
});

for (const [width, scheme] of [[1400, 'light'], [1400, 'dark'], [380, 'light'], [380, 'dark']])
  await check(`the report of a comparison, ${width} pixels, ${scheme}`, 'report', async page => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways');
    assert.equal(await page.locator('h1').textContent(), 'perfgate: regression');
    assert.deepEqual(await page.$$eval('td.name', cells => cells.map(cell => cell.textContent)).then(names => names[0]), 'Parse/size=1k sec/op');
    assert.equal(await page.locator('svg.plot').first().locator('circle').count(), 40); // every round of both sides
    assert.equal(await page.locator('svg.flame rect.gone, svg.flame rect.new').count(), 3); // utf8_check, and the legend's two
    assert.equal(await page.locator('script').count(), 0);
    if (pictures)
      await page.screenshot({path: `${pictures}/report-${width}-${scheme}.png`, fullPage: true});
  }, {viewport: {width, height: 900}, colorScheme: scheme});

// Drawn for the sheet, not for the window it is printed from; without tools, and without the room they took.
for (const width of [390, 1400])
  await check(`prints on paper from a window of ${width}`, 'difference', async page => {
    await page.evaluate(() => addEventListener('beforeprint', () => {
      window.seen = [document.getElementById('frames').getAttribute('viewBox'), [...document.querySelectorAll('#frames text')].map(text => text.textContent)];
    }));
    const paper = await page.pdf({format: 'A4', ...(pictures ? {path: `${pictures}/difference-from-${width}.pdf`} : {})});
    assert.ok(paper.length > 5000);
    const [box, names] = await page.evaluate(() => window.seen);
    assert.match(box, /^0 0 900 /);
    assert.ok(names.includes('skip_blanks') && names.includes('append'), names);
    await settle(page);
    assert.doesNotMatch(await page.locator('#frames').getAttribute('viewBox'), /^0 0 900 /);
    await page.emulateMedia({media: 'print'});
    const above = await page.locator('#summary').boundingBox(), graph = await page.locator('#frames').boundingBox();
    assert.ok(graph.y - above.y - above.height < 30, `${graph.y - above.y - above.height} pixels of nothing`);
    assert.ok(!(await page.locator('#tools').isVisible()));
  }, {viewport: {width, height: 900}, colorScheme: 'dark'});

await check('what is folded on the screen is not on paper', 'report', async page => {
  const folded = page.locator('details td.name').first();
  assert.ok(!(await folded.isVisible()));
  await page.emulateMedia({media: 'print'});
  assert.ok(await folded.isVisible());
});

await check('a table that goes on says so on paper', 'many', async page => {
  await page.emulateMedia({media: 'print'});
  assert.match(await page.locator('#more').evaluate(more => getComputedStyle(more, '::after').content), /^"\d+ more are not shown"$/);
});

console.log(`flame: ${passed} passed, ${process.exitCode ? 'some' : 'none'} failed`);
await browser.close();
