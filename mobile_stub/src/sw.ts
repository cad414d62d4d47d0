/** Service worker: the whole page is stored at installation, so it opens without a network.
 *
 * The list of files and its digest are written in by the build. API calls are never touched.
 */

declare const __PRECACHE__: readonly string[];
declare const __EDITION__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;

const PREFIX = "handheld-";
const CACHE = PREFIX + __EDITION__;
const PAGE = "/handheld/";

worker.addEventListener("install", (event) => {
  const store = async (): Promise<void> => {
    const cache = await caches.open(CACHE);
    await cache.addAll(__PRECACHE__.map((url) => new Request(url, { cache: "reload" })));
  };
  event.waitUntil(store());
});

worker.addEventListener("activate", (event) => {
  const takeOver = async (): Promise<void> => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(takeOver());
});

// A new edition waits until the person agrees: a half-filled form must not vanish.
worker.addEventListener("message", (event) => {
  if (event.data === "take-over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (!url.pathname.startsWith(PAGE)) return;
  const key = request.mode === "navigate" ? PAGE : url.pathname;
  const answer = async (): Promise<Response> =>
    (await (await caches.open(CACHE)).match(key)) ?? fetch(request);
  event.respondWith(answer());
});
