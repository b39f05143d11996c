// Shortcuts. Single keys never act while one types in a field, and can be switched off in one's settings (WCAG 2.1.4).
const sheet = document.getElementById("keys-sheet");
const single = document.body.dataset.keys === "on";
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
let prefix = 0;

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
const linkOf = (row) => row?.querySelector("a.line-title");
const current = () => document.activeElement?.closest?.("[data-row]") ?? document.querySelector("[data-row].is-current") ?? document.querySelector("[data-row].is-shown");

function go(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(current());
  const row = all[Math.min(all.length - 1, Math.max(0, at + step))];
  for (const other of all) other.classList.toggle("is-current", other === row);
  linkOf(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function select() {
  const box = current()?.querySelector(".pick input");
  if (!box) return false;
  box.click();
  return true;
}

function submit(selector) {
  const form = current()?.querySelector(selector) ?? document.querySelector(`main ${selector}`);
  form?.requestSubmit();
  return Boolean(form);
}

const act = {
  j: () => go(1),
  k: () => go(-1),
  x: select,
  c: () => submit("form[data-claim]"),
  o: () => { const link = linkOf(current()); if (link) location.assign(link.href); return Boolean(link); },
  a: () => { const box = document.querySelector("[data-pick-all]"); box?.click(); return Boolean(box); },
  "/": () => { const field = document.querySelector("[data-search]"); field?.focus(); field?.select(); return Boolean(field); },
  "?": () => { sheet?.showModal(); return Boolean(sheet); },
};

function jump(key) {
  const link = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.key === "Escape" && !sheet?.open) {
    // Out of a field first; then what is open beside the list closes.
    if (event.target.matches(FIELDS)) event.target.blur();
    else document.dispatchEvent(new CustomEvent("liandong:close", { cancelable: true }));
    return;
  }
  if (!single || sheet?.open || event.target.matches(FIELDS)) return;
  const second = Date.now() - prefix < 1500;
  prefix = 0;
  if (second ? jump(event.key) : act[event.key]?.()) event.preventDefault();
  else if (event.key === "g") prefix = Date.now();
});

document.querySelector("[data-closes-keys]")?.addEventListener("click", () => sheet.close());
for (const button of document.querySelectorAll("[data-opens-keys]")) button.addEventListener("click", () => sheet?.showModal());
