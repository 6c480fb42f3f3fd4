// speedscope: the file is imported, and what it has imported is saved again.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";

const APP = "node_modules/speedscope/dist/release";

export async function read(page, origin, file) {
  const refused = new Promise((_, reject) => {
    page.on("dialog", (dialog) => {
      void dialog.dismiss();
      reject(new Error(dialog.message()));
    });
    page.on("console", (message) => {
      if (message.text().startsWith("Failed to load format")) reject(new Error(message.text()));
    });
  });
  refused.catch(() => {});
  // The way its own command takes: a script of the local disk, named in the address, that hands the
  // file over.
  const bytes = (await readFile(file)).toString("base64");
  const body = `speedscope.loadFileFromBase64(${JSON.stringify(basename(file))}, "${bytes}")`;
  await page.addInitScript(() => {
    const set = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src").set;
    Object.defineProperty(HTMLScriptElement.prototype, "src", {
      set(address) {
        set.call(this, address.replace("file:///", "/"));
      },
    });
  });
  await page.route("**/handed-over.js", (route) => route.fulfill({ contentType: "text/javascript", body }));
  const imported = page.waitForEvent("console", (message) => message.text().startsWith("import:"));
  await page.goto(`${origin}/${APP}/index.html#localProfilePath=handed-over.js`);
  await Promise.race([imported, refused]);
  const exporting = page.getByText("Export");
  await Promise.race([exporting.waitFor(), refused]);
  const download = page.waitForEvent("download");
  await page.keyboard.press("Control+s");
  const saved = await (await Promise.race([download, refused])).path();
  return JSON.parse(await readFile(saved, "utf8"));
}
