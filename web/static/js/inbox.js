// The inbox on wide screens: a task opens beside the list. And selecting several tasks, here as on phones.
const inbox = document.querySelector("[data-inbox]");
const pane = document.getElementById("pane");
const wide = matchMedia("(min-width: 75rem)");
const opensBeside = () => wide.matches && inbox.dataset.pane === "on" && window.htmx;
const rowOf = (path) => document.querySelector(`#list a[data-opens][href^="${CSS.escape(path)}"]`)?.closest("[data-row]");
const pathOf = (address) => new URL(address, location.href).pathname;

// ---- the pane
function open(address) {
  pane.hidden = false;
  inbox.classList.add("has-pane");
  return window.htmx.ajax("GET", address, { source: pane, target: pane, select: "#main", swap: "innerHTML" });
}

function close() {
  if (pane.hidden) return false;
  pane.hidden = true;
  pane.replaceChildren();
  inbox.classList.remove("has-pane");
  remember(null);
  return true;
}

// The address keeps the open task, so that loading the page again shows the same.
function remember(path) {
  for (const row of document.querySelectorAll("#list [data-row]")) row.classList.remove("is-shown");
  const address = new URL(location.href);
  if (path) {
    address.searchParams.set("task", path.split("/").pop());
    const row = rowOf(path);
    row?.classList.add("is-shown");
    row?.classList.remove("is-unread");
    row?.querySelector(".unread")?.remove();
  } else {
    address.searchParams.delete("task");
  }
  history.replaceState(null, "", address);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || !opensBeside()) return;
  event.preventDefault();
  open(link.href);
});

// A form in the pane answers in the pane; the list says which task should come next.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!pane.contains(form) || form.method.toLowerCase() !== "post" || form.enctype === "multipart/form-data") return;
  event.preventDefault();
  const values = new FormData(form, event.submitter);
  const next = inbox.dataset.next === "on" ? nextRow()?.querySelector("a[data-opens]") : null;
  if (next) values.set("next_task", pathOf(next.href).split("/").pop());
  const action = event.submitter?.getAttribute("formaction") ?? form.action;
  window.htmx.ajax("POST", action, { source: pane, target: pane, select: "#main", swap: "innerHTML", values: Object.fromEntries(values) });
});

function nextRow() {
  const shown = document.querySelector("#list .is-shown");
  return shown?.nextElementSibling ?? document.querySelector("#list [data-row]:not(.is-shown)");
}

document.addEventListener("htmx:after:swap", (event) => {
  const ctx = event.detail?.ctx;
  if (!ctx || ctx.target !== pane) return;
  const path = pathOf(ctx.response?.raw?.url || ctx.request.action);
  // What came is a page's main part; here it is a part of this page.
  const main = pane.querySelector("main");
  main?.replaceWith(...main.childNodes);
  if (!path.startsWith("/tasks/")) {
    close();
  } else {
    remember(path);
    const heading = pane.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    (pane.querySelector("[data-focus]") ?? heading)?.focus({ preventScroll: true });
    pane.scrollTop = 0;
  }
  if (ctx.request.method !== "GET") document.getElementById("list").dispatchEvent(new CustomEvent("live"));
});

document.addEventListener("liandong:close", (event) => {
  const line = document.querySelector("#list .is-shown a[data-opens]");
  if (!close()) return;
  event.preventDefault();
  line?.focus();
});

const asked = new URL(location.href).searchParams.get("task");
if (asked && opensBeside()) open(`/tasks/${encodeURIComponent(asked)}`);

// ---- several tasks at once
const bulk = document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll('#list input[name="task"]')];

function count() {
  if (!bulk) return;
  const picked = boxes().filter((box) => box.checked).length;
  const told = bulk.querySelector("[data-picked]");
  told.hidden = picked === 0;
  told.textContent = picked;
  bulk.classList.toggle("is-idle", picked === 0);
  for (const button of bulk.querySelectorAll("button")) button.disabled = picked === 0;
  const all = bulk.querySelector("[data-pick-all]");
  all.checked = picked > 0 && picked === boxes().length;
  all.indeterminate = picked > 0 && picked < boxes().length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches('[data-pick-all], input[name="task"]')) count();
});

// What was selected stays so when the list is drawn anew.
let kept = new Set();
document.addEventListener("htmx:before:swap", () => { kept = new Set(boxes().filter((box) => box.checked).map((box) => box.value)); });
document.addEventListener("htmx:after:swap", () => {
  for (const box of boxes()) if (kept.has(box.value)) box.checked = true;
  const path = new URL(location.href).searchParams.get("task");
  if (path && !pane.hidden) rowOf(`/tasks/${path}`)?.classList.add("is-shown");
  count();
});
count();
