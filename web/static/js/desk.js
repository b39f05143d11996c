// The dispatcher's desk on wide screens: a request opens beside the list. And selecting several to merge.
const desk = document.querySelector("[data-desk]");
const pane = document.getElementById("pane");
const wide = matchMedia("(min-width: 75rem)");
const opensBeside = () => wide.matches && desk.dataset.pane === "on" && window.htmx;
const pathOf = (address) => new URL(address, location.href).pathname;
const rowOf = (path) => document.querySelector(`#list a[data-opens][href="${CSS.escape(path)}"]`)?.closest("[data-row]");

function open(address) {
  pane.hidden = false;
  desk.classList.add("has-pane");
  return window.htmx.ajax("GET", address, { source: pane, target: pane, select: "#main", swap: "innerHTML" });
}

function close() {
  if (pane.hidden) return false;
  pane.hidden = true;
  pane.replaceChildren();
  desk.classList.remove("has-pane");
  remember(null);
  return true;
}

// The address keeps the open request, so that loading the page again shows the same.
function remember(path) {
  for (const row of document.querySelectorAll("#list [data-row]")) row.classList.remove("is-shown");
  const address = new URL(location.href);
  if (path) {
    address.searchParams.set("request", path.split("/").pop());
    rowOf(path)?.classList.add("is-shown");
  } else {
    address.searchParams.delete("request");
  }
  history.replaceState(null, "", address);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || !opensBeside()) return;
  event.preventDefault();
  open(link.href);
});

document.addEventListener("htmx:after:swap", (event) => {
  const ctx = event.detail?.ctx;
  if (!ctx || ctx.target !== pane) return;
  // What came is a page's main part; here it is a part of this page.
  const main = pane.querySelector("main");
  main?.replaceWith(...main.childNodes);
  remember(pathOf(ctx.response?.raw?.url || ctx.request.action));
  const heading = pane.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  pane.scrollTop = 0;
  document.dispatchEvent(new CustomEvent("liandong:drawn", { detail: pane }));
});

document.addEventListener("liandong:close", (event) => {
  const line = document.querySelector("#list .is-shown a[data-opens]");
  if (!close()) return;
  event.preventDefault();
  line?.focus();
});

const asked = new URL(location.href).searchParams.get("request");
if (asked && opensBeside()) open(`/service-requests/${encodeURIComponent(asked)}`);

// ---- several at once
const bulk = document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll('#list input[name="request"]')];

function count() {
  if (!bulk) return;
  const picked = boxes().filter((box) => box.checked).length;
  const told = bulk.querySelector("[data-picked]");
  told.hidden = picked === 0;
  told.textContent = picked;
  for (const button of bulk.querySelectorAll("button")) button.disabled = picked < Number(button.dataset.least);
  const all = bulk.querySelector("[data-pick-all]");
  all.checked = picked > 0 && picked === boxes().length;
  all.indeterminate = picked > 0 && picked < boxes().length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches('[data-pick-all], input[name="request"]')) count();
});
count();
