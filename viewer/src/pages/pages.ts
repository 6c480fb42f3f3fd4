/**
 * Every page, in the order of the bar and of the keys 1 to 9.
 */

import type { Page } from "../app/page.ts";
import { about } from "./about.ts";
import { chart } from "./chart/chart.ts";
import { diff } from "./diff/diff.ts";
import { experiment } from "./experiment/experiment.ts";
import { flame } from "./flame/flame.ts";
import { sandwich } from "./sandwich.ts";
import { requests } from "./requests/requests.ts";
import { span } from "./span.ts";
import { top } from "./top.ts";

export const pages: readonly Page[] = [chart, flame, sandwich, top, span, requests, diff, experiment, about];
