/** RFC 9457 problem details as our server writes them, and answers that are none of ours. */

import type { Refusal } from "./model";

/** The server (or something pretending to be it) cannot be used now; try again later. */
export class Unreachable extends Error {}

/** The server understood and said no. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

const TRY_LATER = new Set([408, 425, 429]);

/** GET or POST JSON. Throws `Unreachable` or `Refused`; a captive portal's page is `Unreachable`. */
export async function callServer(path: string, body?: unknown): Promise<unknown> {
  const accept = "application/json, application/problem+json";
  const request: RequestInit = {
    cache: "no-store", credentials: "same-origin", redirect: "error", headers: { accept },
  };
  if (body !== undefined) {
    request.method = "POST";
    request.headers = { accept, "content-type": "application/json" };
    request.body = JSON.stringify(body);
  }
  return parse(await ask(path, request, "application/json"));
}

/** GET plain text, with the same errors. */
export async function readText(path: string): Promise<string> {
  const accept = "text/plain, application/problem+json";
  const response = await ask(path, {
    cache: "no-store", credentials: "same-origin", redirect: "error", headers: { accept },
  }, "text/plain");
  return response.text().catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
}

async function ask(path: string, request: RequestInit, wanted: string): Promise<Response> {
  const response = await fetchOrFail(path, request);
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && type.startsWith(wanted)) return response;
  if (type.startsWith("application/problem+json") && !isTransient(response.status)) {
    throw new Refused(readProblem(await parse(response), response.status));
  }
  throw new Unreachable(`HTTP ${response.status}`);
}

async function fetchOrFail(path: string, request: RequestInit): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 20_000);
  try {
    return await fetch(path, { ...request, signal: abort.signal });
  } catch (error) {
    throw new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
}

function isTransient(status: number): boolean {
  return status >= 500 || TRY_LATER.has(status);
}

async function parse(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

function readProblem(value: unknown, status: number): Refusal {
  const problem = (value ?? {}) as Record<string, unknown>;
  const detail = (problem["detail"] ?? {}) as Record<string, unknown>;
  const text = (name: string): string => {
    const found = problem[name] ?? detail[name];
    return typeof found === "string" ? found : "";
  };
  const plain = typeof problem["detail"] === "string" ? problem["detail"] : text("title");
  return {
    code: text("code") || `http-${status}`,
    zh: text("zh") || plain || "服务器拒绝了这条记录。",
    en: text("en") || plain || "The server refused.",
    do_zh: text("do_zh") || "请联系管理员。",
    do_en: text("do_en") || "Ask the administrator.",
  };
}
