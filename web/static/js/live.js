// What changes appears by itself: a stream of ids from the server; without one, a look now and then.
const REGIONS = "[data-live]";
const POLL = 20_000;
const AGAIN = 120_000;
const SOON = 2_500;
const PATIENCE = 8_000;
let source = null;
let poll = 0;
let lost = 0;
let hiddenSince = 0;

const regions = () => [...document.querySelectorAll(REGIONS)];

// A list is not exchanged under the reader's hands.
function isBusy(region) {
  const active = document.activeElement;
  const typing = region.contains(active) && active.matches("input:not([type=checkbox]), select, textarea");
  return document.hidden || typing || region.querySelector("details[open]:not(.keeps)") !== null;
}

function refresh(region) {
  if (region.dataset.waits) return;
  region.dataset.waits = "yes";
  const look = () => {
    if (!region.isConnected) return;
    if (isBusy(region)) { setTimeout(look, SOON); return; }
    delete region.dataset.waits;
    region.dispatchEvent(new CustomEvent("live"));
  };
  setTimeout(look, 50);
}

function wanted(kind, id) {
  return regions().filter((region) => {
    const wish = region.dataset.live;
    if (id === "*" || wish === "cases") return true;
    return wish === "tasks" ? kind === "tasks" : region.dataset.case === id;
  });
}

const tell = (kind) => (event) => { for (const region of wanted(kind, event.data)) refresh(region); };

function listen() {
  stop();
  source = new EventSource("/live");
  source.addEventListener("tasks", tell("tasks"));
  source.addEventListener("case", tell("case"));
  source.addEventListener("open", () => {
    clearInterval(poll);
    clearTimeout(lost);
    poll = lost = 0;
    document.body.dataset.streams = "yes";
  });
  source.addEventListener("error", () => {
    delete document.body.dataset.streams;
    // No stream for us now, or none that comes back soon: look by ourselves, and ask again later.
    const isRefused = source?.readyState === EventSource.CLOSED;
    lost ||= setTimeout(() => { poll ||= setInterval(() => regions().forEach(refresh), POLL); }, isRefused ? 0 : PATIENCE);
    if (isRefused) setTimeout(listen, AGAIN);
  });
}

function stop() {
  source?.close();
  source = null;
}

if (regions().length && window.EventSource) {
  listen();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { hiddenSince = Date.now(); setTimeout(() => { if (document.hidden) stop(); }, 30_000); return; }
    if (!source) listen();
    if (Date.now() - hiddenSince > 5_000) regions().forEach(refresh);
  });
  window.addEventListener("pagehide", stop);
}

// What the page has already is not sent again.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const region = ctx.sourceElement;
  if (region?.matches?.(REGIONS) && region.dataset.etag) ctx.request.headers["If-None-Match"] = region.dataset.etag;
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const etag = ctx.response?.headers?.get("ETag");
  if (ctx.sourceElement?.matches?.(REGIONS) && etag) ctx.sourceElement.dataset.etag = etag;
});
