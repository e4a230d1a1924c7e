// The workbench as a person uses it: keys, palette, panels. Selectors are those of VS Code's own page.
import { launchBrowser } from './browser.mjs';

const TIMEOUT = 30_000;

export class Workbench {
  /** Opens a folder in the VS Code on `port`. */
  static async open(port, folder) {
    const browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-US' });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT);
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`, {
      waitUntil: 'domcontentloaded',
    });
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 });
    return new Workbench(browser, page);
  }

  constructor(browser, page) {
    this.browser = browser;
    this.page = page;
  }

  close() {
    return this.browser.close();
  }

  /** Calls `probe` until it gives something. */
  async until(what, probe, timeout = TIMEOUT) {
    const end = Date.now() + timeout;
    for (;;) {
      const found = await probe().catch(() => undefined);
      if (found) return found;
      if (Date.now() > end) throw new Error(`not within ${timeout / 1000} s: ${what}`);
      await this.page.waitForTimeout(100);
    }
  }

  async #pick(key, text, row, timeout = TIMEOUT) {
    await this.page.keyboard.press(key);
    const input = this.page.locator('.quick-input-widget .quick-input-box input');
    await input.waitFor();
    await input.fill(text);
    await this.page.locator('.quick-input-widget .monaco-list-row', { hasText: row }).first().click({ timeout });
  }

  /** Runs a command of the palette by its full title. */
  command(title) {
    return this.#pick('F1', `>${title}`, title);
  }

  /** The same in an editor that has just started: it offers nothing of an extension yet. */
  firstCommand(title) {
    const attempt = async () => {
      await this.page.keyboard.press('Escape');
      await this.#pick('F1', `>${title}`, title, 3000);
      return true;
    };
    return this.until(`the command ${title}`, attempt, 60_000);
  }

  /** Opens a file of the workspace, and waits until its editor is the one in front. */
  async openFile(name) {
    await this.#pick('Control+P', name, name);
    await this.page.locator('.tab.active', { hasText: name }).first().waitFor();
  }

  /** Chooses in the quick pick that is open. */
  async choose(label) {
    await this.page.locator('.quick-input-widget .monaco-list-row', { hasText: label }).first().click();
  }

  /** Starts a configuration of launch.json by its name. */
  startDebugging(name, timeout = TIMEOUT) {
    return this.#pick('Control+P', `debug ${name}`, name, timeout);
  }

  /** The middle of the first `word` that the active editor shows; undefined when it shows none. */
  async #placeOf(word) {
    return this.page.evaluate(wanted => {
      for (const line of document.querySelectorAll('.editor-group-container.active .monaco-editor .view-line')) {
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        const pieces = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode())
          // Hints between the text are no text.
          if (!node.parentElement.className.includes('ced-')) pieces.push(node);
        const text = pieces.map(node => node.data.replaceAll('\u00a0', ' ')).join('');
        const at = text.indexOf(wanted);
        if (at < 0) continue;
        let start = at + Math.floor(wanted.length / 2);
        const piece = pieces.find(node => start < node.data.length || ((start -= node.data.length), false));
        if (!piece) continue;
        const range = document.createRange();
        range.setStart(piece, start);
        range.setEnd(piece, start + 1);
        const box = range.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
      return undefined;
    }, word);
  }

  /** What the editor says of a word under the mouse. */
  hover(word, pattern) {
    const attempt = async () => {
      const place = await this.#placeOf(word);
      if (!place) return undefined;
      await this.page.mouse.move(5, 5);
      await this.page.mouse.move(place.x, place.y);
      await this.page.waitForTimeout(900);
      const texts = await this.page.locator('.monaco-hover:not(.hidden) .hover-contents').allTextContents();
      const text = texts.join('\n').replaceAll('\u00a0', ' ');
      return pattern.test(text) && text;
    };
    return this.until(`a hover on ${word} with ${pattern}`, attempt, 60_000);
  }

  /** Puts the cursor into a word. */
  async clickOn(word) {
    // What still hovers could lie over it.
    await this.page.mouse.move(5, 5);
    await this.page.waitForTimeout(700);
    return this.until(`the word ${word}`, async () => {
      const place = await this.#placeOf(word);
      if (place) await this.page.mouse.click(place.x, place.y);
      return place;
    });
  }

  /** The file of the active tab. */
  activeTab() {
    return this.page.locator('.editor-group-container.active .tab.active').getAttribute('data-resource-name');
  }

  /** What the active editor shows, as far as it is on the screen. */
  async editorText() {
    const lines = await this.page
      .locator('.editor-group-container.active .monaco-editor .view-line')
      .evaluateAll(all => all.map(line => [parseFloat(line.style.top), line.textContent.replaceAll('\u00a0', ' ')]));
    return lines
      .sort((a, b) => a[0] - b[0])
      .map(([, text]) => text)
      .join('\n');
  }

  /** All text of the terminal in the panel, as far as it is on the screen. */
  async terminalText() {
    const rows = await this.page.locator('.terminal-wrapper.active .xterm-rows > div').allTextContents();
    return rows.map(row => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }

  terminalShows(pattern) {
    return this.until(`the terminal shows ${pattern}`, async () => pattern.exec(await this.terminalText()));
  }

  async typeIntoTerminal(text) {
    await this.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
    await this.page.keyboard.type(text);
  }

  debugButton(label) {
    return this.page.locator(`.debug-toolbar .action-label[aria-label^="${label}"]`);
  }

  /** Moves the upper edge of a section of the side bar; trees only have the rows that are visible. */
  async moveSection(title, pixels) {
    const { x, y, width } = await this.page.locator('.sidebar .pane-header', { hasText: title }).boundingBox();
    await this.page.mouse.move(x + width / 2, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + width / 2, y + pixels, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Rows of a tree of the Run view, `name: value` for variables. */
  async rows(tree) {
    return this.page.locator(`${tree} .monaco-list-row`).allTextContents();
  }

  /** A row of the list of domains. */
  domainRow(name) {
    const label = this.page.locator('.label-name', { hasText: new RegExp(`^${name}$`) });
    return this.page.locator('.sidebar .monaco-list-row', { has: label });
  }

  /** What the list of domains says of each, by name; undefined when the view is not there. */
  async domains() {
    const rows = await this.page.locator('.sidebar .monaco-list-row').evaluateAll(all =>
      all.map(row => {
        const [name, about] = ['.label-name', '.label-description'].map(
          part => row.querySelector(part)?.textContent ?? '',
        );
        return [name, about];
      }),
    );
    return Object.fromEntries(rows);
  }

  /** Clicks an action in a row of the list of domains. */
  async domainAction(name, action) {
    const row = this.domainRow(name);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${action}"]`).click();
  }

  /** Chooses in the context menu of a row of the list of domains. */
  async domainMenu(name, entry) {
    await this.domainRow(name).click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-label', { hasText: entry }).first();
    await item.waitFor();
    // A menu that has just opened takes a click for the end of the one that opened it.
    await this.page.waitForTimeout(300);
    await item.click();
  }

  /** What webview the active editor shows. */
  webview() {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  notification(text) {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  /** Names of the terminals in the list beside them. */
  async terminals() {
    return (await this.page.locator('.terminal-tabs-entry').allTextContents()).join('\n');
  }

  openTerminal(name) {
    return this.page.locator('.terminal-tabs-entry', { hasText: name }).click();
  }

  async theme(name) {
    await this.command('Preferences: Color Theme');
    await this.choose(name);
    await this.page.waitForTimeout(500);
  }

  async statusBar() {
    return (await this.page.locator('.statusbar-item').allTextContents()).join(' | ');
  }

  /** Names of the terminals that are open: of a single one in the panel's title, else in the list beside them. */
  async panelTitle() {
    const title = await this.page.locator('.part.panel .title-actions').textContent();
    const tabs = await this.page
      .locator('.part.panel .terminal-tabs-entry')
      .evaluateAll(entries => entries.map(entry => entry.closest('[aria-label]')?.getAttribute('aria-label') ?? ''));
    return [title, ...tabs].join(' ');
  }

  screenshot(file) {
    return this.page.screenshot({ path: file });
  }
}
