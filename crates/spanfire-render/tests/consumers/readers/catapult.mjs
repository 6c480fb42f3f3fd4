// The viewer of chrome://tracing, as it comes with Perfetto's interface: what is in its model.

import { readFile } from "node:fs/promises";
import { assets } from "./perfetto_assets.mjs";

export async function read(page, origin, file) {
  const text = await readFile(file, "utf8");
  await page.goto(`${origin}/${await assets()}/assets/catapult_trace_viewer.html`);
  await page.waitForFunction(() => globalThis.tr?.importer?.Import !== undefined);
  return await page.evaluate(async (text) => {
    const model = new tr.Model();
    const options = new tr.importer.ImportOptions();
    options.showImportWarnings = false;
    await new tr.importer.Import(model, options).importTraces([text]);
    if (model.hasImportWarnings) throw new Error(model.importWarnings.map((warning) => warning.message).join("; "));
    const threads = model.getAllThreads().map((thread) => ({
      process: thread.parent.name,
      name: thread.name,
      slices: thread.sliceGroup.slices.map((slice) => ({
        name: slice.title,
        start: slice.start,
        duration: slice.duration,
        self: slice.selfTime,
        args: slice.args,
      })),
      spans: thread.asyncSliceGroup.slices.map((slice) => ({
        name: slice.title,
        start: slice.start,
        duration: slice.duration,
        id: slice.id,
        args: slice.args,
      })),
    }));
    const flows = model.flowEvents.map((flow) => ({
      name: flow.title,
      from: flow.startSlice?.title ?? null,
      to: flow.endSlice?.title ?? null,
    }));
    return { threads, flows, instants: model.instantEvents?.length ?? 0 };
  }, text);
}
